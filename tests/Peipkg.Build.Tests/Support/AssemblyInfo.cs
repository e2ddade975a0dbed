// A build kills every process that this process has adopted: tests that start their own run one after the other.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
