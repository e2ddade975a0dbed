namespace Peipkg.Fuzz;

/// <summary>A reader of what strangers write.</summary>
/// <param name="Name">How findings name it.</param>
/// <param name="Seeds">Good inputs, and bad ones that once were findings.</param>
/// <param name="Try">Reads an input. It may refuse it with <paramref name="Refusals"/>; anything else is a finding.</param>
/// <param name="Refusals">The exceptions that say what is wrong with the input.</param>
internal sealed record FuzzTarget(string Name, IReadOnlyList<byte[]> Seeds, Action<byte[]> Try, params Type[] Refusals);
