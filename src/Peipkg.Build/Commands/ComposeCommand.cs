using System.CommandLine;
using Peipkg.Build.Composing;
using Peipkg.Build.World;
using Peipkg.CommandLine.Options;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Manifests;
using Peipkg.Format.Repositories;

namespace Peipkg.Build.Commands;

/// <summary><c>compose</c>: a root directory of packages, in which scripts can be run.</summary>
internal static class ComposeCommand
{
    internal static Command Create(ToolContext context)
    {
        Argument<IReadOnlyList<Dependency>> wanted = CommandOptions.ParsedArguments<Dependency>(
            "NAME[ CONSTRAINT]",
            "The packages, as gcc or \"zlib-dev >= 1.3\"; all that they need comes with them.",
            Dependency.TryParse
        );
        Option<IReadOnlyList<RepositoryLocation>> repositories = CommandOptions.Many<RepositoryLocation>(
            "--repository",
            "DIR|URL",
            "A repository that has them.",
            RepositoryLocation.TryParse
        );
        Option<IReadOnlyList<Fingerprint>> trust = CommandOptions.Many<Fingerprint>(
            "--trust",
            "FINGERPRINT",
            "A key that must have signed repo.json.",
            Fingerprint.TryParseTyped
        );
        Option<string> output = CommandOptions.NamedPath(
            "--out",
            "DIR",
            "The root to make; must be absent or empty.",
            required: true
        );
        Option<string> cache = CommandOptions.Path(
            "--cache",
            "DIR",
            "Where unpacked packages are kept, whose files roots share; ~/.cache/peipkg-build/packages if not given."
        );
        Command command = new("compose", "Make a root directory of packages, in which other packages can be built.")
        {
            wanted,
            repositories,
            trust,
            output,
            cache,
        };
        command.SetAction(result =>
        {
            ComposeRequest request = new(
                result.GetRequiredValue(repositories),
                result.GetRequiredValue(trust),
                result.GetRequiredValue(wanted),
                result.GetRequiredValue(output),
                result.GetValue(cache)
            );
            return request.Repositories.Count == 0
                    ? throw new UsageErrorException("compose takes packages of a repository; give --repository DIR|URL")
                : request.Trusted.Count == 0
                    ? throw new UsageErrorException(
                        "compose needs --trust FINGERPRINT: whoever answers for a repository can have signed anything with a key of their own"
                    )
                : ComposeOperation.Run(request, context);
        });
        return command;
    }
}
