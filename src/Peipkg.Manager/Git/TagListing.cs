using System.Buffers;
using System.Text;
using Peipkg.Manager.Upstreams;
using Peipkg.Manager.World;

namespace Peipkg.Manager.Git;

/// <summary>Reads what <c>git ls-remote --tags</c> prints: <c>id TAB refs/tags/name</c>, peeled ids as <c>name^{}</c>.</summary>
internal static class TagListing
{
    private static readonly SearchValues<byte> HexDigits = SearchValues.Create("0123456789abcdef"u8);
    private static readonly UTF8Encoding Strict = new(
        encoderShouldEmitUTF8Identifier: false,
        throwOnInvalidBytes: true
    );

    /// <summary>The usable tags in the order listed; of lines that repeat a name the first counts.</summary>
    public static IReadOnlyList<ListedTag> Parse(ReadOnlySpan<byte> output)
    {
        List<string> order = [];
        Dictionary<string, (string ObjectId, string? Peeled)> tags = new(StringComparer.Ordinal);
        while (!output.IsEmpty)
        {
            int end = output.IndexOf((byte)'\n');
            ReadOnlySpan<byte> line = end < 0 ? output : output[..end];
            output = end < 0 ? [] : output[(end + 1)..];
            if (!TryParseLine(line, out string id, out string name, out bool peeled))
            {
                continue;
            }

            if (!tags.TryGetValue(name, out var known))
            {
                if (!peeled)
                {
                    tags.Add(name, (id, null));
                    order.Add(name);
                }
            }
            else if (peeled && known.Peeled is null)
            {
                tags[name] = (known.ObjectId, id);
            }
        }

        return
        [
            .. order.Select(name => new ListedTag(name, tags[name].ObjectId, tags[name].Peeled ?? tags[name].ObjectId)),
        ];
    }

    private static bool TryParseLine(ReadOnlySpan<byte> line, out string id, out string name, out bool peeled)
    {
        id = name = "";
        peeled = false;
        int tab = line.IndexOf((byte)'\t');
        if (tab is not (40 or 64) || line[..tab].ContainsAnyExcept(HexDigits))
        {
            return false;
        }

        ReadOnlySpan<byte> reference = line[(tab + 1)..];
        if (!reference.StartsWith("refs/tags/"u8))
        {
            return false;
        }

        reference = reference["refs/tags/"u8.Length..];
        if (reference.EndsWith("^{}"u8))
        {
            peeled = true;
            reference = reference[..^3];
        }

        // Bounded before it becomes a string: names may be as long as the server likes.
        if (reference.Length > 4 * ManagerLimits.TagLength)
        {
            return false;
        }

        try
        {
            name = Strict.GetString(reference);
        }
        catch (DecoderFallbackException)
        {
            return false;
        }

        id = Encoding.ASCII.GetString(line[..tab]);
        return TagName.IsUsable(name);
    }
}
