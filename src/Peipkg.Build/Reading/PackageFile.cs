using Peipkg.Build.World;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format;
using Peipkg.Format.Packages;

namespace Peipkg.Build.Reading;

/// <summary>Opens packages that a command line names.</summary>
internal static class PackageFile
{
    /// <summary>Reads a package whole and checks it.</summary>
    /// <exception cref="UserErrorException">There is no such file.</exception>
    /// <exception cref="FormatViolationException">It breaks a rule.</exception>
    internal static VerifiedPackage Verify(string path, PackageVerifyOptions options, ToolContext context)
    {
        if (Directory.Exists(path))
        {
            throw new UserErrorException($"{path} is a directory, not a package");
        }

        try
        {
            using FileStream file = new(
                path,
                new FileStreamOptions
                {
                    Mode = FileMode.Open,
                    Access = FileAccess.Read,
                    Share = FileShare.ReadWrite,
                    BufferSize = 0,
                    Options = FileOptions.SequentialScan,
                }
            );
            using ProgressPhase phase = context.Diagnostics.Begin(
                $"{(options.Receiver is null ? "verifying" : "unpacking")} {Path.GetFileName(path)}",
                null,
                null,
                file.CanSeek ? file.Length : null
            );
            using ProgressStream watched = new(file, phase);
            return PackageVerifier.Verify(watched, options, context.Cancellation);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UserErrorException($"there is no file {path}", exception);
        }
    }

    /// <summary>Reads a verified package a second time, for its payload.</summary>
    /// <param name="path">The file.</param>
    /// <param name="verified">What the first reading found.</param>
    /// <param name="receiver">Takes the payload.</param>
    /// <param name="context">The world.</param>
    /// <exception cref="UserErrorException">It is another package by now; what was received must not be used.</exception>
    internal static void Unpack(string path, VerifiedPackage verified, IPayloadReceiver receiver, ToolContext context)
    {
        VerifiedPackage again = Verify(path, new PackageVerifyOptions { Receiver = receiver }, context);
        if (again.PackageHash != verified.PackageHash)
        {
            throw new UserErrorException($"{path} was changed while it was read; start again when nobody writes to it");
        }
    }
}
