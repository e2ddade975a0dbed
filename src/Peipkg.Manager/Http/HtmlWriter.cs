using System.Text;
using Peipkg.CommandLine.Reporting;

namespace Peipkg.Manager.Http;

/// <summary>Writes HTML in which nothing that comes from outside can be more than text.</summary>
internal sealed class HtmlWriter
{
    private readonly StringBuilder _html = new();

    /// <summary>Markup of the program's own.</summary>
    public HtmlWriter Raw(string markup)
    {
        _html.Append(markup);
        return this;
    }

    /// <summary>Text, between tags or in a quoted attribute.</summary>
    public HtmlWriter Text(string? text)
    {
        foreach (char c in TerminalText.Escape(text ?? "", keepLines: true))
        {
            _ = c switch
            {
                '&' => _html.Append("&amp;"),
                '<' => _html.Append("&lt;"),
                '>' => _html.Append("&gt;"),
                '"' => _html.Append("&quot;"),
                '\'' => _html.Append("&#39;"),
                _ => _html.Append(c),
            };
        }

        return this;
    }

    /// <summary>An element that holds text.</summary>
    /// <param name="tag">Its name and perhaps attributes of the program's own.</param>
    /// <param name="text">Its text.</param>
    public HtmlWriter Element(string tag, string? text) => Raw($"<{tag}>").Text(text).Raw($"</{tag.Split(' ')[0]}>");

    /// <summary>A link below the dashboard's root.</summary>
    public HtmlWriter Link(string path, string text) => Raw("<a href=\"").Text(path).Raw("\">").Text(text).Raw("</a>");

    /// <summary>A point in time; the page's script shows how long ago it is.</summary>
    public HtmlWriter Time(string? time) =>
        time is null ? Raw("–") : Raw("<time datetime=\"").Text(time).Raw("\">").Text(time).Raw("</time>");

    /// <inheritdoc/>
    public override string ToString() => _html.ToString();
}
