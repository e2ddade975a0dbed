using System.Buffers.Text;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Editions;
using Peipkg.Format.Identity;
using Peipkg.Format.Manifests;
using Peipkg.Format.Text;

namespace Peipkg.Format.Repositories;

/// <summary>
/// An entry that was read by every rule, as a pattern for its neighbour: versions of one package mostly differ in nothing but
/// version, sizes, hash, URL and build, so that only those need reading.
/// </summary>
/// <remarks>
/// Around the middle that two entries share byte for byte, their text has one shape, which closes one object more than it
/// opens. So where the one entry is well-formed and has no key twice, the other is and has not.
/// </remarks>
internal sealed class IndexEntryTemplate
{
    private readonly IndexEntry _entry;
    private readonly ReadOnlyMemory<byte> _middle;

    private IndexEntryTemplate(IndexEntry entry, ReadOnlyMemory<byte> middle)
    {
        _entry = entry;
        _middle = middle;
    }

    // From the closing quote of the architecture to the value of this key.
    private static ReadOnlySpan<byte> MiddleEnd => ",\"size_compressed\":"u8;

    /// <summary>Makes a pattern of an entry.</summary>
    /// <param name="utf8">The entry's text.</param>
    /// <param name="entry">What it says.</param>
    /// <returns><see langword="null"/> when the text is not in the canonical shape.</returns>
    internal static IndexEntryTemplate? Of(ReadOnlyMemory<byte> utf8, IndexEntry entry)
    {
        var cursor = new Cursor(utf8.Span);
        if (!ReadHead(ref cursor, out _, out _, out _))
        {
            return null;
        }

        var start = cursor.Position;
        var length = utf8.Span[start..].IndexOf(MiddleEnd);
        if (length < 0 || !cursor.Skip(utf8.Span.Slice(start, length + MiddleEnd.Length)))
        {
            return null;
        }

        return ReadTail(ref cursor, out _)
            ? new IndexEntryTemplate(entry, utf8.Slice(start, length + MiddleEnd.Length))
            : null;
    }

    /// <summary>Reads an entry that is like this one.</summary>
    /// <param name="utf8">The entry's text.</param>
    /// <param name="values">Checks each distinct text once.</param>
    /// <returns><see langword="null"/> when it is not, or breaks a rule, which the reader of the whole explains.</returns>
    internal IndexEntry? TryRead(ReadOnlySpan<byte> utf8, RelationReader values)
    {
        var cursor = new Cursor(utf8);
        return
            ReadHead(ref cursor, out var name, out var version, out var architecture)
            && cursor.Skip(_middle.Span)
            && ReadTail(ref cursor, out var tail)
            && values.Names.TryGet(name, out PackageName packageName, out _)
            && values.Versions.TryGet(version, out PackageVersion packageVersion, out _)
            && values.Architectures.TryGet(architecture, out Architecture builtFor, out _)
            && (builtFor == _entry.Architecture || Takes(values.Members.Edition, builtFor))
            && values.Timestamps.TryGet(tail.Timestamp, out Timestamp timestamp, out _)
            && values.FarmIds.TryGet(tail.FarmId, out string farm, out _)
            && Sha256Digest.TryParse(tail.Hash, out Sha256Digest hash)
            && System.Text.Encoding.ASCII.GetString(tail.Url) is var url
            && HttpUrl.TryValidateReference(url, out _)
            ? _entry with
            {
                Name = packageName,
                Version = packageVersion,
                Architecture = builtFor,
                SizeCompressed = tail.SizeCompressed,
                SizeInstalled = tail.SizeInstalled,
                Hash = hash,
                Url = url,
                Build = new IndexBuild(timestamp, farm),
            }
            : null;
    }

    private static bool Takes(Edition edition, Architecture architecture) =>
        edition.ReadsOtherArchitectures || edition.Knows(architecture);

    private static bool ReadHead(
        ref Cursor cursor,
        out ReadOnlySpan<byte> name,
        out ReadOnlySpan<byte> version,
        out ReadOnlySpan<byte> architecture
    )
    {
        name = default;
        version = default;
        architecture = default;
        return cursor.Skip("{\"name\":\""u8)
            && cursor.Text(out name)
            && cursor.Skip("\",\"version\":\""u8)
            && cursor.Text(out version)
            && cursor.Skip("\",\"architecture\":\""u8)
            && cursor.Text(out architecture);
    }

    private static bool ReadTail(ref Cursor cursor, out Tail tail)
    {
        tail = default;
        return cursor.Number(out tail.SizeCompressed)
            && cursor.Skip(",\"size_installed\":"u8)
            && cursor.Number(out tail.SizeInstalled)
            && cursor.Skip(",\"hash\":{\"algorithm\":\"sha256\",\"value\":\""u8)
            && cursor.Text(out tail.Hash)
            && cursor.Skip("\"},\"url\":\""u8)
            && cursor.Text(out tail.Url)
            && cursor.Skip("\",\"build\":{\"timestamp\":\""u8)
            && cursor.Text(out tail.Timestamp)
            && cursor.Skip("\",\"farm_id\":\""u8)
            && cursor.Text(out tail.FarmId)
            && cursor.Skip("\"}}"u8)
            && cursor.IsAtEnd;
    }

    /// <summary>What follows the middle.</summary>
    private ref struct Tail
    {
        internal long SizeCompressed;
        internal long SizeInstalled;
        internal ReadOnlySpan<byte> Hash;
        internal ReadOnlySpan<byte> Url;
        internal ReadOnlySpan<byte> Timestamp;
        internal ReadOnlySpan<byte> FarmId;
    }

    /// <summary>Goes through a text of a known shape.</summary>
    private ref struct Cursor(ReadOnlySpan<byte> text)
    {
        private ReadOnlySpan<byte> _rest = text;
        private readonly int _length = text.Length;

        internal readonly int Position => _length - _rest.Length;

        internal readonly bool IsAtEnd => _rest.IsEmpty;

        internal bool Skip(ReadOnlySpan<byte> literal)
        {
            if (!_rest.StartsWith(literal))
            {
                return false;
            }

            _rest = _rest[literal.Length..];
            return true;
        }

        /// <summary>A string's content up to its closing quote: printable ASCII that means itself.</summary>
        internal bool Text(out ReadOnlySpan<byte> content)
        {
            var end = _rest.IndexOf((byte)'"');
            content = end < 0 ? default : _rest[..end];
            if (end < 0 || content.Contains((byte)'\\') || content.ContainsAnyExceptInRange((byte)' ', (byte)'~'))
            {
                return false;
            }

            _rest = _rest[end..];
            return true;
        }

        /// <summary>A size: digits, no zero in front of others.</summary>
        internal bool Number(out long value)
        {
            var digits = _rest.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
            value = 0;
            if (
                digits is <= 0 or > 19
                || (digits > 1 && _rest[0] == (byte)'0')
                || !Utf8Parser.TryParse(_rest[..digits], out value, out var used)
                || used != digits
            )
            {
                return false;
            }

            _rest = _rest[digits..];
            return true;
        }
    }
}
