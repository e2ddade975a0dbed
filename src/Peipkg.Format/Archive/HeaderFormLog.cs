namespace Peipkg.Format.Archive;

/// <summary>Notes which forms an archive's headers have.</summary>
internal sealed class HeaderFormLog
{
    private readonly List<HeaderFormMet> _met = [];

    /// <summary>The forms in the order of their first entries.</summary>
    internal IReadOnlyList<HeaderFormMet> Met => _met;

    internal void Note(HeaderForm form, string place)
    {
        int index = _met.FindIndex(met => met.Form == form);
        if (index < 0)
        {
            _met.Add(new HeaderFormMet(form, place, 1));
        }
        else
        {
            _met[index] = _met[index] with { Count = _met[index].Count + 1 };
        }
    }
}
