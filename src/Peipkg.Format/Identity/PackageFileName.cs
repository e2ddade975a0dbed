using System.Diagnostics.CodeAnalysis;
using Peipkg.Format.Text;

namespace Peipkg.Format.Identity;

/// <summary>The name of a package file, <c>name_version_architecture.peipkg</c> (PSD-009 §2.1.4).</summary>
/// <remarks>
/// Neither a name nor a version can hold an underscore, an architecture can (<c>x86_64</c>): the first two underscores
/// are the separators.
/// </remarks>
public static class PackageFileName
{
    /// <summary>The extension of a package file, with its dot.</summary>
    public const string Extension = ".peipkg";

    /// <summary>The file name of a package.</summary>
    public static string Compose(PackageName name, PackageVersion version, Architecture architecture) =>
        $"{name.Text}_{version.Text}_{architecture.Text}{Extension}";

    /// <summary>Takes a file name apart.</summary>
    /// <param name="fileName">A bare file name, without a directory.</param>
    /// <param name="name">The package's name.</param>
    /// <param name="version">The package's version.</param>
    /// <param name="architecture">The package's architecture.</param>
    /// <param name="error">A sentence that says what is wrong with the file name.</param>
    public static bool TryParse(
        string? fileName,
        out PackageName name,
        out PackageVersion version,
        out Architecture architecture,
        [NotNullWhen(false)] out string? error
    )
    {
        name = default;
        version = default;
        architecture = default;
        if (fileName is null || !fileName.EndsWith(Extension, StringComparison.Ordinal))
        {
            error = $"{DisplayText.Quote(fileName)} is not a package file name: it does not end in {Extension}";
            return false;
        }

        var parts = fileName[..^Extension.Length].Split('_', 3);
        if (parts.Length < 3)
        {
            error =
                $"{DisplayText.Quote(fileName)} is not a package file name: "
                + $"it must have the form name_version_architecture{Extension}";
            return false;
        }

        if (
            PackageName.TryParse(parts[0], out name, out var fault)
            && PackageVersion.TryParse(parts[1], out version, out fault)
            && Architecture.TryParse(parts[2], out architecture, out fault)
        )
        {
            error = null;
            return true;
        }

        error = $"{DisplayText.Quote(fileName)} is not a package file name: {fault}";
        return false;
    }
}
