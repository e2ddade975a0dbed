using System.Buffers;
using System.Text;

namespace Peipkg.Recipes.RegularExpressions;

/// <summary>
/// Runs a program over a text by following all of its threads at once, the preferred first: the match is the one that RE2
/// and Perl find, in time bounded by the length of the text times that of the program.
/// </summary>
internal static class RegexMatcher
{
    /// <summary>Finds the leftmost match.</summary>
    /// <param name="program">The program.</param>
    /// <param name="text">The text.</param>
    /// <param name="slots">Gets the places where groups begin and end, -1 for those that took no part.</param>
    /// <returns>Whether there is a match.</returns>
    internal static bool TryMatch(RegexProgram program, ReadOnlySpan<char> text, Span<int> slots)
    {
        int size = program.Code.Count;
        int each = size * (slots.Length + 2);
        int[] rented = ArrayPool<int>.Shared.Rent((2 * each) + size);
        Span<int> marks = rented.AsSpan(2 * each, size);
        marks.Clear();
        Run run = new(program, text, slots, rented.AsSpan(0, each), rented.AsSpan(each, each), marks);
        bool matched = run.Execute();
        ArrayPool<int>.Shared.Return(rented);
        return matched;
    }

    /// <summary>One run. A list of threads is a list of instructions, and after it the slots of each.</summary>
    private ref struct Run(
        RegexProgram program,
        ReadOnlySpan<char> text,
        Span<int> found,
        Span<int> first,
        Span<int> second,
        Span<int> marks
    )
    {
        private readonly IReadOnlyList<RegexInstruction> _code = program.Code;
        private readonly ReadOnlySpan<char> _text = text;
        private readonly Span<int> _found = found;
        private readonly Span<int> _marks = marks;
        private Span<int> _current = first;
        private Span<int> _next = second;
        private int _nextCount;

        internal bool Execute()
        {
            Span<int> scratch = stackalloc int[_found.Length];
            bool matched = false;
            int at = 0;
            while (true)
            {
                // A later start is tried only as long as nothing has matched, after all earlier ones.
                if (!matched)
                {
                    scratch.Fill(-1);
                    Follow(0, at, scratch);
                }

                if (_nextCount == 0 && matched)
                {
                    return true;
                }

                Span<int> threads = _next;
                int count = _nextCount;
                _next = _current;
                _current = threads;
                _nextCount = 0;
                bool atEnd = at >= _text.Length;
                Rune rune = default;
                int length = 0;
                if (!atEnd)
                {
                    Rune.DecodeFromUtf16(_text[at..], out rune, out length);
                }

                for (int i = 0; i < count; i++)
                {
                    RegexInstruction instruction = _code[threads[i]];
                    Span<int> slots = threads.Slice(_code.Count + (i * _found.Length), _found.Length);
                    if (instruction.Operation == RegexOperation.Accept)
                    {
                        // Whatever follows in the list is preferred less.
                        slots.CopyTo(_found);
                        matched = true;
                        break;
                    }

                    if (!atEnd && instruction.Characters!.Matches(rune))
                    {
                        slots.CopyTo(scratch);
                        Follow(threads[i] + 1, at + length, scratch);
                    }
                }

                if (atEnd)
                {
                    return matched;
                }

                at += length;
            }
        }

        /// <summary>Adds the threads that one leads to without taking a character, each instruction once.</summary>
        private void Follow(int index, int at, scoped Span<int> slots)
        {
            // Positions are marked as at + 1, so that a cleared mark is none.
            while (_marks[index] != at + 1)
            {
                _marks[index] = at + 1;
                RegexInstruction instruction = _code[index];
                switch (instruction.Operation)
                {
                    case RegexOperation.Jump:
                        index = instruction.First;
                        break;
                    case RegexOperation.Split:
                        Follow(instruction.First, at, slots);
                        index = instruction.Second;
                        break;
                    case RegexOperation.Place when IsPlace((RegexPlace)instruction.First, at):
                        index++;
                        break;
                    case RegexOperation.Save when instruction.First < slots.Length:
                        int before = slots[instruction.First];
                        slots[instruction.First] = at;
                        Follow(index + 1, at, slots);
                        slots[instruction.First] = before;
                        return;
                    case RegexOperation.Place:
                        return;
                    case RegexOperation.Save:
                        index++;
                        break;
                    default:
                        _next[_nextCount] = index;
                        slots.CopyTo(_next.Slice(_code.Count + (_nextCount * slots.Length), slots.Length));
                        _nextCount++;
                        return;
                }
            }
        }

        private readonly bool IsPlace(RegexPlace kind, int at) =>
            kind switch
            {
                RegexPlace.TextStart => at == 0,
                RegexPlace.TextEnd => at == _text.Length,
                RegexPlace.LineStart => at == 0 || _text[at - 1] == '\n',
                RegexPlace.LineEnd => at == _text.Length || _text[at] == '\n',
                RegexPlace.WordBoundary => IsWord(at - 1) != IsWord(at),
                _ => IsWord(at - 1) == IsWord(at),
            };

        private readonly bool IsWord(int at) =>
            at >= 0 && at < _text.Length && (char.IsAsciiLetterOrDigit(_text[at]) || _text[at] == '_');
    }
}
