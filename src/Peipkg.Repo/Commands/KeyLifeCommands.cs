using System.CommandLine;
using Peipkg.CommandLine.Host;
using Peipkg.CommandLine.Options;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Identity;
using Peipkg.Repo.Indexing;
using Peipkg.Repo.KeyLife;
using Peipkg.Repo.Keys;
using Peipkg.Repo.Publishing;
using Peipkg.Repo.World;

namespace Peipkg.Repo.Commands;

/// <summary>
/// The commands that change <c>repo.json</c>: <c>add-key</c>, <c>rotate-key</c>, <c>retire-key</c>, <c>revoke-key</c>,
/// <c>describe</c>; and <c>keys</c>, which shows it.
/// </summary>
internal static class KeyLifeCommands
{
    internal static Command CreateKeys(OperationContext context, CancellationToken stop)
    {
        Option<string> repo = CommandOptions.Path("--repo", "DIR", "The repository.", required: true);
        Option<bool> documentsOnly = DocumentsOnly();
        Option<bool> json = CommandOptions.Flag("--json", "Report in JSON.");
        Command command = new("keys", "Show a repository's keys and what each signed.") { repo, documentsOnly, json };
        command.SetAction(result =>
            KeysOperation.Run(
                result.GetRequiredValue(repo),
                result.GetValue(documentsOnly),
                result.GetValue(json),
                context,
                stop
            )
        );
        return command;
    }

    internal static Command CreateAdd(OperationContext context, CancellationToken stop)
    {
        Option<string> key = CommandOptions.Path(
            "--key",
            "FILE",
            "The key to list as active, private or public.",
            required: true
        );
        Common common = new();
        Command command = common.Fill(
            new Command("add-key", "List one more active key, such as an offline one for emergencies.") { key }
        );
        command.SetAction(result =>
        {
            string file = result.GetRequiredValue(key);
            return DescriptorOperation.Run(
                common.Read(result, (state, _) => KeyEdits.Add(state.Descriptor, PublicHalf(file, context))),
                context,
                stop
            );
        });
        return command;
    }

    internal static Command CreateRotate(OperationContext context, CancellationToken stop)
    {
        Option<string> fresh = CommandOptions.Path(
            "--new-key",
            "FILE",
            "The key that signs from now on. With its public half alone, the change waits for signatures.",
            required: true
        );
        Option<string> old = CommandOptions.Path(
            "--old-key",
            "FILE",
            "The active key it takes over from; it signs repo.json once more, unless --descriptor-key does.",
            required: true
        );
        Option<Timestamp> until = CommandOptions.Parsed<Timestamp>(
            "--valid-until",
            "TIME",
            "Until when consumers accept the old key: at least 30 days from now.",
            Timestamp.TryParse,
            required: true
        );
        Common common = new(signKey: false);
        Option<bool> documentsOnly = DocumentsOnly();
        Command command = common.Fill(
            new Command("rotate-key", "Hand over from one signing key to another.") { fresh, old, until, documentsOnly }
        );
        command.SetAction(result =>
        {
            string oldFile = result.GetRequiredValue(old);
            string newFile = result.GetRequiredValue(fresh);
            string signer = common.DescriptorKeyOf(result) ?? oldFile;
            DescriptorRequest request = common.Read(
                result,
                (state, census) =>
                    KeyEdits.Rotate(
                        state.Descriptor,
                        KeyFiles.LoadFingerprint(oldFile, context.Diagnostics),
                        PublicHalf(newFile, context),
                        result.GetRequiredValue(until),
                        KeyFiles.LoadFingerprint(signer, context.Diagnostics),
                        state.JudgedAt,
                        census
                    ),
                newFile
            );
            return DescriptorOperation.Run(
                request with
                {
                    DescriptorKey = signer,
                    ConcernsPackages = true,
                    DocumentsOnly = result.GetValue(documentsOnly),
                },
                context,
                stop
            );
        });
        return command;
    }

    internal static Command CreateRetire(OperationContext context, CancellationToken stop) =>
        CreateEnding(
            "retire-key",
            "Take a key off the list after its transition, or a year after its revocation.",
            static (state, key, _, census) => KeyEdits.Retire(state.Descriptor, key, state.JudgedAt, census),
            context,
            stop
        );

    internal static Command CreateRevoke(OperationContext context, CancellationToken stop) =>
        CreateEnding(
            "revoke-key",
            "Declare a key compromised: consumers reject whatever it signed.",
            static (state, key, at, census) => KeyEdits.Revoke(state.Descriptor, key, at, census),
            context,
            stop
        );

    internal static Command CreateDescribe(OperationContext context, CancellationToken stop)
    {
        Option<string> name = CommandOptions.Text("--name", "NAME", "The repository's new name, in kebab case.");
        Option<string> description = new("--description")
        {
            Description = "The new line for people; may be empty.",
            HelpName = "TEXT",
            Arity = ArgumentArity.ExactlyOne,
        };
        Common common = new();
        Command command = common.Fill(
            new Command("describe", "Change a repository's name or description.") { name, description }
        );
        command.SetAction(result =>
        {
            string? newName = result.GetValue(name);
            string? newDescription = result.GetValue(description);
            InitOperation.RefuseBadText("--name", newName ?? "x", mayBeEmpty: false);
            InitOperation.RefuseBadText("--description", newDescription ?? "", mayBeEmpty: true);
            InitOperation.WarnOfName(newName ?? "x", context.Diagnostics);
            return DescriptorOperation.Run(
                common.Read(result, (state, _) => KeyEdits.Describe(state.Descriptor, newName, newDescription)),
                context,
                stop
            );
        });
        return command;
    }

    private delegate DescriptorEdit Ending(PublishedState state, Fingerprint key, Timestamp at, SignerCensus? census);

    private static Command CreateEnding(
        string name,
        string description,
        Ending ending,
        OperationContext context,
        CancellationToken stop
    )
    {
        Option<string> key = CommandOptions.Text(
            "--key-or-fingerprint",
            "FILE|HEX",
            "The key: a file of either half, or its fingerprint.",
            required: true
        );
        Common common = new();
        Option<bool> documentsOnly = DocumentsOnly();
        Command command = common.Fill(new Command(name, description) { key, documentsOnly });
        command.SetAction(result =>
        {
            string given = result.GetRequiredValue(key);
            DescriptorRequest request = common.Read(
                result,
                (state, census) =>
                    ending(state, FingerprintOf(given, context), result.GetRequiredValue(common.Timestamp), census)
            );
            return DescriptorOperation.Run(
                request with
                {
                    ConcernsPackages = true,
                    DocumentsOnly = result.GetValue(documentsOnly),
                },
                context,
                stop
            );
        });
        return command;
    }

    private static Option<bool> DocumentsOnly() =>
        CommandOptions.Flag("--documents-only", "Do not read the packages to see who signed them.");

    private static Fingerprint FingerprintOf(string given, OperationContext context) =>
        Fingerprint.TryParseTyped(given, out Fingerprint fingerprint, out string? error) ? fingerprint
        : File.Exists(given) ? KeyFiles.LoadFingerprint(given, context.Diagnostics)
        : throw new UserErrorException($"--key-or-fingerprint {given}: there is no such file, and {error}");

    private static PublicKey PublicHalf(string file, OperationContext context)
    {
        (SigningKey? key, PublicKey known) = KeyFiles.LoadEither(file, context.Diagnostics);
        key?.Dispose();
        return known;
    }

    /// <summary>The options that all of these commands have.</summary>
    private sealed class Common
    {
        private readonly Option<string> _repo = CommandOptions.Path("--repo", "DIR", "The repository.", required: true);
        private readonly Option<string>? _signKey;
        private readonly Option<string> _descriptorKey = CommandOptions.Path(
            "--descriptor-key",
            "FILE",
            "Another key to sign repo.json with, one that consumers know."
        );
        private readonly Option<bool> _force = CommandOptions.Flag(
            "--force",
            "Go on although some consumers cannot follow."
        );
        private readonly Option<bool> _dryRun = CommandOptions.Flag("--dry-run", "Only say what would change.");
        private readonly Option<bool> _json = CommandOptions.Flag("--json", "Report in JSON.");

        internal Common(bool signKey = true)
        {
            _signKey = signKey
                ? CommandOptions.Path(
                    "--sign-key",
                    "FILE",
                    "The active key that signs. With its public half alone, the change waits for signatures.",
                    required: true
                )
                : null;
        }

        internal Option<Timestamp> Timestamp { get; } =
            CommandOptions.Parsed<Timestamp>(
                "--timestamp",
                "TIME",
                "The time of the new generation, never earlier than the last.",
                Format.Identity.Timestamp.TryParse,
                required: true
            );

        internal string? DescriptorKeyOf(ParseResult result) => result.GetValue(_descriptorKey);

        internal Command Fill(Command command)
        {
            foreach (
                Option? option in new Option?[] { _repo, _signKey, _descriptorKey, Timestamp, _force, _dryRun, _json }
            )
            {
                if (option is not null)
                {
                    command.Add(option);
                }
            }

            return command;
        }

        internal DescriptorRequest Read(
            ParseResult result,
            Func<PublishedState, SignerCensus?, DescriptorEdit> edit,
            string? signKey = null
        ) =>
            new()
            {
                Repo = result.GetRequiredValue(_repo),
                SignKey = signKey ?? result.GetRequiredValue(_signKey!),
                DescriptorKey = DescriptorKeyOf(result),
                At = result.GetRequiredValue(Timestamp),
                Force = result.GetValue(_force),
                DryRun = result.GetValue(_dryRun),
                Json = result.GetValue(_json),
                Edit = edit,
            };
    }
}
