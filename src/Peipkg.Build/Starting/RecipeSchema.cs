using System.Text;

namespace Peipkg.Build.Starting;

/// <summary>
/// The JSON Schema of recipes. It has the keys of every edition, since a recipe need not name its own; a test compares them
/// with those that the readers know.
/// </summary>
internal static class RecipeSchema
{
    private const string Resource = "peipkg.schema.json";

    /// <summary>The document.</summary>
    internal static string Text()
    {
        using Stream stream = typeof(RecipeSchema).Assembly.GetManifestResourceStream(Resource)!;
        using StreamReader reader = new(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
