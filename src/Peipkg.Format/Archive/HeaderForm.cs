namespace Peipkg.Format.Archive;

/// <summary>
/// The ways in which the headers of one content differ between producers and editions. No form changes what a package
/// holds; an edition writes some, takes others, and refuses the rest (<see cref="HeaderRules"/>).
/// </summary>
public enum HeaderForm
{
    /// <summary>A name over 100 bytes is split over the prefix and name fields.</summary>
    PrefixField,

    /// <summary>A <c>path</c> record holds a name that the prefix field could hold.</summary>
    RecordForPrefix,

    /// <summary>The <c>linkpath</c> record comes before the <c>path</c> record.</summary>
    LinkRecordFirst,

    /// <summary>The <c>path</c> record comes before the <c>linkpath</c> record.</summary>
    PathRecordFirst,

    /// <summary>A record holds a name or target of at most 100 bytes that is not all ASCII.</summary>
    ShortRecord,

    /// <summary>The extended header of a directory is named as if it lay in the directory.</summary>
    NamedInside,

    /// <summary>The extended header of a directory is named as if it lay beside the directory.</summary>
    NamedBeside,

    /// <summary>The typeflag of a regular file is NUL.</summary>
    NulType,

    /// <summary>The device fields are NUL instead of zeros.</summary>
    NulDevices,

    /// <summary>Mode, ids, time or owners of an extended header are not zeros.</summary>
    ExtendedFields,

    /// <summary>A field that a record replaces holds something else than the beginning of the name.</summary>
    OtherStandIn,
}

/// <summary>The names of header forms.</summary>
public static class HeaderForms
{
    /// <summary>A form's stable name in kebab case, for reports and JSON.</summary>
    public static string Name(this HeaderForm form) =>
        form switch
        {
            HeaderForm.PrefixField => "prefix-field",
            HeaderForm.RecordForPrefix => "record-for-prefix",
            HeaderForm.LinkRecordFirst => "linkpath-record-first",
            HeaderForm.PathRecordFirst => "path-record-first",
            HeaderForm.ShortRecord => "record-of-short-name",
            HeaderForm.NamedInside => "extended-name-inside-directory",
            HeaderForm.NamedBeside => "extended-name-beside-directory",
            HeaderForm.NulType => "nul-typeflag",
            HeaderForm.NulDevices => "nul-device-fields",
            HeaderForm.ExtendedFields => "extended-header-fields",
            HeaderForm.OtherStandIn => "other-stand-in",
            _ => throw new ArgumentOutOfRangeException(nameof(form), form, "no such form"),
        };

    /// <summary>What a form is, a clause for people.</summary>
    public static string Describe(this HeaderForm form) =>
        form switch
        {
            HeaderForm.PrefixField => "a name over 100 bytes is split over the header's prefix and name fields",
            HeaderForm.RecordForPrefix => "a pax record holds a name that the header's prefix field could hold",
            HeaderForm.LinkRecordFirst => "the pax record linkpath comes before the record path",
            HeaderForm.PathRecordFirst => "the pax record path comes before the record linkpath",
            HeaderForm.ShortRecord => "a pax record holds a name or target of at most 100 bytes",
            HeaderForm.NamedInside => "the extended header of a directory is named as if it lay in the directory",
            HeaderForm.NamedBeside => "the extended header of a directory is named as if it lay beside it",
            HeaderForm.NulType => "the typeflag of a regular file is NUL instead of 0",
            HeaderForm.NulDevices => "the header's device fields are NUL instead of zeros",
            HeaderForm.ExtendedFields => "mode, ids, time or owners of an extended header are not zeros",
            HeaderForm.OtherStandIn => "a header field that a pax record replaces does not hold the name's beginning",
            _ => throw new ArgumentOutOfRangeException(nameof(form), form, "no such form"),
        };

    /// <summary>The rule that a form breaks in an edition that does not take it.</summary>
    public static string Rule(this HeaderForm form) =>
        form switch
        {
            HeaderForm.RecordForPrefix
            or HeaderForm.LinkRecordFirst
            or HeaderForm.PathRecordFirst
            or HeaderForm.ShortRecord => "pax-records",
            HeaderForm.NamedInside or HeaderForm.NamedBeside or HeaderForm.ExtendedFields => "pax-header",
            HeaderForm.NulType => "tar-entry-type",
            _ => "tar-header",
        };
}

/// <summary>A form that an archive's headers have.</summary>
/// <param name="Form">The form.</param>
/// <param name="Place">The first entry that has it.</param>
/// <param name="Count">How many entries have it.</param>
public sealed record HeaderFormMet(HeaderForm Form, string Place, int Count);
