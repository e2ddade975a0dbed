using Peipkg.CommandLine.Host;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Cryptography;
using Peipkg.Posix.Files;
using Peipkg.Repo.World;

namespace Peipkg.Repo.KeyLife;

/// <summary>Makes keys and names them.</summary>
internal static class KeyFileOperations
{
    /// <summary>Writes a new private key to a file that does not exist yet, readable by its owner alone.</summary>
    /// <param name="path">The private key's file.</param>
    /// <param name="publicPath">The public half's file; null when nobody needs it.</param>
    /// <param name="context">The world.</param>
    internal static int Generate(string path, string? publicPath, OperationContext context)
    {
        if (publicPath is not null && Path.Exists(publicPath))
        {
            throw new UserErrorException($"{publicPath} exists, and a key is never overwritten; give another --public");
        }

        using SigningKey key = SigningKey.Generate();
        FileStream file;
        try
        {
            file = new FileStream(
                path,
                new FileStreamOptions
                {
                    Mode = FileMode.CreateNew,
                    Access = FileAccess.Write,
                    BufferSize = 0,
                    UnixCreateMode = DurableFile.PrivateMode,
                }
            );
        }
        catch (IOException) when (Path.Exists(path))
        {
            throw new UserErrorException($"{path} exists, and a key is never overwritten; give another --out");
        }

        using (file)
        {
            try
            {
                File.SetUnixFileMode(file.SafeFileHandle, DurableFile.PrivateMode);
                file.Write(key.ExportPem());
                file.Flush(flushToDisk: true);
            }
            catch
            {
                File.Delete(path);
                throw;
            }
        }

        DurableFile.SyncDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        if (publicPath is not null)
        {
            DurableFile.Write(publicPath, key.PublicKey.ExportPem());
        }

        context.Output.WriteLine(key.PublicKey.Fingerprint.Grouped);
        return ExitCode.Success;
    }

    /// <summary>Prints the fingerprint of a private or public key file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="plain">Whether as 64 digits without blanks.</param>
    /// <param name="context">The world.</param>
    internal static int PrintFingerprint(string path, bool plain, OperationContext context)
    {
        Fingerprint fingerprint = KeyFiles.LoadFingerprint(path, context.Diagnostics);
        context.Output.WriteLine(plain ? fingerprint.Text : fingerprint.Grouped);
        return ExitCode.Success;
    }
}
