namespace Peipkg.Build.Deriving;

/// <summary>A module that a <c>.pc</c> file requires.</summary>
/// <param name="Module">Its name, which may be none.</param>
/// <param name="Constraint">The operator and the version after it, as in <c>&gt;= 2.80</c>; null where there is no operator.</param>
internal readonly record struct PkgConfigNeed(string Module, string? Constraint)
{
    /// <inheritdoc/>
    public override string ToString() => Constraint is null ? Module : $"{Module} {Constraint}";
}

/// <summary>
/// Reads a list of modules, separated by blanks and commas. The operator stands apart from the name, since names may hold
/// its characters; whether it stands apart from the version does not matter.
/// </summary>
internal static class PkgConfigList
{
    /// <summary>The modules in the order of the list.</summary>
    internal static IReadOnlyList<PkgConfigNeed> Read(string list)
    {
        List<PkgConfigNeed> needs = [];
        int at = 0;
        while (true)
        {
            Skip(list, ref at, c => PkgConfigLines.IsBlank(c) || c == ',');
            if (at == list.Length)
            {
                return needs;
            }

            string name = IsOperator(list[at]) ? "" : Skip(list, ref at, IsWord);
            Skip(list, ref at, PkgConfigLines.IsBlank);
            if (at == list.Length || !IsOperator(list[at]))
            {
                needs.Add(new(name, null));
                continue;
            }

            string relation = Skip(list, ref at, IsOperator);
            Skip(list, ref at, PkgConfigLines.IsBlank);
            needs.Add(new(name, $"{relation} {Skip(list, ref at, IsWord)}"));
        }
    }

    private static bool IsOperator(char c) => c is '<' or '>' or '=' or '!';

    private static bool IsWord(char c) => c != ',' && !PkgConfigLines.IsBlank(c);

    private static string Skip(string list, ref int at, Func<char, bool> takes)
    {
        int start = at;
        while (at < list.Length && takes(list[at]))
        {
            at++;
        }

        return list[start..at];
    }
}
