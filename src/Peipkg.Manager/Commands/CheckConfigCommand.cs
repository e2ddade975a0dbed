using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Logging.Abstractions;
using Peipkg.CommandLine.Options;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Cryptography;
using Peipkg.Manager.Configuration;
using Peipkg.Manager.Git;
using Peipkg.Manager.Hosting;
using Peipkg.Manager.Http;
using Peipkg.Manager.Operating;
using Peipkg.Manager.Processes;
using Peipkg.Manager.Recipes;
using Peipkg.Manager.Secrets;
using Peipkg.Manager.Trials;
using Peipkg.Manager.World;
using Peipkg.Recipes.Toml;

namespace Peipkg.Manager.Commands;

/// <summary><c>check-config</c>: everything that would keep a manager from starting, and every recipe it could not use.</summary>
internal sealed class CheckConfigCommand(Option<string> config, ManagerWorld world)
{
    public Command Create()
    {
        Option<bool> json = CommandOptions.Flag("--json", "Report in JSON.");
        Command command = new(
            "check-config",
            "Check the configuration, the key, the programs and the recipes; exit 1 if something is wrong."
        )
        {
            json,
        };
        command.SetAction(result =>
        {
            string file = result.GetRequiredValue(config);
            List<string> problems = [];
            List<string> warnings = [];
            int recipes = Check(file, problems, warnings);
            if (result.GetValue(json))
            {
                world.Stdout.WriteLine(
                    JsonSerializer.Serialize(
                        new ConfigReport(problems.Count == 0, recipes, problems, warnings),
                        ConfigReportJson.Default.ConfigReport
                    )
                );
            }
            else
            {
                Diagnostics diagnostics = new("peipkg-manager", world.Stderr);
                warnings.ForEach(diagnostics.Warning);
                problems.ForEach(diagnostics.Error);
                if (problems.Count == 0)
                {
                    world.Stdout.WriteLine($"{file}: in order; {recipes} {(recipes == 1 ? "recipe" : "recipes")}");
                }
            }

            return problems.Count == 0 ? ExitCode.Success : ExitCode.Failure;
        });
        return command;
    }

    private int Check(string file, List<string> problems, List<string> warnings)
    {
        ManagerConfig checking;
        try
        {
            checking = ConfigReader.Load(file);
        }
        catch (RecipeException exception)
        {
            problems.AddRange(exception.Problems.Select(p => Redactor.WithoutCredentials(p.ToString())));
            return 0;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            problems.Add($"the configuration cannot be read: {exception.Message}");
            return 0;
        }

        Try(
            "[signing] key_file",
            () =>
            {
                using SigningKey key = SigningKey.Load(File.ReadAllBytes(checking.KeyFile), checking.KeyFile);
                const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.OtherRead;
                if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(checking.KeyFile) & Others) != 0)
                {
                    warnings.Add($"[signing] key_file: {checking.KeyFile} is readable by others; chmod 600 it");
                }
            }
        );
        problems.AddRange(SandboxExposure.Problems(checking));
        problems.AddRange(OwnRepository.Problems(checking));
        problems.AddRange(
            checking
                .Pools.Where(pool => pool.Launcher is { } launcher && !File.Exists(launcher.Program))
                .Select(pool => $"[[pool]] {pool.Name}: there is no launcher {pool.Launcher!.Program}")
        );
        Try(
            "the programs",
            () =>
                ToolSet.Resolve(
                    new ProgramFinder(world.Environment.GetValueOrDefault("PATH"), world.OwnDirectory),
                    checking.Uploads.SelectMany(u => u.Programs).Distinct()
                )
        );
        if (checking.Http.Address is not null)
        {
            foreach (
                string secret in Forge
                    .All.SelectMany(forge => checking.Http.SecretFilesOf(forge.Name))
                    .Distinct(StringComparer.Ordinal)
            )
            {
                Try("[http]", () => WebhookSecrets.Load([secret]));
            }
        }

        if (checking.Forge?.TokenFile is { } token)
        {
            Try("[forge] token_file", () => ForgeStatuses.ReadToken(token));
        }

        int count = 0;
        if (checking.Recipes is { } source)
        {
            Try("[recipes] signers", () => CommitSigners.Read(source.Signers));
        }

        if (RecipeCheckouts.Place(checking) is not var (directory, commit))
        {
            warnings.Add("[recipes] git: no recipes have been taken over yet; the manager does so when it runs");
            return count;
        }

        Try(
            checking.Recipes is null ? "[manager] recipes_dir" : "the recipes in force",
            () =>
            {
                RecipeRoster roster = RecipeRoster.Load(
                    directory,
                    NullLogger.Instance,
                    OwnRepository.EditionOf(checking),
                    commit
                );
                count = roster.Recipes.Count;
                problems.AddRange(
                    roster.BrokenRecipes.SelectMany(b => b.Problems.Select(p => $"recipe {b.Name}: {p}"))
                );
                problems.AddRange(roster.SharedPackages.Select(shared => shared.Describe()));
                problems.AddRange(PoolQuery.Homeless(checking, roster).Select(one => $"recipe {one.Recipe} {one.Why}"));
                warnings.AddRange(
                    roster.Recipes.SelectMany(r => r.Document.Warnings.Select(w => $"recipe {r.Name}: {w}"))
                );
                if (count + roster.Broken == 0)
                {
                    warnings.Add($"[manager] recipes_dir: there are no recipes in {directory}, so nothing is built");
                }

                if (ManagerProgram.MissingSecret(checking, roster) is { } missing)
                {
                    problems.Add(missing);
                }
            }
        );
        return count;

        void Try(string what, Action check)
        {
            try
            {
                check();
            }
            catch (Exception exception)
                when (exception is UserErrorException or KeyFileException or IOException or UnauthorizedAccessException)
            {
                problems.Add($"{what}: {exception.Message}");
            }
        }
    }
}

/// <summary>What <c>check-config --json</c> prints.</summary>
internal sealed record ConfigReport(
    bool Valid,
    int Recipes,
    IReadOnlyList<string> Problems,
    IReadOnlyList<string> Warnings
);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(ConfigReport))]
internal sealed partial class ConfigReportJson : JsonSerializerContext;
