using Peipkg.Build.Reading;
using Peipkg.Build.World;
using Peipkg.CommandLine.Host;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Editions;
using Peipkg.Format.Layout;
using Peipkg.Format.Packages;
using Peipkg.Format.Text;
using Peipkg.Posix.Files;

namespace Peipkg.Build.Extracting;

/// <summary>Verifies a package as a whole and writes its payload into an empty directory: all of it, or nothing.</summary>
internal static class ExtractOperation
{
    internal static int Run(
        string file,
        string target,
        IReadOnlyList<string> keyFiles,
        Edition? edition,
        ToolContext context
    )
    {
        PublicKey[]? keys = keyFiles.Count == 0 ? null : [.. keyFiles.Select(KeyFiles.LoadPublicKey)];
        bool existed = RequireEmpty(target);
        OpenedPackage package;
        try
        {
            package = OpenedPackage.Open(file, context, keys, edition);
            if (edition is not null)
            {
                RequireEdition(file, package.Content, edition);
            }
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
            PayloadFiles receiver = new(writer, edition ?? NewestOf(package.Content));
            package.Unpack(receiver, context);
            receiver.Report(context.Diagnostics);
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
            $"{TerminalText.Escape(file)}: {Counted.Text(package.Content.Entries.Count, "entry", "entries")}, "
                + $"{Counted.Text(package.Manifest.SizeInstalled, "byte")}, in {TerminalText.Escape(target)}"
        );
        return ExitCode.Success;
    }

    private static void RequireEdition(string file, VerifiedPackage package, Edition edition)
    {
        LayoutProblem[] errors =
        [
            .. PackageJudgement.Read(package, edition).Where(problem => problem.Severity == LayoutSeverity.Error),
        ];
        if (errors.Length > 0)
        {
            string more = errors.Length == 1 ? "" : $" and {Counted.Text(errors.Length - 1, "more error")}, see verify";
            throw new UserErrorException($"{file}: in edition {edition}: {errors[0]}{more}");
        }
    }

    /// <summary>The newest edition that the package satisfies; the one it was read by where it satisfies none.</summary>
    private static Edition NewestOf(VerifiedPackage package) =>
        PackageJudgement.EditionsOf(package).LastOrDefault(verdict => verdict.IsSatisfied)?.Edition ?? package.Edition;

    private static bool RequireEmpty(string target)
    {
        if (File.Exists(target))
        {
            throw new UserErrorException($"--to {target} is a file; it must be a directory, absent or empty");
        }

        bool exists = Directory.Exists(target);
        return !exists || !Directory.EnumerateFileSystemEntries(target).Any()
            ? exists
            : throw new UserErrorException($"--to {target} is not empty; extract into a new or empty directory");
    }
}
