using System.Diagnostics.CodeAnalysis;

namespace Peipkg.Format.Text;

/// <summary>Reads a value out of its text, or says in a sentence what is wrong with it.</summary>
/// <typeparam name="T">The type of the value.</typeparam>
public delegate bool ValueParser<T>(string? text, out T value, [NotNullWhen(false)] out string? error);
