using Peipkg.CommandLine.Host;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format;
using Peipkg.Format.Repositories;

namespace Peipkg.Build.Composing;

/// <summary>What a root says that it is made of.</summary>
internal static class ComposedRoot
{
    // Far above what roots have: an entry takes a kilobyte.
    private const int MostBytes = 64 << 20;

    /// <summary>Whether a root says it; one that something else made does not.</summary>
    internal static bool IsIn(string root) => File.Exists(PlaceOf(root));

    /// <summary>Reads it.</summary>
    /// <returns>Null where the root does not say it.</returns>
    /// <exception cref="UserErrorException">What it says cannot be read.</exception>
    internal static RootDocument? TryRead(string root)
    {
        try
        {
            return IsIn(root) ? RootDocument.Read(BoundedFile.Read(PlaceOf(root), MostBytes)) : null;
        }
        catch (FormatViolationException exception)
        {
            throw new UserErrorException($"{PlaceOf(root)}: {exception.Message}; compose the root again", exception);
        }
    }

    private static string PlaceOf(string root) => Path.Combine(root, RootDocument.FileName);
}
