using System.CommandLine;
using Peipkg.Build.Inspecting;
using Peipkg.Build.World;
using Peipkg.CommandLine.Options;
using Peipkg.CommandLine.Reporting;

namespace Peipkg.Build.Commands;

/// <summary><c>inspect</c>: what a package holds.</summary>
internal static class InspectCommand
{
    internal static Command Create(ToolContext context)
    {
        Argument<string> file = CommandOptions.PathArgument("FILE", "The package.");
        Option<bool> json = CommandOptions.Flag("--json", "Print JSON instead of text.");
        Option<bool> files = CommandOptions.Flag(
            "--files",
            "Print each file's SHA-256 and path alone, as sha256sum --check takes them."
        );
        Option<bool> manifest = CommandOptions.Flag(
            "--manifest",
            "Print the manifest alone, exactly as the package holds its values."
        );
        Option<string> other = CommandOptions.Path(
            "--diff",
            "OTHER",
            "Say what differs in this other package; exit 1 when anything does."
        );
        Option<string> why = CommandOptions.Text(
            "--why",
            "NAME",
            "Say which of the package's files provide or need this name."
        );
        Command command = new("inspect", "Show a package's manifest, files, sizes and signature.")
        {
            file,
            json,
            files,
            manifest,
            other,
            why,
        };
        command.SetAction(result =>
        {
            string[] views =
            [
                .. result.GetValue(files) ? ["--files"] : Array.Empty<string>(),
                .. result.GetValue(manifest) ? ["--manifest"] : Array.Empty<string>(),
                .. result.GetValue(other) is not null ? ["--diff"] : Array.Empty<string>(),
                .. result.GetValue(why) is not null ? ["--why"] : Array.Empty<string>(),
            ];
            if (views.Length > 1 || (views is ["--files" or "--manifest"] && result.GetValue(json)))
            {
                throw new UsageErrorException(
                    $"{string.Join(", ", views.Length > 1 ? views : [.. views, "--json"])} are different views; give one"
                );
            }

            string package = result.GetRequiredValue(file);
            return result.GetValue(other) is { } second
                    ? InspectOperation.Compare(package, second, result.GetValue(json), context)
                : result.GetValue(why) is { } name ? InspectOperation.Why(package, name, result.GetValue(json), context)
                : InspectOperation.Run(package, views.FirstOrDefault(), result.GetValue(json), context);
        });
        return command;
    }
}
