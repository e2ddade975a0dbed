using System.Buffers;
using System.Globalization;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Identity;
using Peipkg.Format.Repositories;
using Peipkg.Format.Text;

namespace Peipkg.Repo.Site;

/// <summary>
/// The browser's pages. The front page lists every package, or, from <see cref="OneList"/> packages on, leads to a list
/// for each first letter; it needs no script. The package page is a frame that the script fills.
/// </summary>
/// <remarks>Lists by letter, not by number: a new package changes one of them, not all that come after it.</remarks>
internal sealed class SitePages(
    SiteContent content,
    IReadOnlyList<IndexEntry> active,
    IReadOnlyDictionary<string, byte[]> assets
)
{
    /// <summary>So many packages are still shown as one list.</summary>
    internal const int OneList = 500;

    private const int OneScreen = 40;
    private const int Recent = 30;
    private const string All = "all";
    private const string Digits = "0-9";

    private static readonly string[] Alphabet =
    [
        .. Enumerable.Range('a', 26).Select(static letter => ((char)letter).ToString()),
    ];

    /// <summary>What the front page says of the generation that it shows, and of no other.</summary>
    internal static string GenerationMark(ulong indexVersion) =>
        string.Create(CultureInfo.InvariantCulture, $", version {indexVersion}. These pages are for reading.");

    /// <summary>The pages.</summary>
    internal IEnumerable<SiteFile> Write()
    {
        List<(string Letter, IReadOnlyList<IndexEntry> Entries)> letters =
        [
            .. active
                .GroupBy(static entry => LetterOf(entry.Name))
                .Select(static group => (group.Key, (IReadOnlyList<IndexEntry>)[.. group])),
        ];
        bool large = active.Count > OneList;
        yield return new SiteFile(RepositoryLayout.SiteFront, output => Front(output, letters, large));
        yield return new SiteFile(RepositoryLayout.SitePackage, Package);
        foreach ((string letter, IReadOnlyList<IndexEntry> entries) in large ? letters : [])
        {
            yield return new SiteFile(SiteLayout.ListPage(letter), output => Letter(output, letter, entries, letters));
        }
    }

    private void Front(
        IBufferWriter<byte> output,
        List<(string Letter, IReadOnlyList<IndexEntry> Entries)> letters,
        bool large
    )
    {
        HtmlText page = Begin(output, "", content.Descriptor.Name, "front");
        page.Raw("<main id=\"main\">\n<div class=\"intro\">\n<div>\n<h1>").Text(content.Descriptor.Name).Raw("</h1>\n");
        if (content.Descriptor.Description.Length > 0)
        {
            page.Raw("<p class=\"lead\">").Text(content.Descriptor.Description).Raw("</p>\n");
        }

        page.Raw("<p class=\"facts\"><span>")
            .Count(active.Count)
            .Raw(active.Count == 1 ? " package" : " packages")
            .Raw("</span> <span>")
            .Count(content.Archive.Count)
            .Raw(content.Archive.Count == 1 ? " version" : " versions")
            .Raw("</span> <span>updated <time datetime=\"")
            .Text(content.GeneratedAt.Text)
            .Raw("\">")
            .Text(content.GeneratedAt.Text[..10])
            .Raw("</time></span></p>\n</div>\n");
        AddRepository(page);
        page.Raw(
            "</div>\n<section id=\"results\" class=\"results\" aria-labelledby=\"results-title\" hidden>\n"
                + "<h1 id=\"results-title\" aria-live=\"polite\"></h1>\n<ul class=\"list\"></ul>\n</section>\n<div id=\"browse\">\n"
        );
        if (large)
        {
            page.Raw("<h2 id=\"all\">All packages</h2>\n");
            Letters(page, letters, All, static letter => SiteLayout.ListPage(letter), current: null, counts: true);
            page.Raw("<h3 id=\"recent\">Built last</h3>\n");
            List(
                page,
                "",
                "recent",
                [
                    .. active
                        .OrderByDescending(static entry => entry.Build?.Timestamp ?? default)
                        .ThenBy(static entry => entry.Name)
                        .Take(Recent),
                ]
            );
        }
        else if (active.Count == 0)
        {
            page.Raw("<p>Nothing is published yet.</p>\n");
        }
        else
        {
            page.Raw("<h2 id=\"all\">All packages</h2>\n");
            if (active.Count > OneScreen)
            {
                Letters(page, letters, All, static letter => "#letter-" + letter, current: null, counts: false);
            }

            List(page, "", All, active);
        }

        page.Raw(
                "</div>\n</main>\n<footer><p>Package managers trust only the signed documents: "
                    + $"<a href=\"{RepositoryLayout.Descriptor}\">descriptor</a>, "
                    + $"<a href=\"{RepositoryLayout.ActiveIndex}\">active index</a> and "
                    + $"<a href=\"{RepositoryLayout.ArchiveIndex}\">archive index</a>"
            )
            .Raw(GenerationMark(content.IndexVersion));
        if (content.Retention is { } retention)
        {
            page.Raw(" ")
                .Text(retention.Sentence)
                .Raw(" <a href=\"" + RepositoryLayout.Retention + "\">What was removed</a>.");
        }

        page.Raw("</p></footer>\n</body>\n</html>\n");
    }

    private void Letter(
        IBufferWriter<byte> output,
        string letter,
        IReadOnlyList<IndexEntry> entries,
        List<(string Letter, IReadOnlyList<IndexEntry> Entries)> letters
    )
    {
        HtmlText page = Begin(
            output,
            "../../",
            $"{letter.ToUpperInvariant()} \u2013 {content.Descriptor.Name}",
            "letter"
        );
        page.Raw("<main id=\"main\">\n<h1 id=\"all\">Packages with ").Text(letter.ToUpperInvariant()).Raw("</h1>\n");
        Letters(page, letters, All, static other => other + ".html", letter, counts: false);
        List(page, "../../", All, entries);
        page.Raw("</main>\n</body>\n</html>\n");
    }

    private void Package(IBufferWriter<byte> output)
    {
        HtmlText page = Begin(output, "", content.Descriptor.Name, "package");
        page.Raw("<main id=\"main\" data-repository=\"")
            .Text(ShellArgument(content.Descriptor.Name))
            .Raw("\" data-anchor=\"")
            .Text(content.Signer.Text)
            .Raw(
                "\">\n<noscript><p>A package's page is put together by a script. Without it, the "
                    + $"<a href=\"{RepositoryLayout.SiteFront}\">list of packages</a> and the "
                    + $"<a href=\"{RepositoryLayout.ActiveIndex}\">index</a> tell most of it.</p></noscript>\n"
                    + "</main>\n</body>\n</html>\n"
            );
    }

    /// <summary>Everything up to the page's own content; what a page may load is itself and its neighbours, nothing else.</summary>
    private HtmlText Begin(IBufferWriter<byte> output, string root, string title, string kind) =>
        new HtmlText(output)
            .Raw(
                "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                    + "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src 'self'; style-src 'self'; "
                    + "img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'\">\n"
                    + "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                    + "<meta name=\"referrer\" content=\"no-referrer\">\n<meta name=\"color-scheme\" content=\"light dark\">\n<title>"
            )
            .Text(title)
            .Raw(
                $"</title>\n<link rel=\"stylesheet\" href=\"{Asset(root, SiteLayout.Style)}\">\n"
                    + $"<link rel=\"icon\" href=\"{Asset(root, SiteLayout.Icon)}\">\n"
                    + $"<script type=\"module\" src=\"{Asset(root, SiteLayout.Script)}\"></script>\n</head>\n<body data-page=\"{kind}\">\n"
                    + "<a class=\"skip\" href=\"#main\">Skip to the content</a>\n<header>\n"
                    + $"<a class=\"home\" href=\"{root}{RepositoryLayout.SiteFront}\"><img src=\"{Asset(root, SiteLayout.Icon)}\" alt=\"\" width=\"24\" height=\"24\"><bdi>"
            )
            .Text(content.Descriptor.Name)
            .Raw(
                "</bdi></a>\n"
                    + $"<form id=\"search\" role=\"search\" action=\"{root}{RepositoryLayout.SiteFront}\" hidden>\n"
                    + "<input id=\"q\" name=\"q\" type=\"search\" placeholder=\"Search packages\" aria-label=\"Search packages\" "
                    + "aria-keyshortcuts=\"/\" autocomplete=\"off\" autocapitalize=\"none\" spellcheck=\"false\""
                    + (FileIndex.CountFor(active.Count) is > 0 and var files ? $" data-files=\"{files}\"" : "")
                    + ">\n"
                    + "<kbd aria-hidden=\"true\">/</kbd>\n</form>\n</header>\n"
            );

    /// <summary>An asset's address, with a piece of its digest so that no cache serves the one before.</summary>
    private string Asset(string root, string path) =>
        $"{root}{path}?{Sha256Digest.Of(assets[path]).ToString().AsSpan(0, 8)}";

    private void AddRepository(HtmlText page) =>
        page.Raw(
                "<section class=\"panel\" aria-labelledby=\"add\">\n<h2 id=\"add\">Add this repository</h2>\n"
                    + "<pre data-copy><code>peipkg repo add "
            )
            .Text(ShellArgument(content.Descriptor.Name))
            .Raw(" <span data-base>https://\u2026</span> \\\n  --anchor ")
            .Text(content.Signer.Text)
            .Raw(
                "<span data-insecure></span>\npeipkg refresh</code></pre>\n<p class=\"key\">Compare the key with what its owner tells you elsewhere:"
                    + "<code class=\"fingerprint\">"
            )
            .Text(content.Signer.Grouped)
            .Raw("</code></p>\n</section>\n");

    private static void Letters(
        HtmlText page,
        List<(string Letter, IReadOnlyList<IndexEntry> Entries)> letters,
        string labelledBy,
        Func<string, string> link,
        string? current,
        bool counts
    )
    {
        page.Raw(
            $"<nav class=\"{(counts ? "letters counted" : "letters")}\" aria-labelledby=\"{labelledBy}\">\n<ul>\n"
        );
        foreach ((string letter, IReadOnlyList<IndexEntry> entries) in letters)
        {
            page.Raw($"<li><a href=\"{link(letter)}\"{(letter == current ? " aria-current=\"page\"" : "")}>")
                .Text(letter.ToUpperInvariant());
            if (counts)
            {
                page.Raw(" <small>").Count(entries.Count).Raw("</small>");
            }

            page.Raw("</a></li>\n");
        }

        page.Raw("</ul>\n</nav>\n");
    }

    private static void List(HtmlText page, string root, string labelledBy, IReadOnlyList<IndexEntry> entries)
    {
        page.Raw($"<ul class=\"list\" aria-labelledby=\"{labelledBy}\">\n");
        string? letter = null;
        foreach (IndexEntry entry in entries)
        {
            page.Raw("<li");
            if (labelledBy == All && letter != LetterOf(entry.Name))
            {
                // What the letters above a list of all lead to.
                letter = LetterOf(entry.Name);
                page.Raw($" id=\"letter-{letter}\"");
            }

            page.Raw("><a href=\"")
                .Raw(root)
                .Raw(RepositoryLayout.SitePackage)
                .Raw("?name=")
                .Text(Uri.EscapeDataString(entry.Name.Text))
                .Raw("\"><b>")
                .Text(entry.Name.Text)
                .Raw("</b> <span>")
                .Text(entry.Version.Text)
                .Raw("</span></a><p><bdi>")
                .Text(entry.Description)
                .Raw("</bdi></p></li>\n");
        }

        page.Raw("</ul>\n");
    }

    private static string LetterOf(PackageName name) =>
        char.IsAsciiDigit(name.Text[0]) ? Digits : Alphabet[name.Text[0] - 'a'];

    /// <summary>A word as a shell takes it, whatever is in it.</summary>
    private static string ShellArgument(string word) =>
        word.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.') ? word : ShellWord.Quote(word);
}
