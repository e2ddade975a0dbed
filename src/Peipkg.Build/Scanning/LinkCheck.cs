using Peipkg.Build.Rules;
using Peipkg.Build.Staging;
using Peipkg.Format.Layout;
using Peipkg.Format.Packages;
using Peipkg.Format.Text;

namespace Peipkg.Build.Scanning;

/// <summary>Finds symlinks that lead to something that none of a recipe's packages holds.</summary>
internal static class LinkCheck
{
    // As many as the kernel follows.
    private const int MostSteps = 40;

    internal static void Report(IReadOnlyList<PackagePlan> plans, FindingReporter reporter)
    {
        Dictionary<string, string?> targets = new(StringComparer.Ordinal);
        foreach (PayloadSource source in plans.SelectMany(plan => plan.Payload))
        {
            targets[source.Path] = source.LinkTarget;
            for (int slash = source.Path.LastIndexOf('/'); slash > 0; slash = source.Path.LastIndexOf('/', slash - 1))
            {
                if (!targets.TryAdd(source.Path[..slash], null))
                {
                    break;
                }
            }
        }

        foreach (PackagePlan plan in plans)
        {
            foreach (PayloadSource link in plan.Payload.Where(source => source.Kind == PayloadKind.Symlink))
            {
                if (Missing(link.Path, targets) is { } missing)
                {
                    reporter.Report(
                        StageRules.DanglingLink,
                        $"package {plan.Manifest.Name}: the symlink {DisplayText.Quote(link.Path)} leads to "
                            + $"{DisplayText.Quote(missing)}, which no package of the recipe holds"
                    );
                }
            }
        }
    }

    /// <summary>The path that a link leads to and that is not there; null where all is well.</summary>
    private static string? Missing(string link, Dictionary<string, string?> targets)
    {
        List<string> resolved = [];
        Stack<string> ahead = new(link.Split('/').Reverse());
        int steps = 0;
        while (ahead.TryPop(out string? name))
        {
            if (name is "" or ".")
            {
                continue;
            }

            if (name == "..")
            {
                resolved.RemoveRange(Math.Max(0, resolved.Count - 1), Math.Min(1, resolved.Count));
                continue;
            }

            resolved.Add(name);
            string path = string.Join('/', resolved);
            if (!targets.TryGetValue(path, out string? target))
            {
                return string.Join('/', [path, .. ahead]);
            }

            if (target is not null)
            {
                if (++steps > MostSteps)
                {
                    return path;
                }

                resolved.RemoveAt(resolved.Count - 1);
                foreach (string next in target.Split('/').Reverse())
                {
                    ahead.Push(next);
                }
            }
        }

        return null;
    }
}
