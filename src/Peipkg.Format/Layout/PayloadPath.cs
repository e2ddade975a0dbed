using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Peipkg.Format.Text;

namespace Peipkg.Format.Layout;

/// <summary>The rules of payload paths (PSD-009 §3.2.7) and their order.</summary>
/// <remarks>
/// A path is relative, has neither a leading nor a trailing slash (directories included; the slash that an archive
/// writes after a directory's name is not part of its path), no empty, <c>.</c> or <c>..</c> component, no control
/// character, no backslash, is in NFC, and does not lie in <c>.peipkg</c>. These rules guard the consumer's file
/// system, so nothing turns them off.
/// </remarks>
public static class PayloadPath
{
    /// <summary>The directory that belongs to the format itself.</summary>
    public const string MetadataDirectory = ".peipkg";

    private static readonly SearchValues<char> Forbidden = SearchValues.Create(
        "\\\u007f\0\u0001\u0002\u0003\u0004\u0005\u0006\u0007\b\t\n\u000b\f\r\u000e\u000f"
            + "\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017\u0018\u0019\u001a\u001b\u001c\u001d\u001e\u001f"
    );

    /// <summary>Orders paths by their UTF-8 bytes, as every sorted list in the format.</summary>
    public static IComparer<string> Order { get; } = Comparer<string>.Create(Compare);

    /// <summary>Compares two paths by their UTF-8 bytes.</summary>
    /// <returns>Less than 0, 0 or more than 0.</returns>
    public static int Compare(string? a, string? b)
    {
        var left = a.AsSpan();
        var right = b.AsSpan();
        var same = left.CommonPrefixLength(right);
        return same == left.Length || same == right.Length
            ? left.Length.CompareTo(right.Length)
            : Utf8Weight(left[same]).CompareTo(Utf8Weight(right[same]));
    }

    /// <summary>Checks a path against all rules.</summary>
    /// <param name="path">The candidate.</param>
    /// <param name="error">A sentence that says what is wrong with it.</param>
    public static bool TryValidate(string path, [NotNullWhen(false)] out string? error)
    {
        error = CharacterFault(path) ?? ComponentFault(path) ?? LengthFault(path);
        if (error is not null)
        {
            error = $"{DisplayText.Quote(path)} is not a payload path: {error}";
        }

        return error is null;
    }

    /// <summary>Says which character rule a path or link target breaks, if any.</summary>
    internal static string? CharacterFault(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty)
        {
            return "it is empty";
        }

        // Before anything that takes time, so that a text of megabytes costs nothing more.
        if (text.Length > Limits.PathBytes)
        {
            return $"it is longer than {Limits.PathBytes} bytes";
        }

        var bad = text.IndexOfAny(Forbidden);
        if (bad >= 0)
        {
            return text[bad] == '\\'
                ? $"it has a backslash at position {bad + 1}"
                : $"it has the control character U+{(int)text[bad]:X4} at position {bad + 1}";
        }

        if (Ascii.IsValid(text))
        {
            return null;
        }

        for (var at = 0; at < text.Length; )
        {
            if (Rune.DecodeFromUtf16(text[at..], out _, out var used) != OperationStatus.Done)
            {
                return $"it is not Unicode: half a surrogate pair at position {at + 1}";
            }

            at += used;
        }

        return NormalizationFormC.IsNormalized(text)
            ? null
            : "it is not in Unicode normalization form C; rename it to the composed form";
    }

    /// <summary>Says which limit on bytes and components a path or link target breaks, if any.</summary>
    internal static string? LengthFault(ReadOnlySpan<char> text)
    {
        if (Encoding.UTF8.GetByteCount(text) > Limits.PathBytes)
        {
            return $"it is longer than {Limits.PathBytes} bytes";
        }

        var components = 0;
        foreach (var range in text.Split('/'))
        {
            var component = text[range];
            components += component.IsEmpty ? 0 : 1;
            if (
                component.Length * 3 > Limits.PathComponentBytes
                && Encoding.UTF8.GetByteCount(component) > Limits.PathComponentBytes
            )
            {
                return $"its component {DisplayText.Quote(component.ToString())} "
                    + $"is longer than {Limits.PathComponentBytes} bytes";
            }
        }

        return components > Limits.PathComponents
            ? $"it has {components} components, more than {Limits.PathComponents}"
            : null;
    }

    private static string? ComponentFault(ReadOnlySpan<char> path)
    {
        if (path[0] == '/')
        {
            return "it starts with '/'; paths are relative to the root";
        }

        if (path[^1] == '/')
        {
            return "it ends with '/'";
        }

        foreach (var range in path.Split('/'))
        {
            switch (path[range])
            {
                case "":
                    return "it has an empty component ('//')";
                case "." or "..":
                    return $"it has a component '{path[range]}'";
            }
        }

        return path is MetadataDirectory || path.StartsWith(MetadataDirectory + "/", StringComparison.Ordinal)
            ? $"{MetadataDirectory} belongs to the package format"
            : null;
    }

    // UTF-16 puts the supplementary characters before U+E000 to U+FFFF, UTF-8 after them.
    private static int Utf8Weight(char unit) => char.IsSurrogate(unit) ? unit + 0x10000 : unit;
}
