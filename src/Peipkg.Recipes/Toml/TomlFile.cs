using System.Buffers;
using System.Text;
using Peipkg.Posix.Files;
using Peipkg.Recipes.Bounds;

namespace Peipkg.Recipes.Toml;

/// <summary>
/// A TOML document of any of the tools: syntax and duplicate keys are checked here, everything else by the sections that
/// read it (<see cref="TomlSection"/>).
/// </summary>
public sealed class TomlFile
{
    private TomlFile(TomlTable root, ProblemList problems)
    {
        Root = root;
        Problems = problems;
    }

    /// <summary>The document's top level.</summary>
    public TomlTable Root { get; }

    /// <summary>Where everything that is wrong with the file is gathered.</summary>
    public ProblemList Problems { get; }

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file; also the name that problems carry.</param>
    /// <param name="mayBePipe">Whether it is the caller's own and may be a pipe, which is waited for.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    /// <exception cref="RecipeException">It is not TOML, with every place where it is not.</exception>
    public static TomlFile Load(string path, bool mayBePipe = false)
    {
        using Stream stream = mayBePipe
            ? new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0)
            : ForeignFile.OpenStream(path);
        byte[] content = ArrayPool<byte>.Shared.Rent(RecipeLimits.FileBytes + 1);
        try
        {
            int length = stream.ReadAtLeast(
                content.AsSpan(0, RecipeLimits.FileBytes + 1),
                RecipeLimits.FileBytes + 1,
                throwOnEndOfStream: false
            );
            return Parse(content.AsSpan(0, length), path);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(content);
        }
    }

    /// <summary>Reads a document.</summary>
    /// <param name="utf8">The whole file.</param>
    /// <param name="fileName">The name that problems carry.</param>
    /// <exception cref="RecipeException">It is not TOML, with every place where it is not.</exception>
    public static TomlFile Parse(ReadOnlySpan<byte> utf8, string fileName)
    {
        ProblemList problems = new(fileName);
        if (utf8.Length > RecipeLimits.FileBytes)
        {
            problems.Error(
                TomlPosition.Start,
                $"the file is larger than {RecipeLimits.FileBytes} bytes",
                RecipeRule.Syntax
            );
            problems.ThrowIfAny();
        }

        ReadOnlySpan<byte> mark = [0xef, 0xbb, 0xbf];
        if (utf8.StartsWith(mark))
        {
            utf8 = utf8[mark.Length..];
        }

        if (TomlEncoding.FirstInvalid(utf8) is { } invalid)
        {
            problems.Error(invalid, "the file is not UTF-8 here", RecipeRule.Syntax);
            problems.ThrowIfAny();
        }

        TomlTable root = TomlSyntax.Read(Encoding.UTF8.GetString(utf8), problems);
        problems.ThrowIfAny();
        return new TomlFile(root, problems);
    }

    /// <summary>Opens a section written as <c>[name]</c>, or answers null where there is none.</summary>
    /// <param name="name">The section's key at the top level.</param>
    public TomlSection? Section(string name)
    {
        if (Root.Find(name) is not { } entry)
        {
            return null;
        }

        if (entry.Value is TomlTable table)
        {
            return new TomlSection(Problems, $"[{name}]", table);
        }

        Problems.Error(
            entry.Position,
            entry.Value is TomlArray { FromHeaders: true }
                ? $"write [{name}], not [[{name}]]: there is only one"
                : $"{name} must be a section [{name}], not {entry.Value.Kind}",
            RecipeRule.WrongType
        );
        return null;
    }

    /// <summary>Opens every section written as <c>[[name]]</c>, in order.</summary>
    /// <param name="name">The sections' key at the top level.</param>
    public IReadOnlyList<TomlSection> Sections(string name)
    {
        switch (Root.Find(name))
        {
            case null:
                return [];
            case { Value: TomlArray array } when array.Items.All(item => item is TomlTable):
                return [.. array.Items.Select(item => new TomlSection(Problems, $"[[{name}]]", (TomlTable)item))];
            case { Value: TomlTable } entry:
                Problems.Error(
                    entry.Position,
                    $"write [[{name}]], not [{name}]: there may be several",
                    RecipeRule.WrongType
                );
                return [];
            case { } entry:
                Problems.Error(
                    entry.Position,
                    $"{name} must be written as [[{name}]] sections, not {entry.Value.Kind}",
                    RecipeRule.WrongType
                );
                return [];
        }
    }
}
