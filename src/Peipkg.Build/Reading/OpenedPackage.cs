using Peipkg.Build.World;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Editions;
using Peipkg.Format.Manifests;
using Peipkg.Format.Packages;

namespace Peipkg.Build.Reading;

/// <summary>A package that a command line names, read whole and found to keep the format's rules.</summary>
/// <param name="File">The file as it was named.</param>
/// <param name="Content">What it holds.</param>
internal sealed record OpenedPackage(string File, VerifiedPackage Content)
{
    /// <summary>The package's manifest.</summary>
    internal Manifest Manifest => Content.Manifest;

    /// <summary>The file's name without its directory.</summary>
    internal string FileName => Path.GetFileName(File);

    /// <summary>Reads and checks a package.</summary>
    /// <param name="file">The file.</param>
    /// <param name="context">Shows progress and stops.</param>
    /// <param name="keys">The public keys that may have signed it; null takes any signature, or none.</param>
    /// <param name="edition">The edition whose rules hold; null takes a package of any.</param>
    /// <exception cref="UserErrorException">There is no such file, or it breaks a rule.</exception>
    internal static OpenedPackage Open(
        string file,
        ToolContext context,
        IReadOnlyList<PublicKey>? keys = null,
        Edition? edition = null
    )
    {
        PackageVerifyOptions options = new()
        {
            Edition = edition,
            TrustedKeys = keys,
            RequireSignature = keys is not null,
        };
        return new OpenedPackage(file, Verify(file, options, context));
    }

    /// <summary>Reads and checks a package by all that is known of it.</summary>
    /// <exception cref="UserErrorException">There is no such file, or it is not what it must be.</exception>
    internal static OpenedPackage Open(string file, PackageVerifyOptions options, ToolContext context) =>
        new(file, Verify(file, options, context));

    /// <summary>Reads the package a second time, for its payload.</summary>
    /// <param name="receiver">Takes the payload.</param>
    /// <param name="context">Shows progress and stops.</param>
    /// <exception cref="UserErrorException">It is another package by now; what was received must not be used.</exception>
    internal void Unpack(IPayloadReceiver receiver, ToolContext context)
    {
        VerifiedPackage again = Verify(
            File,
            new PackageVerifyOptions
            {
                Edition = Content.Edition,
                AllowReferenceHeaders = true,
                Published = true,
                Receiver = receiver,
            },
            context
        );
        if (again.PackageHash != Content.PackageHash)
        {
            throw new UserErrorException($"{File} was changed while it was read; start again when nobody writes to it");
        }
    }

    private static VerifiedPackage Verify(string file, PackageVerifyOptions options, ToolContext context)
    {
        if (Directory.Exists(file))
        {
            throw new UserErrorException($"{file} is a directory, not a package");
        }

        try
        {
            using FileStream stream = new(
                file,
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
                $"{(options.Receiver is null ? "verifying" : "unpacking")} {Path.GetFileName(file)}",
                null,
                null,
                stream.CanSeek ? stream.Length : null
            );
            using ProgressStream watched = new(stream, phase);
            return PackageVerifier.Verify(watched, options, context.Cancellation);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UserErrorException($"there is no file {file}", exception);
        }
        catch (FormatViolationException exception)
        {
            throw new UserErrorException($"{file}: {exception.Message}", exception);
        }
    }
}
