using Peipkg.Build.Elf;
using Peipkg.Build.Rules;
using Peipkg.Build.Staging;
using Peipkg.Format.Identity;
using Peipkg.Format.Text;

namespace Peipkg.Build.Scanning;

/// <summary>Says what is wrong with a file that was looked into.</summary>
internal static class ContentJudge
{
    // What is there is there for debuggers alone.
    private const string DebugTree = "usr/lib/debug/";

    internal static IEnumerable<ContentFault> Judge(ScannedFile file, BuildPaths paths)
    {
        string? runPath = file.Image?.RunPaths.FirstOrDefault(path =>
            Enumerable
                .Range(0, paths.Count)
                .Any(i => (path + "/").StartsWith(paths.Text(i) + "/", StringComparison.Ordinal))
        );
        if (runPath is not null)
        {
            yield return new(ContentRules.RunPath, "looks", "look", $"for libraries in {DisplayText.Quote(runPath)}");
        }

        for (int i = 0; i < paths.Count; i++)
        {
            // The run path is such a path too, and has its own remedy.
            if (file.Found[i] && (runPath is null || !runPath.StartsWith(paths.Text(i), StringComparison.Ordinal)))
            {
                yield return paths.IsStaged(i)
                    ? new(ContentRules.StagePath, "contains", "contain", $"the path of $DESTDIR, {paths.Text(i)}")
                    : new(ContentRules.BuildPath, "contains", "contain", $"a path of the build, {paths.Text(i)}");
            }
        }

        if (file.GzipStamp > 0)
        {
            yield return new(
                ContentRules.GzipTimestamp,
                "contains",
                "contain",
                $"the time of compression, {Timestamp.FromUnixSeconds(file.GzipStamp)}"
            );
        }

        if (file.SourceStamp is { } source && source != file.Package.Manifest.Build.Timestamp.UnixSeconds)
        {
            yield return new(
                ContentRules.ByteCodeTimestamp,
                "contains",
                "contain",
                $"the time of its source, {Timestamp.FromUnixSeconds(source)}"
            );
        }

        if (file.IsLfsPointer)
        {
            yield return new(
                ContentRules.LfsPointer,
                "is a pointer",
                "are pointers",
                "of Git LFS, without the content"
            );
        }

        if (file.Archive?.Stamped is { } member)
        {
            yield return new(
                ContentRules.ArchiveTimestamp,
                "has",
                "have",
                $"a member, {DisplayText.Quote(member)}, with a time or an owner"
            );
        }

        if (file.HasDebug && !file.Path.StartsWith(DebugTree, StringComparison.Ordinal))
        {
            yield return new(ContentRules.DebugInformation, "contains", "contain", "debug information");
        }

        if (file.Image is { Machine: not ElfImage.Bpf } image)
        {
            Architecture architecture = file.Package.Manifest.Architecture;
            (string one, string many) = file.Archive is null ? ("is", "are") : ("contains", "contain");
            if (architecture == Architecture.NoArch)
            {
                yield return new(ContentRules.NoArchElf, one, many, $"machine code for {image.MachineName}");
            }
            else if (image.MachineName != architecture.Text)
            {
                yield return new(
                    ContentRules.ForeignElf,
                    one,
                    many,
                    $"machine code for {image.MachineName}, the package is for {architecture}"
                );
            }
        }
    }
}
