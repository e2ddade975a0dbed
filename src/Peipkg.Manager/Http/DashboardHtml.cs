using System.Buffers;
using System.Text;
using Peipkg.CommandLine.Reporting;

namespace Peipkg.Manager.Http;

/// <summary>What the dashboard's pages are made of.</summary>
internal static class DashboardHtml
{
    /// <summary>Makes a page, or a part of one.</summary>
    /// <param name="write">Writes it.</param>
    public static string Made(Action<HtmlText> write)
    {
        ArrayBufferWriter<byte> page = new();
        write(new HtmlText(page, keepLines: true));
        return Encoding.UTF8.GetString(page.WrittenSpan);
    }

    /// <summary>A link below the dashboard's root.</summary>
    public static HtmlText Link(this HtmlText html, string path, string text) =>
        html.Raw("<a href=\"").Text(path).Raw("\">").Text(text).Raw("</a>");

    /// <summary>A point in time; the page's script shows how long ago it is.</summary>
    public static HtmlText Time(this HtmlText html, string? time) =>
        time is null ? html.Raw("–") : html.Raw("<time datetime=\"").Text(time).Raw("\">").Text(time).Raw("</time>");
}
