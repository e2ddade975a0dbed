using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using Peipkg.Recipes;
using Peipkg.Recipes.Toml;
using Peipkg.Recipes.Upstreams;

namespace Peipkg.Manager.Configuration;

/// <summary>Reads <c>[upload]</c>, or several targets written as <c>[[upload]]</c>.</summary>
internal static partial class UploadReader
{
    private static readonly Dictionary<string, UploadBackend> Backends = new(StringComparer.Ordinal)
    {
        ["none"] = UploadBackend.None,
        ["rclone"] = UploadBackend.Rclone,
        ["git"] = UploadBackend.Git,
        ["rsync"] = UploadBackend.Rsync,
    };

    private static readonly Dictionary<string, UploadContent> Contents = new(StringComparer.Ordinal)
    {
        ["repository"] = UploadContent.Repository,
        ["packages"] = UploadContent.Packages,
    };

    private static readonly Dictionary<string, UploadMode> RsyncModes = new(StringComparer.Ordinal)
    {
        ["in-place"] = UploadMode.InPlace,
        ["switch"] = UploadMode.Switch,
    };

    private static readonly Dictionary<string, UploadMode> GitModes = new(StringComparer.Ordinal)
    {
        ["orphan"] = UploadMode.Orphan,
        ["history"] = UploadMode.History,
    };

    /// <summary>The targets in the file's order; problems go to the file's list.</summary>
    public static IReadOnlyList<UploadConfig> Read(TomlFile file)
    {
        bool several = file.Root.Find("upload")?.Value is TomlArray { FromHeaders: true };
        IReadOnlyList<TomlSection> sections =
            several ? file.Sections("upload")
            : file.Section("upload") is { } single ? [single]
            : [];
        List<UploadConfig> targets = [];
        foreach (TomlSection section in sections)
        {
            UploadConfig? target = ReadTarget(section);
            section.Finish();
            if (target is null)
            {
                continue;
            }

            if (targets.Any(other => other.Name == target.Name))
            {
                section.Problems.Error(
                    section.PositionOf("name"),
                    $"two targets are called \"{target.Name}\"; give each a name of its own"
                );
            }

            if (
                target.Content == UploadContent.Packages
                && targets.Any(other => other.Content == UploadContent.Packages)
            )
            {
                section.Problems.Error(
                    section.PositionOf("content"),
                    "only one target can have content = \"packages\": the index names one URL for each package"
                );
            }

            targets.Add(target);
        }

        if (targets.Count > 0 && targets.TrueForAll(target => target.Content == UploadContent.Packages))
        {
            file.Problems.Error(
                sections[0].PositionOf("content"),
                "content = \"packages\" needs another target that carries the repository"
            );
        }

        return targets;
    }

    private static UploadConfig? ReadTarget(TomlSection section)
    {
        UploadBackend backend =
            section.Parsed<UploadBackend>("backend", ConfigWord.OneOf(Backends))?.Value ?? UploadBackend.None;
        Located<string>? remote = section.String("remote", required: backend != UploadBackend.None);
        CheckRemote(section, backend, remote);
        string? name = section.Parsed<string>("name", ConfigWord.Name)?.Value;
        UploadContent content =
            section.Parsed<UploadContent>("content", ConfigWord.OneOf(Contents))?.Value ?? UploadContent.Repository;
        string? url = section.Parsed<string>("public_url", HttpUrl, required: content == UploadContent.Packages)?.Value;
        TimeSpan within = section.Parsed<TimeSpan>("check_within", Patience)?.Value ?? UploadConfig.DefaultCheckWithin;
        UploadMode mode = UploadMode.InPlace;
        string branch = "";
        if (backend == UploadBackend.Git)
        {
            branch = section.Parsed<string>("branch", BranchName.TryParse)?.Value ?? "gh-pages";
            mode = section.Parsed<UploadMode>("mode", ConfigWord.OneOf(GitModes))?.Value ?? UploadMode.Orphan;
        }
        else if (backend == UploadBackend.Rsync)
        {
            mode = section.Parsed<UploadMode>("mode", ConfigWord.OneOf(RsyncModes))?.Value ?? UploadMode.InPlace;
        }

        if (content == UploadContent.Packages && mode == UploadMode.Switch)
        {
            section.Problems.Error(
                section.PositionOf("mode"),
                "mode = \"switch\" is for a whole repository; packages never change once they are there"
            );
        }

        return backend == UploadBackend.None
            ? null
            : new UploadConfig
            {
                Name = name ?? backend.ToString().ToLowerInvariant(),
                Backend = backend,
                Remote = remote?.Value ?? "",
                Content = content,
                Mode = mode,
                Branch = branch,
                PublicUrl = url,
                CheckWithin = within,
            };
    }

    private static void CheckRemote(TomlSection section, UploadBackend backend, Located<string>? remote)
    {
        if (remote is not { } given)
        {
            return;
        }

        if (given.Value.Length == 0 || given.Value.StartsWith('-') || given.Value.Any(char.IsControl))
        {
            section.Problems.Error(
                given.Position,
                $"remote in {section.Label} must not be empty, begin with \"-\" or hold control characters"
            );
            return;
        }

        string? error = null;
        if (backend == UploadBackend.Git && !GitAddress.TryParse(given.Value, out _, out error))
        {
            section.Problems.Error(given.Position, $"remote in {section.Label}: {error}");
        }
        else if (backend == UploadBackend.Rsync && RsyncPassword().IsMatch(given.Value))
        {
            section.Problems.Error(
                given.Position,
                $"remote in {section.Label}: rsync takes no password from an address, and everybody could read it there; give it in the environment as RSYNC_PASSWORD"
            );
        }
        else if (backend == UploadBackend.Rclone && !RcloneRemote.TryParse(given.Value, out _, out error))
        {
            section.Problems.Error(given.Position, $"remote in {section.Label}: {error}");
        }
    }

    private static bool HttpUrl(string? text, out string value, [NotNullWhen(false)] out string? error)
    {
        value = (text ?? "").TrimEnd('/');
        error =
            Uri.TryCreate(value, UriKind.Absolute, out Uri? url)
            && (url.Scheme == Uri.UriSchemeHttps || url.Scheme == Uri.UriSchemeHttp)
            && url.Host.Length > 0
            && url.UserInfo.Length == 0
            && url.Query.Length == 0
            && url.Fragment.Length == 0
            && value.All(c => c is > ' ' and <= '~' and not ('{' or '}'))
                ? null
                : "write an https:// or http:// URL without user, query or fragment";
        return error is null;
    }

    [GeneratedRegex("^[a-z]+://[^/@]*:[^/@]*@", RegexOptions.CultureInvariant)]
    private static partial Regex RsyncPassword();

    private static bool Patience(string? text, out TimeSpan value, [NotNullWhen(false)] out string? error)
    {
        if (
            GoDuration.TryParse(text, out value, out error)
            && (value < TimeSpan.FromSeconds(1) || value > TimeSpan.FromDays(1))
        )
        {
            error = $"\"{text}\" must lie between \"1s\" and \"24h\"";
        }

        return error is null;
    }
}
