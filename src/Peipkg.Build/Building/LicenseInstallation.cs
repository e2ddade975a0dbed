using Peipkg.Build.Extracting;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Text;
using Peipkg.Posix.Files;
using Peipkg.Recipes;

namespace Peipkg.Build.Building;

/// <summary>Installs the licences that a recipe names from its source tree.</summary>
internal static class LicenseInstallation
{
    /// <summary>Copies them. Nothing is read outside the source, and nothing is written through a link.</summary>
    /// <param name="recipe">Names them.</param>
    /// <param name="source">The source tree.</param>
    /// <param name="destination">$DESTDIR, with what the script has installed.</param>
    /// <exception cref="UserErrorException">One is not there, or its place is taken.</exception>
    internal static void Run(Recipe recipe, string source, string destination)
    {
        LicenseFile[] licenses = [.. recipe.Stanzas.SelectMany(stanza => stanza.Licenses)];
        if (licenses.Length == 0)
        {
            return;
        }

        using DirectoryWriter writer = new(destination);
        foreach (LicenseFile license in licenses)
        {
            string file = Path.Combine(Path.GetFullPath(source), license.Source);
            if (!File.Exists(file) || !RealPath.IsWithin(file, source))
            {
                throw new UserErrorException(
                    $"licenses in [[package]]: {DisplayText.Quote(license.Source)} is no file of the source tree; no package was made"
                );
            }

            try
            {
                for (int slash = -1; (slash = license.Target.IndexOf('/', slash + 1)) > 0; )
                {
                    writer.MakeDirectory(license.Target[..slash]);
                }

                using Stream content = ForeignFile.OpenStream(file);
                using FileStream copy = writer.MakeFile(license.Target);
                content.CopyTo(copy);
                File.SetUnixFileMode(copy.SafeFileHandle, DurableFile.PublicMode);
            }
            catch (PosixIOException exception)
            {
                throw new UserErrorException(
                    $"licenses in [[package]]: {license.Target} cannot be installed: {exception.Message}; the build script must leave that place free",
                    exception
                );
            }
        }
    }
}
