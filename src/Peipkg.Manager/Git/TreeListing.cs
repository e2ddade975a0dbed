using System.Buffers;
using System.Buffers.Text;
using System.Text;
using Peipkg.Manager.Processes;
using Peipkg.Manager.World;

namespace Peipkg.Manager.Git;

/// <summary>A submodule's place in a tree and the commit that belongs there.</summary>
internal sealed record GitLink(string Path, string CommitId);

/// <summary>
/// Takes what <c>git ls-tree -r -t -l -z</c> prints of a foreign tree, before any of it becomes a file: counts files and
/// bytes, and stops git as soon as there are too many, so that trees that hold themselves many times over end here.
/// </summary>
/// <param name="budget">What the tree may have.</param>
internal sealed class TreeListing(FetchBudget budget) : IChildOutput
{
    private const int MaxEntry = ManagerLimits.SourcePathBytes + 256;

    private static readonly UTF8Encoding Strict = new(
        encoderShouldEmitUTF8Identifier: false,
        throwOnInvalidBytes: true
    );

    private readonly ArrayBufferWriter<byte> _partial = new();
    private readonly List<GitLink> _links = [];

    /// <summary>Submodules, in the order of the tree.</summary>
    public IReadOnlyList<GitLink> Links => _links;

    /// <summary>The id of the file <c>.gitmodules</c>; null when there is none.</summary>
    public string? GitModules { get; private set; }

    /// <summary>Why the tree is not taken, in words; null when it is.</summary>
    public string? Problem { get; private set; }

    /// <inheritdoc/>
    public bool Take(ReadOnlySpan<byte> bytes)
    {
        while (Problem is null && !bytes.IsEmpty)
        {
            int end = bytes.IndexOf((byte)0);
            ReadOnlySpan<byte> piece = end < 0 ? bytes : bytes[..end];
            bytes = end < 0 ? [] : bytes[(end + 1)..];
            if (_partial.WrittenCount + piece.Length > MaxEntry)
            {
                Problem = $"a path in the tree is longer than {ManagerLimits.SourcePathBytes} bytes";
            }
            else if (end < 0)
            {
                _partial.Write(piece);
            }
            else if (_partial.WrittenCount == 0)
            {
                Problem = Add(piece);
            }
            else
            {
                _partial.Write(piece);
                Problem = Add(_partial.WrittenSpan);
                _partial.ResetWrittenCount();
            }
        }

        return Problem is null;
    }

    // "100644 blob 0123…cdef     512<TAB>path"; trees and submodules have "-" for a size.
    private string? Add(ReadOnlySpan<byte> entry)
    {
        int tab = entry.IndexOf((byte)'\t');
        ReadOnlySpan<byte> columns = tab < 0 ? entry : entry[..tab];
        ReadOnlySpan<byte> path = tab < 0 ? [] : entry[(tab + 1)..];
        ReadOnlySpan<byte> size = columns[(columns.LastIndexOf((byte)' ') + 1)..];
        Span<Range> words = stackalloc Range[3];
        int count = 0;
        foreach (Range word in columns.Split((byte)' '))
        {
            if (count < words.Length)
            {
                words[count++] = word;
            }
        }

        if (count < words.Length || path.IsEmpty)
        {
            return "git lists the tree in a way that is not understood";
        }

        ReadOnlySpan<byte> mode = columns[words[0]];
        string id = Encoding.ASCII.GetString(columns[words[2]]);
        long length = Utf8Parser.TryParse(size, out long parsed, out int used) && used == size.Length ? parsed : 0;
        if (mode.SequenceEqual("160000"u8))
        {
            if (!TryDecode(path, out string name))
            {
                return "the path of a submodule is not UTF-8";
            }

            _links.Add(new GitLink(name, id));
        }
        else if (path.SequenceEqual(".gitmodules"u8))
        {
            if (!mode.StartsWith("100"u8))
            {
                return ".gitmodules is no regular file";
            }

            GitModules = id;
        }

        return budget.TryTake(length) ? null : budget.Excess;
    }

    private static bool TryDecode(ReadOnlySpan<byte> bytes, out string text)
    {
        try
        {
            text = Strict.GetString(bytes);
            return true;
        }
        catch (DecoderFallbackException)
        {
            text = "";
            return false;
        }
    }
}
