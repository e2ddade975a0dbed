using System.Globalization;

namespace Peipkg.Manager.Http;

/// <summary><c>GET /badges/PACKAGE.svg</c>: a package's published version and whether its latest build failed.</summary>
internal static class BadgeImage
{
    // Verdana's average at 11 px, close enough for any font.
    private const double CharacterWidth = 6.7;

    public static string Make(string label, string value, bool failing)
    {
        label = label.Length > 40 ? label[..40] + "…" : label;
        value = value.Length > 40 ? value[..40] + "…" : value;
        int left = Width(label);
        int right = Width(value);
        string colour = failing ? "#a3341f" : "#0b665f";
        return DashboardHtml.Made(svg =>
        {
            svg.Raw(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{left + right}\" height=\"20\" role=\"img\" aria-label=\""
                    )
                )
                .Text($"{label}: {value}")
                .Raw("\"><title>")
                .Text($"{label}: {value}")
                .Raw("</title>");
            svg.Raw(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"<clipPath id=\"r\"><rect width=\"{left + right}\" height=\"20\" rx=\"3\"/></clipPath><g clip-path=\"url(#r)\"><rect width=\"{left}\" height=\"20\" fill=\"#3a434b\"/><rect x=\"{left}\" width=\"{right}\" height=\"20\" fill=\"{colour}\"/></g>"
                )
            );
            svg.Raw(
                "<g fill=\"#fff\" text-anchor=\"middle\" font-family=\"Verdana,DejaVu Sans,sans-serif\" font-size=\"11\">"
            );
            svg.Raw(string.Create(CultureInfo.InvariantCulture, $"<text x=\"{left / 2.0:0.#}\" y=\"14\">"))
                .Text(label)
                .Raw("</text>");
            svg.Raw(string.Create(CultureInfo.InvariantCulture, $"<text x=\"{left + (right / 2.0):0.#}\" y=\"14\">"))
                .Text(value);
            svg.Raw("</text></g></svg>\n");
        });
    }

    private static int Width(string text) => (int)Math.Ceiling(text.Length * CharacterWidth) + 10;
}
