using System.Text;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Identity;
using Peipkg.Format.Repositories;
using Peipkg.Repo.Indexing;

namespace Peipkg.Repo.Tests.Indexing;

/// <summary>Rows for tests of what is decided by rows alone.</summary>
internal static class Rows
{
    internal static IndexRow Row(
        string name,
        string version,
        string architecture = "x86_64",
        string bytes = "",
        string? url = null
    )
    {
        PackageName parsedName = PackageName.Parse(name);
        PackageVersion parsedVersion = PackageVersion.Parse(version);
        Architecture parsedArchitecture = Architecture.Parse(architecture);
        byte[] content = Encoding.UTF8.GetBytes($"{name} {version} {architecture} {bytes}");
        return new IndexRow(
            new IndexEntry
            {
                Name = parsedName,
                Version = parsedVersion,
                Architecture = parsedArchitecture,
                Url = url ?? UrlTemplate.Default.Expand(parsedName, parsedVersion, parsedArchitecture),
                SizeCompressed = content.Length,
                SizeInstalled = 0,
                Hash = Sha256Digest.Of(content),
            },
            content
        );
    }

    internal static NewPackage New(IndexRow row, string? file = null) => new(file ?? $"new/{row.FileName}", row, null);
}
