using Peipkg.Build.Attesting;
using Peipkg.Build.Staging;
using Peipkg.Build.World;
using Peipkg.CommandLine.Host;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Packages;
using Peipkg.Posix.Files;

namespace Peipkg.Build.Packing;

/// <summary>
/// Packages under temporary names beside their final ones. Publishing gives all of them their names; disposing before
/// leaves no trace of any.
/// </summary>
internal sealed class PackageBatch : IDisposable
{
    private readonly List<DurableFileWriter> _writers = [];
    private readonly List<DurableFileWriter> _siblings = [];
    private readonly ToolContext _context;

    private PackageBatch(ToolContext context) => _context = context;

    /// <summary>Writes packages whole and flushes them to the disk, without giving them their names.</summary>
    /// <param name="packages">Each package with the path that it is to have.</param>
    /// <param name="key">Signs; null leaves them unsigned.</param>
    /// <param name="observe">Makes what looks into a package's files while they are hashed; null for nothing.</param>
    /// <param name="context">Shows progress and stops.</param>
    /// <param name="mayBeSpecial">Whether a path may be <c>-</c>, a device or a FIFO, to be written to on publishing.</param>
    /// <exception cref="UserErrorException">A package breaks a rule, or a path cannot be replaced.</exception>
    /// <exception cref="IOException">The disk is full or refuses.</exception>
    internal static PackageBatch Write(
        IReadOnlyList<(PackagePlan Plan, string Path)> packages,
        SigningKey? key,
        Func<PackagePlan, IPayloadObserver>? observe,
        ToolContext context,
        bool mayBeSpecial = false
    )
    {
        PackageBatch batch = new(context);
        try
        {
            foreach ((PackagePlan plan, string path) in packages)
            {
                OutputProbe.RequireReplaceable(path, mayBeSpecial);
                DurableFileWriter writer = mayBeSpecial ? OutputFile.Create(path) : DurableFile.Create(path);
                batch._writers.Add(writer);
                batch.Write(plan, writer, key, observe?.Invoke(plan));
            }

            return batch;
        }
        catch
        {
            batch.Dispose();
            throw;
        }
    }

    /// <summary>Reads what was written, as whoever installs the packages will.</summary>
    /// <param name="receiver">Takes the payload of all packages, one after the other.</param>
    internal void Unpack(IPayloadReceiver receiver)
    {
        foreach (DurableFileWriter writer in _writers)
        {
            writer.Stream.Position = 0;
            PackageVerifier.Verify(
                writer.Stream,
                new PackageVerifyOptions { Receiver = receiver },
                _context.Cancellation
            );
            writer.Stream.Position = writer.Stream.Length;
        }
    }

    /// <summary>Writes what is to lie beside the packages; it gets its names with them.</summary>
    internal void Attest(Attester attester)
    {
        foreach (DurableFileWriter writer in _writers)
        {
            Interruptible.Run(() => attester.Write(writer, _siblings, _context.Cancellation), _context.Cancellation);
        }
    }

    /// <summary>Gives all packages their names, replacing what has them.</summary>
    internal void Publish()
    {
        _context.Cancellation.ThrowIfCancellationRequested();
        foreach (DurableFileWriter writer in _siblings.Concat(_writers))
        {
            writer.Rename();
        }

        foreach (
            string directory in _writers
                .Where(writer => !writer.IsSpecial)
                .Select(writer => Path.GetDirectoryName(writer.Target)!)
                .Distinct()
        )
        {
            DurableFile.SyncDirectory(directory);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (DurableFileWriter writer in _siblings.Concat(_writers))
        {
            writer.Dispose();
        }
    }

    private void Write(PackagePlan plan, DurableFileWriter writer, SigningKey? key, IPayloadObserver? observer)
    {
        try
        {
            using PackingProgress progress = new(_context.Diagnostics, plan.FileName);
            PackageWriteOptions options = new()
            {
                Workers = Environment.ProcessorCount,
                Edition = plan.Edition,
                Progress = progress,
                Observer = observer,
            };
            Interruptible.Run(
                () =>
                {
                    PackageWriteResult result = PackageWriter.Write(
                        writer.Stream,
                        plan.Manifest,
                        plan.Payload,
                        key,
                        options,
                        _context.Cancellation
                    );
                    writer.Flush();
                    return result;
                },
                _context.Cancellation
            );
        }
        catch (PackagingException exception)
        {
            throw new UserErrorException(
                string.Join('\n', exception.Problems.Select(problem => $"package {plan.Manifest.Name}: {problem}")),
                exception
            );
        }
    }
}
