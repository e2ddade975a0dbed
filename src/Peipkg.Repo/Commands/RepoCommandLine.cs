using System.CommandLine;
using Peipkg.Repo.World;

namespace Peipkg.Repo.Commands;

/// <summary>The command line of <c>peipkg-repo</c>: each command only gathers its options and hands them on.</summary>
internal static class RepoCommandLine
{
    internal const string Program = "peipkg-repo";

    /// <summary>A fresh command tree.</summary>
    /// <param name="context">What the operations see of the world.</param>
    /// <param name="stop">Cancelled by signals.</param>
    internal static Command Create(OperationContext context, CancellationToken stop) =>
        new(Program, "Publishes packages in signed repositories and verifies them.")
        {
            InitCommand.Create(context),
            PublishCommand.Create(context, stop),
            VerifyRepositoryCommand.Create(context, stop),
            AttestCommand.Create(context, stop),
            AuditCommand.Create(context, stop),
            MirrorCommand.Create(context, stop),
            PromoteCommand.Create(context, stop),
            WithdrawCommand.Create(context, stop),
            SnapshotCommands.CreateSnapshot(context, stop),
            SnapshotCommands.CreateRollback(context, stop),
            PruneCommand.Create(context, stop),
            MigrateCommand.Create(context, stop),
            QueryCommands.CreateList(context),
            QueryCommands.CreateShow(context),
            QueryCommands.CreateHistory(context),
            QueryCommands.CreateDiff(context, stop),
            KeyLifeCommands.CreateKeys(context, stop),
            KeyLifeCommands.CreateAdd(context, stop),
            KeyLifeCommands.CreateRotate(context, stop),
            KeyLifeCommands.CreateRetire(context, stop),
            KeyLifeCommands.CreateRevoke(context, stop),
            KeyLifeCommands.CreateDescribe(context, stop),
            DetachedCommands.CreateExport(context),
            DetachedCommands.CreateSign(context),
            DetachedCommands.CreateImport(context, stop),
            KeyCommands.CreateKeygen(context),
            KeyCommands.CreateFingerprint(context),
            PairCommands.CreateCompare(context),
            PairCommands.CreateMatch(context),
        };
}
