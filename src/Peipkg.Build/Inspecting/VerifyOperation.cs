using System.Globalization;
using Peipkg.Build.Reading;
using Peipkg.Build.World;
using Peipkg.CommandLine.Host;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Editions;
using Peipkg.Format.Identity;
using Peipkg.Format.Layout;
using Peipkg.Format.Manifests;
using Peipkg.Format.Packages;

namespace Peipkg.Build.Inspecting;

/// <summary>Checks packages against every rule of the format, one after another, and reports on all of them.</summary>
internal static class VerifyOperation
{
    internal static int Run(
        IReadOnlyList<string> files,
        IReadOnlyList<string> keyFiles,
        Edition? edition,
        ToolContext context
    )
    {
        PublicKey[]? keys = keyFiles.Count == 0 ? null : [.. keyFiles.Select(KeyFiles.LoadPublicKey)];
        int failed = files.Count(file => !Verify(file, keys, edition, context));
        if (failed > 0 && files.Count > 1)
        {
            context.Diagnostics.Error(
                string.Create(CultureInfo.InvariantCulture, $"{failed} of {files.Count} packages failed")
            );
        }

        return failed == 0 ? ExitCode.Success : ExitCode.Failure;
    }

    private static bool Verify(string file, PublicKey[]? keys, Edition? edition, ToolContext context)
    {
        try
        {
            VerifiedPackage package = OpenedPackage.Open(file, context, keys, edition).Content;
            WarnOfName(file, package.Manifest, context.Diagnostics);
            IReadOnlyList<EditionVerdict> verdicts = edition is null
                ? PackageJudgement.EditionsOf(package)
                : [new EditionVerdict(edition, PackageJudgement.Read(package, edition))];
            EditionVerdict[] satisfied = [.. verdicts.Where(verdict => verdict.IsSatisfied)];
            Report(file, satisfied.Length > 0 ? satisfied : verdicts, context.Diagnostics);
            if (satisfied.Length == 0)
            {
                return false;
            }

            context.Output.WriteLine(
                $"{TerminalText.Escape(file)}: ok, {Describe(package)}"
                    + (
                        edition is null
                            ? $"; satisfies {string.Join(" and ", satisfied.Select(verdict => verdict.Edition))}"
                            : ""
                    )
            );
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

    // What all editions say is said once.
    private static void Report(string file, IReadOnlyList<EditionVerdict> verdicts, Diagnostics diagnostics)
    {
        foreach (EditionVerdict verdict in verdicts)
        {
            foreach (LayoutProblem problem in verdict.Problems)
            {
                int count = verdicts.Count(other => other.Problems.Contains(problem));
                if (count == verdicts.Count && verdict != verdicts[0])
                {
                    continue;
                }

                string place = count == verdicts.Count ? file : $"{file}: in edition {verdict.Edition}";
                if (problem.Severity == LayoutSeverity.Error)
                {
                    diagnostics.Error($"{place}: {problem}");
                }
                else
                {
                    diagnostics.Warning($"{place}: {problem}");
                }
            }
        }
    }

    // The name is not part of the package, but repositories and people rely on it.
    private static void WarnOfName(string file, Manifest manifest, Diagnostics diagnostics)
    {
        string expected = PackageFileName.Compose(manifest.Name, manifest.Version, manifest.Architecture);
        if (Path.GetFileName(file) != expected)
        {
            diagnostics.Warning($"{file}: the content says that the file should be named {expected}");
        }
    }

    private static string Describe(VerifiedPackage package) =>
        package.Signer is { } signer ? $"signed by {signer.Fingerprint.Grouped}"
        : package.Signature is { } signature
            ? $"signature present but unproven (no --key given): {signature.KeyFingerprint.Grouped}"
        : "unsigned";
}
