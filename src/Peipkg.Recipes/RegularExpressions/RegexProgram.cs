using System.Globalization;
using Peipkg.Recipes.Bounds;

namespace Peipkg.Recipes.RegularExpressions;

/// <summary>What an instruction does.</summary>
internal enum RegexOperation
{
    /// <summary>The whole expression has matched.</summary>
    Accept,

    /// <summary>Takes a character of a set, and goes on with the next instruction.</summary>
    Character,

    /// <summary>Goes on if this is such a place.</summary>
    Place,

    /// <summary>Goes on at two instructions, preferring the first.</summary>
    Split,

    /// <summary>Goes on at another instruction.</summary>
    Jump,

    /// <summary>Keeps where the text of a group begins or ends.</summary>
    Save,
}

/// <summary>An instruction.</summary>
/// <param name="Operation">What it does.</param>
/// <param name="First">The instruction to go on at, the kind of a place, or the slot to keep a place in.</param>
/// <param name="Second">The other instruction to go on at.</param>
/// <param name="Characters">The characters that are taken.</param>
internal readonly record struct RegexInstruction(
    RegexOperation Operation,
    int First = 0,
    int Second = 0,
    RegexNode.Characters? Characters = null
);

/// <summary>
/// A regular expression as instructions of a nondeterministic automaton, counted repetitions written out. Its size is
/// bounded, and so is the memory of a match: there is no table that grows with what is matched.
/// </summary>
internal sealed class RegexProgram
{
    private readonly List<RegexInstruction> _code = [];

    private RegexProgram() { }

    /// <summary>The instructions; the first one begins.</summary>
    internal IReadOnlyList<RegexInstruction> Code => _code;

    /// <summary>Compiles an expression.</summary>
    /// <exception cref="RegexSyntaxException">It is too large.</exception>
    internal static RegexProgram Compile(RegexNode expression)
    {
        RegexProgram program = new();
        program.Emit(expression);
        program.Add(new RegexInstruction(RegexOperation.Accept));
        return program;
    }

    private void Emit(RegexNode node)
    {
        switch (node)
        {
            case RegexNode.Characters characters:
                Add(new RegexInstruction(RegexOperation.Character, Characters: characters));
                break;
            case RegexNode.Place place:
                Add(new RegexInstruction(RegexOperation.Place, (int)place.Kind));
                break;
            case RegexNode.Sequence sequence:
                foreach (RegexNode part in sequence.Parts)
                {
                    Emit(part);
                }

                break;
            case RegexNode.Choice choice:
                EmitChoice(choice.Alternatives);
                break;
            case RegexNode.Capture capture:
                Add(new RegexInstruction(RegexOperation.Save, 2 * capture.Index));
                Emit(capture.Part);
                Add(new RegexInstruction(RegexOperation.Save, (2 * capture.Index) + 1));
                break;
            case RegexNode.Repetition repetition:
                EmitRepetition(repetition);
                break;
        }
    }

    private void EmitChoice(IReadOnlyList<RegexNode> alternatives)
    {
        List<int> jumps = [];
        for (int i = 0; i < alternatives.Count - 1; i++)
        {
            int split = Add(default);
            Emit(alternatives[i]);
            jumps.Add(Add(default));
            _code[split] = new RegexInstruction(RegexOperation.Split, split + 1, _code.Count);
        }

        Emit(alternatives[^1]);
        foreach (int jump in jumps)
        {
            _code[jump] = new RegexInstruction(RegexOperation.Jump, _code.Count);
        }
    }

    private void EmitRepetition(RegexNode.Repetition repetition)
    {
        for (int i = 0; i < repetition.Least; i++)
        {
            Emit(repetition.Part);
        }

        if (repetition.Most is not { } most)
        {
            int split = Add(default);
            Emit(repetition.Part);
            Add(new RegexInstruction(RegexOperation.Jump, split));
            _code[split] = Either(split + 1, _code.Count, repetition.Greedy);
            return;
        }

        List<int> splits = [];
        for (int i = repetition.Least; i < most; i++)
        {
            splits.Add(Add(default));
            Emit(repetition.Part);
        }

        foreach (int split in splits)
        {
            _code[split] = Either(split + 1, _code.Count, repetition.Greedy);
        }
    }

    private static RegexInstruction Either(int more, int less, bool greedy) =>
        new(RegexOperation.Split, greedy ? more : less, greedy ? less : more);

    private int Add(RegexInstruction instruction)
    {
        if (_code.Count >= RecipeLimits.TagPatternInstructions)
        {
            throw new RegexSyntaxException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"with its counted repetitions written out it has more than {RecipeLimits.TagPatternInstructions} steps; repeat less"
                )
            );
        }

        _code.Add(instruction);
        return _code.Count - 1;
    }
}
