using Peipkg.CommandLine.Reporting;

namespace Peipkg.Manager.Http;

/// <summary>
/// The buttons of a page, for one visitor: only those that this visitor may press are written. They are plain forms, so they
/// need no script; those without a question share one form, since a page may have hundreds of them.
/// </summary>
internal sealed class ActForms
{
    /// <summary>Where the forms are sent.</summary>
    public const string Path = "/act";

    /// <summary>Names of the forms' fields.</summary>
    public const string Token = "token",
        Back = "back",
        Reason = "reason",
        Hours = "hours",
        Tag = "tag";

    private const int LongestReason = 500;

    private readonly Visitor _visitor;
    private readonly string _token;
    private readonly string _back;
    private bool _shares;

    /// <param name="visitor">Who sees the page.</param>
    /// <param name="tokens">What proves the forms.</param>
    /// <param name="back">The page's own path.</param>
    /// <param name="notice">What came of the latest act; null for none.</param>
    public ActForms(Visitor visitor, ActTokens tokens, string back, ActNotice? notice)
    {
        _visitor = visitor;
        _token = visitor.Name is { } name ? tokens.Of(name) : "";
        _back = back;
        Notice = notice;
    }

    /// <summary>Who is signed in; null for a reader.</summary>
    public string? User => _visitor.Name;

    /// <summary>What came of the latest act.</summary>
    public ActNotice? Notice { get; }

    /// <summary>Whether an act is allowed.</summary>
    public bool May(string act, string? recipe) => _visitor.May(act, recipe);

    /// <summary>A button that acts at once.</summary>
    /// <param name="html">The page.</param>
    /// <param name="act">What it does.</param>
    /// <param name="about">With what: RECIPE@VERSION, a recipe; empty for the farm.</param>
    /// <param name="recipe">The recipe that it is about; null for the farm.</param>
    /// <param name="label">What it says.</param>
    public void Button(HtmlText html, string act, string about, string? recipe, string label)
    {
        if (!May(act, recipe))
        {
            return;
        }

        _shares = true;
        html.Raw($"<button form=\"act\" name=\"{act}\" value=\"").Text(about).Raw("\"");
        if (about.Length > 0)
        {
            html.Raw(" aria-label=\"").Text($"{label} {about}").Raw("\"");
        }

        html.Raw(">").Text(label).Raw("</button> ");
    }

    /// <summary>A button that asks something first; it stays folded away until somebody wants it.</summary>
    /// <param name="html">The page.</param>
    /// <param name="act">What it does.</param>
    /// <param name="about">With what.</param>
    /// <param name="recipe">The recipe that it is about; null for the farm.</param>
    /// <param name="label">What it says.</param>
    /// <param name="fields">What it asks; null: for the reason.</param>
    public void Asking(
        HtmlText html,
        string act,
        string about,
        string? recipe,
        string label,
        Action<HtmlText>? fields = null
    )
    {
        if (!May(act, recipe))
        {
            return;
        }

        html.Raw("<details class=\"act\"><summary");
        if (about.Length > 0)
        {
            html.Raw(" aria-label=\"").Text($"{label} {about}").Raw("\"");
        }

        html.Raw(">").Text(label).Raw("…</summary>");
        Open(html, null);
        (fields ?? ReasonField)(html);
        html.Raw($"<button name=\"{act}\" value=\"")
            .Text(about)
            .Raw("\">")
            .Text(label)
            .Raw("</button></form></details> ");
    }

    /// <summary>The fields of an acknowledgement: why, and for how long.</summary>
    public static void AcknowledgementFields(HtmlText html)
    {
        ReasonField(html);
        html.Raw(
            $"<label>For <select name=\"{Hours}\"><option value=\"\">as long as it lasts</option><option value=\"24\">a day</option>"
                + "<option value=\"168\">a week</option><option value=\"720\">30 days</option></select></label> "
        );
    }

    /// <summary>The field of a build: which version.</summary>
    public static void TagField(HtmlText html) =>
        html.Raw(
            $"<label>Tag or version <input name=\"{Tag}\" maxlength=\"255\" placeholder=\"the newest\" autocomplete=\"off\"></label> "
        );

    /// <summary>The form that the buttons without a question share; after all of them.</summary>
    public void Shared(HtmlText html)
    {
        if (_shares)
        {
            Open(html, "act");
            html.Raw("</form>");
        }
    }

    private static void ReasonField(HtmlText html) =>
        html.Raw(
            $"<label>Reason <input name=\"{Reason}\" required maxlength=\"{LongestReason}\" autocomplete=\"off\"></label> "
        );

    private void Open(HtmlText html, string? id) =>
        html.Raw(
                $"<form{(id is null ? "" : $" id=\"{id}\"")} method=\"post\" action=\"{Path}\"><input type=\"hidden\" name=\"{Token}\" value=\""
            )
            .Text(_token)
            .Raw($"\"><input type=\"hidden\" name=\"{Back}\" value=\"")
            .Text(_back)
            .Raw("\">");
}
