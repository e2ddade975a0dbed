using System.Globalization;
using Peipkg.Build.Reading;
using Peipkg.Build.World;
using Peipkg.CommandLine.Host;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Layout;
using Peipkg.Format.Manifests;
using Peipkg.Format.Packages;
using Peipkg.Posix.Files;

namespace Peipkg.Build.Extracting;

/// <summary>Writes a package's payload into an empty directory, after the package was verified whole; all of it or nothing.</summary>
internal static class ExtractOperation
{
    internal static int Run(string file, string target, IReadOnlyList<string> keyFiles, ToolContext context)
    {
        PublicKey[]? keys = keyFiles.Count == 0 ? null : [.. keyFiles.Select(KeyFiles.LoadPublicKey)];
        bool existed = RequireEmpty(target);
        OpenedPackage package;
        try
        {
            package = OpenedPackage.Open(file, context, keys);
        }
        catch (UserErrorException exception)
        {
            throw new UserErrorException($"{exception.Message}; nothing was extracted", exception);
        }

        bool done = false;
        try
        {
            Directory.CreateDirectory(target);
            using DirectoryWriter writer = new(target);
            package.Unpack(new Receiver(writer), context);
            done = true;
        }
        finally
        {
            if (!done)
            {
                TreeRemoval.TryRemove(target);
                if (existed)
                {
                    Directory.CreateDirectory(target);
                }
            }
        }

        context.Output.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{TerminalText.Escape(file)}: {package.Content.Entries.Count} entries, {package.Manifest.SizeInstalled} bytes, in {TerminalText.Escape(target)}"
            )
        );
        return ExitCode.Success;
    }

    private static bool RequireEmpty(string target)
    {
        if (File.Exists(target))
        {
            throw new UserErrorException($"--to {target} is a file; it must be a directory, absent or empty");
        }

        bool exists = Directory.Exists(target);
        return !exists || !Directory.EnumerateFileSystemEntries(target).Any()
            ? exists
            : throw new UserErrorException(
                $"--to {target} is not empty; extract into a new directory, so that nothing there is replaced or mixed up"
            );
    }

    private sealed class Receiver(DirectoryWriter writer) : IPayloadReceiver
    {
        public void Take(PackageEntry entry)
        {
            if (entry.Kind == PayloadKind.Directory)
            {
                writer.MakeDirectory(entry.Path);
            }
            else
            {
                writer.MakeSymlink(entry.Path, entry.LinkTarget!);
            }
        }

        public Stream Open(FilesEntry file) => new ExtractedFile(writer.MakeFile(file.Path));
    }
}
