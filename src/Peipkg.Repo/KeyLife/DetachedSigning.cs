using System.Globalization;
using System.Text;
using Peipkg.CommandLine.Host;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Repositories;
using Peipkg.Posix.Files;
using Peipkg.Repo.Keys;
using Peipkg.Repo.Transactions;
using Peipkg.Repo.World;

namespace Peipkg.Repo.KeyLife;

/// <summary>
/// The way of a generation whose private key is kept elsewhere: its digests are carried there, signed, and the signatures
/// are carried back, where <see cref="SignatureImport"/> publishes it.
/// </summary>
internal static class DetachedSigning
{
    /// <summary>Writes what is to be signed into a file.</summary>
    internal static int Export(string repo, string output, OperationContext context)
    {
        PendingGeneration pending = PendingGeneration.Read(repo);
        string descriptor = Path.Combine(
            PendingGeneration.PathIn(repo),
            StagingDirectory.Next,
            RepositoryLayout.Descriptor
        );
        SigningRequest request = new(
            pending.Repository,
            pending.IndexVersion,
            pending.GeneratedAt.Text,
            pending.Summary,
            pending.Awaited.Any(static item => item.Document == RepositoryLayout.Descriptor)
                ? Encoding.UTF8.GetString(BoundedFile.Read(descriptor, Limits.DescriptorBytes))
                : null,
            pending.Awaited
        );
        WriteFile(output, request.Write);
        StringWriter results = NewText();
        foreach (IGrouping<Fingerprint, AwaitedSignature> key in pending.Awaited.GroupBy(static item => item.Signer))
        {
            results.WriteLine(
                $"{key.Key.Grouped} is to sign {string.Join(", ", key.Select(static item => item.Document))}: "
                    + $"peipkg-repo sign --detached --request {TerminalText.Escape(output)} --sign-key KEY --out FILE"
            );
        }

        Say(results, output, context);
        return ExitCode.Success;
    }

    /// <summary>Shows a request and signs what of it is a key's.</summary>
    internal static int Sign(string requestFile, string keyFile, string? output, OperationContext context)
    {
        SigningRequest request = SigningRequest.Read(
            BoundedFile.Read(requestFile, SigningRequest.MaxBytes),
            requestFile
        );
        using SigningKey key = KeyFiles.LoadSigningKey(keyFile, context.Diagnostics);
        StringWriter shown = NewText();
        Show(request, shown);
        Say(shown, output, context);
        AwaitedSignature[] mine = [.. request.Awaited.Where(item => item.Signer == key.PublicKey.Fingerprint)];
        if (mine.Length == 0)
        {
            throw new UserErrorException(
                $"{keyFile}: nothing is to be signed with {key.PublicKey.Fingerprint.Grouped}; the request is for\n  "
                    + string.Join(
                        "\n  ",
                        request.Awaited.Select(static item => item.Signer.Grouped).Distinct(StringComparer.Ordinal)
                    )
            );
        }

        StringWriter signed = NewText();
        foreach (AwaitedSignature item in mine)
        {
            signed.WriteLine(
                $"{(output is null ? "to sign" : "signed")}: {TerminalText.Escape(item.Document)}, SHA-256 {item.Digest}"
            );
        }

        Say(signed, output, context);
        if (output is not null)
        {
            WriteFile(output, writer => SignatureBundle.Write(writer, mine, key));
        }

        return ExitCode.Success;
    }

    /// <summary>A request comes from a machine that may be in the wrong hands: what is shown is escaped.</summary>
    private static void Show(SigningRequest request, TextWriter output)
    {
        output.WriteLine(
            TerminalText.Escape(
                $"repository \"{request.Repository}\", index_version {request.IndexVersion} of {request.GeneratedAt}"
            )
        );
        foreach (string line in request.Summary)
        {
            output.WriteLine($"  {TerminalText.Escape(line)}");
        }

        if (request.Descriptor is { } text)
        {
            Descriptor descriptor = DescriptorDocument.Read(Encoding.UTF8.GetBytes(text));
            output.WriteLine(TerminalText.Escape($"repo.json of \"{descriptor.Name}\" lists"));
            foreach (DescriptorKey key in descriptor.Keys)
            {
                output.WriteLine(
                    $"  {key.Fingerprint.Grouped} {KeyEdits.Text(key.Status)}"
                        + (key.Status == KeyStatus.Transitioning ? $" until {key.ValidUntil}" : "")
                );
            }
        }
    }

    private static StringWriter NewText() => new(CultureInfo.InvariantCulture) { NewLine = "\n" };

    /// <summary>Says something beside the file: on the error stream where the file itself goes to standard output.</summary>
    private static void Say(StringWriter text, string? output, OperationContext context)
    {
        if (output is not null && OutputFile.IsStandardOutput(output))
        {
            context.Diagnostics.Line(text.ToString());
        }
        else
        {
            context.Output.Write(text.ToString());
        }
    }

    private static void WriteFile(string path, Action<TextWriter> write)
    {
        using StringWriter text = NewText();
        write(text);
        using DurableFileWriter file = OutputFile.Create(path);
        file.Stream.Write(Encoding.UTF8.GetBytes(text.ToString()));
        file.Commit();
    }
}
