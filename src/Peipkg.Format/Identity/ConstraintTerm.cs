namespace Peipkg.Format.Identity;

/// <summary>The relation that a constraint's term asks for (PSD-009 §2.2.8).</summary>
public enum ConstraintOperator
{
    /// <summary><c>=</c>, or no operator at all.</summary>
    Equal,

    /// <summary><c>!=</c></summary>
    NotEqual,

    /// <summary><c>&gt;</c></summary>
    Greater,

    /// <summary><c>&gt;=</c></summary>
    GreaterOrEqual,

    /// <summary><c>&lt;</c></summary>
    Less,

    /// <summary><c>&lt;=</c></summary>
    LessOrEqual,
}

/// <summary>One term of a constraint: an operator and the version it relates to.</summary>
/// <param name="Operator">The relation.</param>
/// <param name="Operand">The version, perhaps without a revision.</param>
public readonly record struct ConstraintTerm(ConstraintOperator Operator, VersionOperand Operand)
{
    /// <summary>Whether the version stands in the relation to the operand.</summary>
    public bool IsSatisfiedBy(in PackageVersion version) => Holds(Operator, Operand.CompareVersion(version));

    /// <summary>Whether a comparison of a version with an operand means that the relation holds.</summary>
    internal static bool Holds(ConstraintOperator relation, int order) =>
        relation switch
        {
            ConstraintOperator.Equal => order == 0,
            ConstraintOperator.NotEqual => order != 0,
            ConstraintOperator.Greater => order > 0,
            ConstraintOperator.GreaterOrEqual => order >= 0,
            ConstraintOperator.Less => order < 0,
            _ => order <= 0,
        };
}
