using System.Buffers;

namespace Peipkg.Format.Text;

/// <summary>Tells whether a text is in Unicode Normalization Form C as of Unicode 16.0 (PSD-009 §3.2.7).</summary>
/// <remarks>
/// The runtime's own check follows the machine's ICU, and none at all under invariant globalization; a package's
/// validity must not depend on either, so the data is compiled in (<see cref="NfcData"/>). The quick check of UAX 15
/// settles nearly every text; the rest is decomposed, composed and compared.
/// </remarks>
internal static class NormalizationFormC
{
    // Below this no character decomposes in a way that composition does not undo, and none combines.
    private const int FirstInteresting = 0x300;
    private const int MaxExpansion = 4;

    private const int HangulBase = 0xAC00;
    private const int LeadBase = 0x1100;
    private const int VowelBase = 0x1161;
    private const int TailBase = 0x11A7;
    private const int LeadCount = 19;
    private const int VowelCount = 21;
    private const int TailCount = 28;
    private const int HangulCount = LeadCount * VowelCount * TailCount;

    private enum Answer
    {
        Yes,
        No,
        Maybe,
    }

    /// <summary>Whether the text is its own normalization form C.</summary>
    /// <param name="text">Well-formed UTF-16; memory and time grow with its length.</param>
    internal static bool IsNormalized(ReadOnlySpan<char> text) =>
        QuickCheck(text) switch
        {
            Answer.Yes => true,
            Answer.No => false,
            _ => EqualsItsNormalization(text),
        };

    private static Answer QuickCheck(ReadOnlySpan<char> text)
    {
        var answer = Answer.Yes;
        var lastClass = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            var point = rune.Value;
            if (point < FirstInteresting || IsComposedHangul(point))
            {
                lastClass = 0;
                continue;
            }

            var combining = ClassOf(point);
            if (combining != 0 && lastClass > combining)
            {
                return Answer.No;
            }

            lastClass = combining;
            var entry = FindDecomposition(point);
            if (entry >= 0 && !Composes(entry))
            {
                return Answer.No;
            }

            if (CanBeSecond(point))
            {
                answer = Answer.Maybe;
            }
        }

        return answer;
    }

    private static bool EqualsItsNormalization(ReadOnlySpan<char> text)
    {
        var buffer = ArrayPool<int>.Shared.Rent(text.Length * MaxExpansion);
        try
        {
            var length = 0;
            foreach (var rune in text.EnumerateRunes())
            {
                Decompose(rune.Value, buffer, ref length);
            }

            length = Compose(buffer.AsSpan(0, length));
            var at = 0;
            foreach (var rune in text.EnumerateRunes())
            {
                if (at == length || buffer[at++] != rune.Value)
                {
                    return false;
                }
            }

            return at == length;
        }
        finally
        {
            ArrayPool<int>.Shared.Return(buffer);
        }
    }

    private static void Decompose(int point, Span<int> buffer, ref int length)
    {
        if (IsComposedHangul(point))
        {
            var index = point - HangulBase;
            buffer[length++] = LeadBase + (index / (VowelCount * TailCount));
            buffer[length++] = VowelBase + (index / TailCount % VowelCount);
            if (index % TailCount != 0)
            {
                buffer[length++] = TailBase + (index % TailCount);
            }

            return;
        }

        var entry = point < 0xC0 ? -1 : FindDecomposition(point);
        if (entry < 0)
        {
            AppendInOrder(point, buffer, ref length);
            return;
        }

        Decompose((int)NfcData.Decompositions[(entry * 3) + 1], buffer, ref length);
        if (NfcData.Decompositions[(entry * 3) + 2] is var second and not 0)
        {
            Decompose((int)second, buffer, ref length);
        }
    }

    // The quick check has shown the text's own marks to be in order, so only the few of a decomposition ever move.
    private static void AppendInOrder(int point, Span<int> buffer, ref int length)
    {
        var combining = ClassOf(point);
        var at = length++;
        while (combining != 0 && at > 0 && ClassOf(buffer[at - 1]) > combining)
        {
            buffer[at] = buffer[at - 1];
            at--;
        }

        buffer[at] = point;
    }

    private static int Compose(Span<int> buffer)
    {
        var starter = -1;
        var lastClass = 0;
        var length = 0;
        foreach (var point in buffer)
        {
            var combining = ClassOf(point);
            if (
                starter >= 0
                && (length - 1 == starter || lastClass < combining)
                && TryCompose(buffer[starter], point, out var composed)
            )
            {
                buffer[starter] = composed;
                continue;
            }

            if (combining == 0)
            {
                starter = length;
            }

            lastClass = combining;
            buffer[length++] = point;
        }

        return length;
    }

    private static bool TryCompose(int first, int second, out int composed)
    {
        if (IsIn(first, LeadBase, LeadCount) && IsIn(second, VowelBase, VowelCount))
        {
            composed = HangulBase + ((((first - LeadBase) * VowelCount) + second - VowelBase) * TailCount);
            return true;
        }

        if (
            IsComposedHangul(first)
            && (first - HangulBase) % TailCount == 0
            && IsIn(second, TailBase + 1, TailCount - 1)
        )
        {
            composed = first + second - TailBase;
            return true;
        }

        var low = 0;
        var high = NfcData.Compositions.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var entry = NfcData.Compositions[middle] * 3;
            var order = ((int)NfcData.Decompositions[entry + 1]).CompareTo(first);
            order = order != 0 ? order : ((int)NfcData.Decompositions[entry + 2]).CompareTo(second);
            if (order == 0)
            {
                composed = (int)NfcData.Decompositions[entry];
                return true;
            }

            (low, high) = order < 0 ? (middle + 1, high) : (low, middle - 1);
        }

        composed = 0;
        return false;
    }

    private static bool IsComposedHangul(int point) => IsIn(point, HangulBase, HangulCount);

    private static bool IsIn(int point, int start, int count) => point >= start && point < start + count;

    private static bool CanBeSecond(int point) =>
        IsIn(point, VowelBase, VowelCount)
        || IsIn(point, TailBase + 1, TailCount - 1)
        || NfcData.Seconds.BinarySearch((uint)point) >= 0;

    private static bool Composes(int entry)
    {
        var first = (int)NfcData.Decompositions[(entry * 3) + 1];
        var second = (int)NfcData.Decompositions[(entry * 3) + 2];
        return second != 0 && TryCompose(first, second, out _);
    }

    private static int FindDecomposition(int point)
    {
        var low = 0;
        var high = (NfcData.Decompositions.Length / 3) - 1;
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var found = (int)NfcData.Decompositions[middle * 3];
            if (found == point)
            {
                return middle;
            }

            (low, high) = found < point ? (middle + 1, high) : (low, middle - 1);
        }

        return -1;
    }

    private static int ClassOf(int point)
    {
        var found = NfcData.ClassBoundaries.BinarySearch(((uint)point << 8) | 0xFF);
        var boundary = found >= 0 ? found : ~found - 1;
        return boundary < 0 ? 0 : (int)(NfcData.ClassBoundaries[boundary] & 0xFF);
    }
}
