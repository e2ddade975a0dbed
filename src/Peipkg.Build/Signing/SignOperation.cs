using Peipkg.Build.Attesting;
using Peipkg.Build.World;
using Peipkg.CommandLine.Host;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Editions;
using Peipkg.Format.Layout;
using Peipkg.Format.Packages;
using Peipkg.Posix.Files;

namespace Peipkg.Build.Signing;

/// <summary>
/// Signs packages that were built without the key. Either all of them are verified and appear signed in the output
/// directory, or none.
/// </summary>
internal static class SignOperation
{
    internal static int Run(SignRequest request, ToolContext context)
    {
        RequireDistinctNames(request.Files);
        using SigningKey key = KeyFiles.LoadSigningKey(request.SignKey, context.Diagnostics);
        Attester? attester = request.Attested is { } build
            ? new Attester(build.Read([request.Output, .. request.Files.Select(DirectoryOf)], context), key)
            : null;
        Directory.CreateDirectory(request.Output);
        List<DurableFileWriter> writers = [];
        List<DurableFileWriter> siblings = [];
        try
        {
            List<string> errors = [];
            foreach (string file in request.Files)
            {
                DurableFileWriter writer = DurableFile.Create(Path.Combine(request.Output, Path.GetFileName(file)));
                writers.Add(writer);
                errors.AddRange(Sign(file, writer, key, request.SkipLayoutChecks, context));
            }

            if (errors.Count > 0)
            {
                foreach (string error in errors)
                {
                    context.Diagnostics.Error(error);
                }

                throw new UserErrorException("nothing was signed");
            }

            foreach (DurableFileWriter writer in attester is null ? [] : writers)
            {
                Interruptible.Run(() => attester!.Write(writer, siblings, context.Cancellation), context.Cancellation);
            }

            context.Cancellation.ThrowIfCancellationRequested();
            foreach (DurableFileWriter writer in siblings.Concat(writers))
            {
                writer.Rename();
            }

            DurableFile.SyncDirectory(request.Output);
        }
        finally
        {
            foreach (DurableFileWriter writer in siblings.Concat(writers))
            {
                writer.Dispose();
            }
        }

        foreach (string file in request.Files)
        {
            context.Output.WriteLine(Path.Combine(request.Output, Path.GetFileName(file)));
        }

        return ExitCode.Success;
    }

    private static string DirectoryOf(string file) => Path.GetDirectoryName(Path.GetFullPath(file)) ?? "/";

    private static void RequireDistinctNames(IReadOnlyList<string> files)
    {
        string[] twice =
        [
            .. files
                .GroupBy(Path.GetFileName, StringComparer.Ordinal)
                .Where(group => group.Count() > 1)
                .Select(group => group.Key!),
        ];
        if (twice.Length > 0)
        {
            throw new UserErrorException(
                $"{string.Join(", ", twice)}: files with the same name would become one file in --out"
            );
        }
    }

    /// <summary>Signs one package and returns what is wrong with it, so that all are examined in one run.</summary>
    private static List<string> Sign(
        string file,
        DurableFileWriter writer,
        SigningKey key,
        bool skipLayoutChecks,
        ToolContext context
    )
    {
        // Opening a FIFO would block, and a device may never end.
        if (FileStatus.Of(file, followLinks: true) is not { IsRegular: true })
        {
            return
            [
                $"{file}: {(Directory.Exists(file) ? "it is a directory, not a package" : "there is no such file")}",
            ];
        }

        try
        {
            VerifiedPackage package = Interruptible.Run(
                () =>
                {
                    using Stream input = ForeignFile.OpenStream(file);
                    VerifiedPackage signed = PackageSigner.Sign(
                        input,
                        writer.Stream,
                        key,
                        new PackageWriteOptions { Workers = Environment.ProcessorCount },
                        context.Cancellation
                    );
                    writer.Flush();
                    return signed;
                },
                context.Cancellation
            );
            return skipLayoutChecks ? [] : [.. FaultsInEveryEdition(package).Select(problem => $"{file}: {problem}")];
        }
        catch (FormatViolationException exception)
        {
            return [$"{file}: {exception.Message}"];
        }
    }

    /// <summary>What keeps a package from satisfying any edition, as the default one says it.</summary>
    private static IEnumerable<LayoutProblem> FaultsInEveryEdition(VerifiedPackage package)
    {
        IReadOnlyList<EditionVerdict> verdicts = PackageJudgement.EditionsOf(package);
        return verdicts.Any(verdict => verdict.IsSatisfied)
            ? []
            : verdicts
                .Single(verdict => verdict.Edition == Edition.Default)
                .Problems.Where(problem => problem.Severity == LayoutSeverity.Error);
    }
}

/// <summary>What <c>sign</c> was asked to do.</summary>
/// <param name="Files">The unsigned packages.</param>
/// <param name="Output">The directory of the signed ones; made if it is missing.</param>
/// <param name="SignKey">The private key's file.</param>
/// <param name="SkipLayoutChecks">Whether destinations and side effects are not checked.</param>
internal sealed record SignRequest(IReadOnlyList<string> Files, string Output, string SignKey, bool SkipLayoutChecks)
{
    /// <summary>What is known of the build; null where nothing is written beside the packages.</summary>
    internal AttestedRecipe? Attested { get; init; }
}
