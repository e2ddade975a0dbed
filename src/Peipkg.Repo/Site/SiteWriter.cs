using System.Buffers;
using System.Reflection;
using Peipkg.Format.Repositories;

namespace Peipkg.Repo.Site;

/// <summary>
/// Makes the package browser: static pages, a stylesheet, a script, and the documents the script reads. The same
/// generation gives the same bytes. What does not depend on the packages' inside is made here, anew each time; the
/// documents beside the packages are <see cref="PackageDetails"/>.
/// </summary>
internal static class SiteWriter
{
    private static readonly (string Path, string Resource)[] Assets =
    [
        (SiteLayout.Style, "style.css"),
        (SiteLayout.Script, "app.js"),
        (SiteLayout.Icon, "icon.svg"),
    ];

    /// <summary>Every file of the browser but the packages' details.</summary>
    internal static IEnumerable<SiteFile> Write(SiteContent content)
    {
        IndexEntry[] active = [.. content.Active.Select(static row => row.Entry)];
        Dictionary<string, byte[]> assets = Assets.ToDictionary(
            static asset => asset.Path,
            static asset => Load(asset.Resource),
            StringComparer.Ordinal
        );
        foreach ((string path, byte[] bytes) in assets)
        {
            yield return new SiteFile(path, output => output.Write(bytes));
        }

        // The largest first, so that no worker begins with one when the others end.
        foreach (SiteFile file in new SitePages(content, active, assets).Write())
        {
            yield return file;
        }

        yield return new SiteFile(SiteLayout.Search, output => SearchDocument.Write(active, output));
        foreach (SiteFile file in NameDocuments.Write(active, content.Archive))
        {
            yield return file;
        }
    }

    private static byte[] Load(string resource)
    {
        using Stream stream =
            Assembly.GetExecutingAssembly().GetManifestResourceStream("Peipkg.Repo.Site." + resource)
            ?? throw new InvalidOperationException($"The program lacks its part {resource}.");
        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
