using Peipkg.Build.Checking;
using Peipkg.Build.World;
using Peipkg.CommandLine.Reporting;
using Peipkg.Posix.Files;
using Peipkg.Recipes.Bounds;
using Peipkg.Recipes.Toml;

namespace Peipkg.Build.Formatting;

/// <summary>Formats recipes. Each file is written as a whole or not at all, and one that is in form is not touched.</summary>
internal static class FormatOperation
{
    private const string StandardInput = "-";

    /// <summary>Formats files, or standard input to standard output.</summary>
    /// <param name="names">Recipe files, recipe directories, directories of those, or <c>-</c> alone.</param>
    /// <param name="checkOnly">Whether files that are not in form are only named.</param>
    /// <param name="context">Told which files were changed, or would be.</param>
    /// <returns>Failure if a file is no TOML, or is not in form where nothing is to be changed.</returns>
    /// <exception cref="UserErrorException">A file cannot be read or written.</exception>
    internal static int Run(IReadOnlyList<string> names, bool checkOnly, ToolContext context)
    {
        if (names is [StandardInput])
        {
            return FormatInput(checkOnly, context);
        }

        if (names.Contains(StandardInput))
        {
            throw new UserErrorException("\"-\" is standard input, and stands alone");
        }

        bool failed = false;
        foreach (string file in RecipeFiles.Find(names))
        {
            failed |= !TryFormat(file, checkOnly, context);
        }

        return failed ? ExitCode.Failure : ExitCode.Success;
    }

    private static int FormatInput(bool checkOnly, ToolContext context)
    {
        ShellInput given = context.Input ?? throw new UserErrorException("\"-\" is standard input, and there is none");
        using FileStream input = new(given.Handle, FileAccess.Read, bufferSize: 0);
        byte[] content = ReadBounded(input);
        if (Formatted(content, "standard input", context) is not { } formatted)
        {
            return ExitCode.Failure;
        }

        if (checkOnly)
        {
            return formatted.AsSpan().SequenceEqual(content) ? ExitCode.Success : ExitCode.Failure;
        }

        context.Output.Write(System.Text.Encoding.UTF8.GetString(formatted));
        return ExitCode.Success;
    }

    private static bool TryFormat(string file, bool checkOnly, ToolContext context)
    {
        byte[] content;
        UnixFileMode mode;
        try
        {
            using Stream stream = ForeignFile.OpenStream(file, followLinks: false);
            content = ReadBounded(stream);
            mode = File.GetUnixFileMode(file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            context.Diagnostics.Error($"{file} cannot be read: {exception.Message}");
            return false;
        }

        if (Formatted(content, file, context) is not { } formatted)
        {
            return false;
        }

        if (formatted.AsSpan().SequenceEqual(content))
        {
            return true;
        }

        if (!checkOnly)
        {
            try
            {
                DurableFile.Write(file, formatted, mode);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                throw new UserErrorException($"{file} cannot be changed: {exception.Message}", exception);
            }
        }

        context.Output.WriteLine(file);
        return !checkOnly;
    }

    private static byte[]? Formatted(byte[] content, string name, ToolContext context)
    {
        try
        {
            return TomlFormatter.Format(content, name);
        }
        catch (RecipeException exception)
        {
            foreach (RecipeProblem problem in exception.Problems)
            {
                context.Diagnostics.Error(problem.ToString());
            }

            return null;
        }
    }

    // One byte more than may be is enough for the parser to refuse it.
    private static byte[] ReadBounded(Stream stream)
    {
        byte[] content = new byte[RecipeLimits.FileBytes + 1];
        int length = stream.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
        return content[..length];
    }
}
