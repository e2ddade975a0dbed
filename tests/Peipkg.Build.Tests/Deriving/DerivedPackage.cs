using System.Text;
using Peipkg.Build.Deriving;
using Peipkg.Format.Identity;
using Peipkg.Format.Manifests;
using Peipkg.Format.Packages;
using Peipkg.Recipes;

namespace Peipkg.Build.Tests.Deriving;

/// <summary>A package of files in memory, and what is derived from it, in words that tests can compare.</summary>
internal sealed class DerivedPackage
{
    private readonly List<PayloadSource> _payload = [];

    internal Derivation Choice { get; init; } = Derivation.Full;

    internal Provide[] Provides { get; init; } = [];

    internal Dependency[] Dependencies { get; init; } = [];

    internal DerivedPackage Add(string path, byte[] content)
    {
        _payload.Add(PayloadSource.File(path, content));
        return this;
    }

    internal DerivedPackage Add(string path, string content) => Add(path, Encoding.UTF8.GetBytes(content));

    internal DerivedPackage Link(string path, string target)
    {
        _payload.Add(PayloadSource.Symlink(path, target));
        return this;
    }

    /// <summary>
    /// The provided names as <c>+ NAME VERSION</c>, the needed ones as <c>- NAME CONSTRAINT</c>, and what is reported as
    /// <c>! RULE</c>.
    /// </summary>
    internal string[] Derive()
    {
        Manifest manifest = Declared;
        DerivedNames names = Names;
        Manifest complete = NameDeriver.Complete(manifest, names);
        return
        [
            .. complete.Provides.Select(provide => $"+ {provide.Name} {provide.Version?.Text}".TrimEnd()),
            .. complete.Dependencies.Select(need => $"- {need.Name} {need.Constraint?.Text}".TrimEnd()),
            .. names.Findings.Select(finding => $"! {finding.Rule.Id}").Order(StringComparer.Ordinal),
        ];
    }

    /// <summary>What is reported, in full.</summary>
    internal string[] Messages => [.. Names.Findings.Select(finding => finding.Message)];

    private DerivedNames Names => NameDeriver.Derive(Declared, PayloadReading.Read(_payload, Choice, default), Choice);

    private Manifest Declared =>
        new()
        {
            Name = PackageName.Parse("demo"),
            Version = PackageVersion.Parse("1.0-1"),
            Architecture = Architecture.X86_64,
            Provides = Provides,
            Dependencies = Dependencies,
            Build = new BuildInfo(Timestamp.Parse("2026-05-01T12:00:00Z"), "test", "test://"),
        };
}
