using Peipkg.Build.Staging;
using Peipkg.Build.World;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Packages;
using Peipkg.Posix.Files;

namespace Peipkg.Build.Packing;

/// <summary>
/// Writes packages under temporary names beside their final ones, and gives them their names only when every one of them
/// is complete and on the disk.
/// </summary>
internal static class PackageOutput
{
    /// <summary>Writes packages into a directory, under their conventional names.</summary>
    /// <param name="plans">The packages.</param>
    /// <param name="directory">Made if it is missing.</param>
    /// <param name="key">Signs; null leaves them unsigned.</param>
    /// <param name="context">Shows progress and stops; then nothing appears.</param>
    /// <param name="judge">Called when all packages are written and none has its name yet; what it throws takes them back.</param>
    /// <returns>The paths, in the order of the plans.</returns>
    /// <exception cref="UserErrorException">A package breaks a rule.</exception>
    /// <exception cref="IOException">The disk is full or refuses; nothing appeared.</exception>
    internal static IReadOnlyList<string> WriteAll(
        IReadOnlyList<PackagePlan> plans,
        string directory,
        SigningKey? key,
        ToolContext context,
        Action? judge = null
    )
    {
        Directory.CreateDirectory(directory);
        string[] paths = [.. plans.Select(plan => Path.Combine(directory, plan.FileName))];
        RequireReplaceable(paths);
        List<DurableFileWriter> writers = [];
        try
        {
            for (int i = 0; i < plans.Count; i++)
            {
                DurableFileWriter writer = DurableFile.Create(paths[i]);
                writers.Add(writer);
                Write(plans[i], writer, key, context);
            }

            judge?.Invoke();
            context.Cancellation.ThrowIfCancellationRequested();
            foreach (DurableFileWriter writer in writers)
            {
                writer.Rename();
            }

            DurableFile.SyncDirectory(directory);
        }
        finally
        {
            foreach (DurableFileWriter writer in writers)
            {
                writer.Dispose();
            }
        }

        return paths;
    }

    /// <summary>Writes one package to a path.</summary>
    /// <inheritdoc cref="WriteAll"/>
    internal static void WriteOne(
        PackagePlan plan,
        string path,
        SigningKey? key,
        ToolContext context,
        Action? judge = null
    )
    {
        RequireReplaceable([path]);
        using DurableFileWriter writer = DurableFile.Create(path);
        Write(plan, writer, key, context);
        judge?.Invoke();
        context.Cancellation.ThrowIfCancellationRequested();
        writer.Commit();
    }

    private static void Write(PackagePlan plan, DurableFileWriter writer, SigningKey? key, ToolContext context)
    {
        try
        {
            using PackingProgress progress = new(context.Diagnostics, plan.FileName);
            PackageWriteOptions options = new() { Progress = progress };
            Interruptible.Run(
                () =>
                {
                    PackageWriteResult result = PackageWriter.Write(
                        writer.Stream,
                        plan.Manifest,
                        plan.Payload,
                        key,
                        options,
                        context.Cancellation
                    );
                    writer.Flush();
                    return result;
                },
                context.Cancellation
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

    // A rename cannot replace a directory, and would fail only after others have appeared. A device or FIFO it would
    // replace, which nobody who writes to /dev/null wants.
    private static void RequireReplaceable(IEnumerable<string> paths)
    {
        foreach (string path in paths)
        {
            if (Directory.Exists(path))
            {
                throw new UserErrorException($"the package cannot be written to {path}, which is a directory");
            }

            if (PosixTree.IsSpecial(path))
            {
                throw new UserErrorException(
                    $"the package cannot be written to {path}, which is a device, FIFO or socket; name a file"
                );
            }
        }
    }
}
