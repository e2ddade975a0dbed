using System.Diagnostics.CodeAnalysis;
using Peipkg.Format.Text;

namespace Peipkg.Format.Identity;

/// <summary>A version constraint (PSD-009 §2.2.8): terms separated by commas, all of which must hold.</summary>
/// <remarks>
/// Blanks (space, tab) around operators and commas are free, and the original spelling is kept because documents carry
/// it. Only the spelling is stored and read again when asked: a hostile document could pack millions of terms into one
/// constraint, and each would weigh many times its text. Equality is that of the spelling. The default instance has no
/// terms and is no constraint.
/// </remarks>
public readonly record struct VersionConstraint
{
    private readonly string? _text;

    private VersionConstraint(string text) => _text = text;

    /// <summary>The constraint as written; empty for the default instance.</summary>
    public string Text => _text ?? "";

    /// <summary>The terms in the order written; at least one in a valid constraint.</summary>
    public IEnumerable<ConstraintTerm> Terms
    {
        get
        {
            for (var start = 0; start < Text.Length; )
            {
                var comma = Text.IndexOf(',', start);
                var end = comma < 0 ? Text.Length : comma;
                var relation = ReadOperator(Text.AsSpan()[start..end], out var operand);
                yield return new ConstraintTerm(relation, VersionOperand.Parse(operand.ToString()));
                start = end + 1;
            }
        }
    }

    /// <summary>Reads a constraint.</summary>
    /// <param name="text">The candidate.</param>
    /// <param name="value">The constraint, or the default instance.</param>
    /// <param name="error">A sentence that says what is wrong with the candidate.</param>
    public static bool TryParse(string? text, out VersionConstraint value, [NotNullWhen(false)] out string? error)
    {
        value = default;
        var number = 0;
        foreach (var range in text.AsSpan().Split(','))
        {
            number++;
            if (TermFault(text.AsSpan()[range]) is { } fault)
            {
                var term = text.AsSpan()[range].Trim(" \t").ToString();
                error =
                    $"{DisplayText.Quote(text)} is not a version constraint: "
                    + (term == text ? fault : $"in term {number}, {DisplayText.Quote(term)}, {fault}");
                return false;
            }
        }

        value = new VersionConstraint(text ?? "");
        error = null;
        return true;
    }

    /// <summary>Reads a constraint that the caller knows to be well-formed.</summary>
    /// <exception cref="FormatException">The text is not a constraint; the message says why.</exception>
    public static VersionConstraint Parse(string text) =>
        TryParse(text, out var value, out var error) ? value : throw new FormatException(error);

    /// <summary>Whether the version satisfies every term; the default instance, having none, is always satisfied.</summary>
    public bool IsSatisfiedBy(in PackageVersion version)
    {
        var text = Text.AsSpan();
        if (text.IsEmpty)
        {
            return true;
        }

        foreach (var range in text.Split(','))
        {
            var relation = ReadOperator(text[range], out var operand);
            VersionSyntax.OperandFault(operand, out var epoch, out var start, out var length, out var revision);
            var order = VersionPrecedence.CompareToOperand(version, epoch, operand.Slice(start, length), revision);
            if (!ConstraintTerm.Holds(relation, order))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether both are spelled alike.</summary>
    public bool Equals(VersionConstraint other) => string.Equals(Text, other.Text, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => Text;

    private static string? TermFault(ReadOnlySpan<char> term)
    {
        term = term.Trim(" \t");
        if (term.IsEmpty)
        {
            return "there is nothing; write an operator and a version, such as \">= 1.2\"";
        }

        ReadOperator(term, out var operand);
        return operand.IsEmpty
            ? "the operator has no version after it"
            : VersionSyntax.OperandFault(operand, out _, out _, out _, out _);
    }

    private static ConstraintOperator ReadOperator(ReadOnlySpan<char> term, out ReadOnlySpan<char> operand)
    {
        term = term.Trim(" \t");
        var (relation, length) = term switch
        {
            ['>', '=', ..] => (ConstraintOperator.GreaterOrEqual, 2),
            ['<', '=', ..] => (ConstraintOperator.LessOrEqual, 2),
            ['!', '=', ..] => (ConstraintOperator.NotEqual, 2),
            ['>', ..] => (ConstraintOperator.Greater, 1),
            ['<', ..] => (ConstraintOperator.Less, 1),
            ['=', ..] => (ConstraintOperator.Equal, 1),
            _ => (ConstraintOperator.Equal, 0),
        };
        operand = term[length..].TrimStart(" \t");
        return relation;
    }
}
