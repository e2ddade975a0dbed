using System.Globalization;
using Peipkg.Build.Reading;
using Peipkg.Build.World;
using Peipkg.CommandLine.Host;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Identity;
using Peipkg.Format.Layout;
using Peipkg.Format.Manifests;
using Peipkg.Format.Packages;

namespace Peipkg.Build.Inspecting;

/// <summary>Checks packages against every rule of the format, one after the other, and reports on all of them.</summary>
internal static class VerifyOperation
{
    internal static int Run(IReadOnlyList<string> files, IReadOnlyList<string> keyFiles, ToolContext context)
    {
        PublicKey[]? keys = keyFiles.Count == 0 ? null : [.. keyFiles.Select(KeyFiles.LoadPublicKey)];
        int failed = files.Count(file => !Verify(file, keys, context));
        if (failed > 0 && files.Count > 1)
        {
            context.Diagnostics.Error(
                string.Create(CultureInfo.InvariantCulture, $"{failed} of {files.Count} packages failed")
            );
        }

        return failed == 0 ? ExitCode.Success : ExitCode.Failure;
    }

    private static bool Verify(string file, PublicKey[]? keys, ToolContext context)
    {
        try
        {
            VerifiedPackage package = OpenedPackage.Open(file, context, keys).Content;
            WarnOfName(file, package.Manifest, context.Diagnostics);
            if (!CheckLayout(file, package, context.Diagnostics))
            {
                return false;
            }

            context.Output.WriteLine($"{TerminalText.Escape(file)}: ok, {Describe(package)}");
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            context.Diagnostics.Error($"{file}: {exception.Message}");
        }
        catch (UserErrorException exception)
        {
            context.Diagnostics.Error(exception.Message);
        }

        return false;
    }

    private static bool CheckLayout(string file, VerifiedPackage package, Diagnostics diagnostics)
    {
        bool fine = true;
        foreach (LayoutProblem problem in PackageJudgement.Read(package, package.Edition))
        {
            if (problem.Severity == LayoutSeverity.Error)
            {
                fine = false;
                diagnostics.Error($"{file}: {problem}");
            }
            else
            {
                diagnostics.Warning($"{file}: {problem}");
            }
        }

        return fine;
    }

    // The name is no part of the package, but repositories and people go by it.
    private static void WarnOfName(string file, Manifest manifest, Diagnostics diagnostics)
    {
        string expected = PackageFileName.Compose(manifest.Name, manifest.Version, manifest.Architecture);
        if (Path.GetFileName(file) != expected)
        {
            diagnostics.Warning($"{file}: by its content the file should be named {expected}");
        }
    }

    private static string Describe(VerifiedPackage package) =>
        package.Signer is { } signer ? $"signed by {signer.Fingerprint.Grouped}"
        : package.Signature is { } signature
            ? $"signature present but unproven (no --key given): {signature.KeyFingerprint.Grouped}"
        : "unsigned";
}
