namespace Peipkg.Recipes.Toml;

/// <summary>A place in a file, both numbers counted from 1.</summary>
/// <param name="Line">The line.</param>
/// <param name="Column">The column, in characters (Unicode code points).</param>
public readonly record struct TomlPosition(int Line, int Column) : IComparable<TomlPosition>
{
    /// <summary>Where a file begins: the place of whatever is missing from the file as a whole.</summary>
    public static TomlPosition Start { get; } = new(1, 1);

    /// <inheritdoc/>
    public int CompareTo(TomlPosition other) =>
        Line != other.Line ? Line.CompareTo(other.Line) : Column.CompareTo(other.Column);
}

/// <summary>A value together with where it was written, so that whatever is wrong with it can be pointed at.</summary>
/// <param name="Value">The value.</param>
/// <param name="Position">Where it begins.</param>
public readonly record struct Located<T>(T Value, TomlPosition Position);
