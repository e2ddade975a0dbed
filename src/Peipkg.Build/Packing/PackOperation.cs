using Peipkg.Build.Rules;
using Peipkg.Build.Scanning;
using Peipkg.Build.Staging;
using Peipkg.Build.World;
using Peipkg.CommandLine.Host;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Editions;
using Peipkg.Format.Layout;
using Peipkg.Format.Manifests;
using Peipkg.Posix.Files;

namespace Peipkg.Build.Packing;

/// <summary>Packs a whole staged tree with a manifest that somebody else has written.</summary>
internal static class PackOperation
{
    internal static int Run(PackRequest request, ToolContext context)
    {
        if (request.SkipLayoutChecks && !request.Edition.LayoutChecksAreOptional)
        {
            throw new UsageErrorException(
                $"--skip-layout-checks: in edition {request.Edition} a package asks for that itself, with "
                    + "\"special_system_package\": true in its manifest"
            );
        }

        Manifest manifest = ReadManifest(request.Manifest, request.Edition);
        if (!Directory.Exists(request.Staged))
        {
            throw new UserErrorException(
                $"--staged {request.Staged} {(File.Exists(request.Staged) ? "is not a directory" : "does not exist")}"
            );
        }

        RequireOutside(request);
        using SigningKey? key = request.SignKey is null
            ? null
            : KeyFiles.LoadSigningKey(request.SignKey, context.Diagnostics);

        // The tree may be named through a symlink; symlinks below it are packed as such.
        using StagedTree tree = StagedTree.Walk(
            RealPath.Of(request.Staged),
            Umask.Current(),
            mayChangeModes: false,
            context.Cancellation
        );
        FindingReporter findings = new(request.Policy, context.Diagnostics);
        ContentScan scan = new(new BuildPaths([Path.GetFullPath(request.Staged), tree.Root], []));
        PackagePlan plan = new(manifest, tree.Entries) { Edition = request.Edition };
        foreach (Finding problem in tree.Problems)
        {
            findings.Report(problem);
        }

        plan.Check(request.SkipLayoutChecks ? LayoutChecks.None : LayoutChecks.All, findings);
        RequireNone(findings, request.Staged);
        using PackageBatch batch = PackageBatch.Write(
            [(plan, request.Output)],
            key,
            scan.Of,
            context,
            mayBeSpecial: true
        );
        scan.Report([plan], findings, siblings: false);
        RequireNone(findings, request.Staged);
        batch.Publish();
        if (!OutputFile.IsStandardOutput(request.Output))
        {
            context.Output.WriteLine(request.Output);
        }

        return ExitCode.Success;
    }

    private static void RequireNone(FindingReporter findings, string staged)
    {
        if (findings.Errors > 0)
        {
            throw new UserErrorException($"{staged} cannot be packed; no package was made");
        }
    }

    private static Manifest ReadManifest(string path, Edition edition)
    {
        if (Directory.Exists(path))
        {
            throw new UserErrorException($"--manifest {path} is a directory, not a manifest");
        }

        using MemoryStream content = new();
        try
        {
            // One byte more than allowed shows that the manifest is too long; the length of a pipe is not known beforehand.
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
            byte[] buffer = new byte[64 << 10];
            int count;
            while (content.Length <= Limits.ManifestBytes && (count = file.Read(buffer)) > 0)
            {
                content.Write(buffer, 0, count);
            }
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UserErrorException($"there is no manifest {path}", exception);
        }

        try
        {
            return ManifestDocument.Read(content.ToArray(), ManifestSource.Author, edition);
        }
        catch (FormatViolationException exception)
        {
            throw new UserErrorException($"{path}: {exception.Message}", exception);
        }
    }

    private static void RequireOutside(PackRequest request)
    {
        if (OutputFile.IsDash(request.Output))
        {
            return;
        }

        string? directory = Path.GetDirectoryName(Path.GetFullPath(request.Output));
        if (directory is null || !Directory.Exists(directory))
        {
            throw new UserErrorException($"--out {request.Output}: the directory {directory} does not exist");
        }

        if (RealPath.IsWithin(directory, request.Staged))
        {
            throw new UserErrorException(
                $"--out {request.Output} lies inside --staged, all of which goes into the package"
            );
        }
    }
}
