using System.Globalization;
using Peipkg.Format.Identity;
using Peipkg.Format.Repositories;
using Peipkg.Format.Text;
using Peipkg.Manager.Building;
using Peipkg.Manager.Configuration;
using Peipkg.Manager.Processes;
using Peipkg.Manager.Publishing;
using Peipkg.Manager.Recipes;
using Peipkg.Manager.Secrets;
using Peipkg.Manager.Storage;
using Peipkg.Manager.Upstreams;
using Peipkg.Manager.Watching;
using Peipkg.Manager.World;
using Peipkg.Posix.Files;
using Peipkg.Recipes.Toml;
using Peipkg.Recipes.Upstreams;

namespace Peipkg.Manager.Trials;

/// <summary>Asks upstreams for versions, and fetches them.</summary>
/// <param name="Lister">Asks.</param>
/// <param name="Source">Fetches.</param>
internal sealed record TrialUpstreams(VersionLister Lister, VersionSource Source);

/// <summary>What running a trial needs of the farm.</summary>
internal sealed record TrialServices
{
    public required ConfigHolder Config { get; init; }

    public required StateLayout Layout { get; init; }

    public required ToolSet Tools { get; init; }

    public required ChildEnvironment Environment { get; init; }

    public required ChildRunner Children { get; init; }

    /// <summary>With the operator's credentials: for upstreams of recipes in force.</summary>
    public required TrialUpstreams Known { get; init; }

    /// <summary>Without them: for every other upstream.</summary>
    public required TrialUpstreams Strange { get; init; }

    public required PackageBuild Build { get; init; }

    public required SpareSlots Slots { get; init; }

    public required RosterHolder Roster { get; init; }

    public required RepositoryState Repository { get; init; }

    public required TrialStore Store { get; init; }

    public required Redactor Redactor { get; init; }

    public required TimeProvider Clock { get; init; }
}

/// <summary>
/// Leads one trial: brings the recipes, builds the newest version of each in places that are left over, always in the
/// sandbox, takes the packages into the trial's scratch repository, and compares them with what is published. Nothing of it
/// reaches the farm's repository, its queue, or its recipes.
/// </summary>
internal sealed class TrialRunner(TrialServices services, TrialTree tree)
{
    private StateLayout Layout => services.Layout;

    /// <summary>Runs it to its end.</summary>
    /// <returns>How it ended, and why.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled, or the manager is ending.</exception>
    /// <exception cref="StorageException">The database failed.</exception>
    public async Task<(TrialState State, string Detail)> RunAsync(TrialRecord trial, CancellationToken cancellation)
    {
        string directory = Layout.TrialOf(trial.Id);
        TreeRemoval.Remove(directory);
        Directory.CreateDirectory(directory);
        using AttemptLog log = new(Layout.TrialLogOf(trial.Id, 0), services.Clock, services.Redactor);
        log.Heading($"trying the recipes of {trial.Source}");
        (TrialState State, string Detail) end;
        try
        {
            end = await RunAsync(trial, log, cancellation);
        }
        catch (TrialException exception)
        {
            end = (TrialState.Failed, exception.Message);
        }
        catch (Exception exception) when (Boundary.Holds(exception) && exception is not StorageException)
        {
            end = exception is UpstreamException { IsUpstreamsFault: true }
                ? (TrialState.Failed, exception.Message)
                : (TrialState.Error, Boundary.Describe(exception));
        }
        finally
        {
            foreach (string left in (string[])["tree", "tmp", "signed", "scratch-key.pem"])
            {
                TreeRemoval.Remove(Path.Combine(directory, left));
            }
        }

        end.Detail = services.Redactor.Clean(end.Detail);
        log.Heading($"{end.State.Text()}: {end.Detail}");
        return end;
    }

    private async Task<(TrialState State, string Detail)> RunAsync(
        TrialRecord trial,
        AttemptLog log,
        CancellationToken cancellation
    )
    {
        ManagerConfig config = services.Config.Current;
        if (
            SandboxExposure.Problems(config with { Builds = config.Builds with { Sandbox = true } }) is
            { Count: > 0 } exposed
        )
        {
            return (TrialState.Error, $"nothing is tried: {string.Join("; ", exposed)}");
        }

        IReadOnlyList<(string Name, string Change, RosterEntry? Recipe)> found = await tree.BringAsync(
            trial,
            commit => services.Store.Resolve(trial.Id, commit),
            log,
            cancellation
        );
        ScratchRepository scratch = new(
            Layout.TrialOf(trial.Id),
            services.Tools,
            services.Environment,
            services.Children,
            () => services.Config.Current,
            services.Clock
        );
        List<TrialRecipe> done = [];
        foreach ((string name, string change, RosterEntry? recipe) in InOrder(found))
        {
            int number = done.Count + 1;
            TrialRecipe result = new()
            {
                Number = number,
                Recipe = name,
                Change = change,
                Result = "skipped",
                Detail = "its published packages stay; nothing is built of it any more",
            };
            done.Add(
                recipe is null
                    ? result
                    : await TryAsync(trial, result with { Detail = "" }, recipe, scratch, cancellation)
            );
            services.Store.Report(trial.Id, TrialJson.Write(done));
        }

        int failed = done.Count(recipe => recipe.Result == "failed");
        int errors = done.Count(recipe => recipe.Result == "error");
        int passed = done.Count(recipe => recipe.Result == "passed");
        return failed > 0 ? (TrialState.Failed, $"{failed} of {Counted.Text(done.Count, "recipe")} failed")
            : errors > 0
                ? (
                    TrialState.Error,
                    $"{errors} of {Counted.Text(done.Count, "recipe")} could not be built, which is not their fault"
                )
            : (TrialState.Passed, done.Count == 0 ? "no recipe changes" : $"{Counted.Text(passed, "recipe")} built");
    }

    // What others depend on comes first, so that roots can be composed of it.
    private List<(string Name, string Change, RosterEntry? Recipe)> InOrder(
        IReadOnlyList<(string Name, string Change, RosterEntry? Recipe)> found
    )
    {
        RecipeDependencies order = RecipeDependencies.From(
            [.. found.Select(one => one.Recipe).OfType<RosterEntry>()],
            services.Repository.Published().Relations
        );
        List<(string Name, string Change, RosterEntry? Recipe)> left =
        [
            .. found.OrderBy(one => one.Name, StringComparer.Ordinal),
        ];
        List<(string Name, string Change, RosterEntry? Recipe)> ordered = [];
        while (left.Count > 0)
        {
            int next = left.FindIndex(one => !order.Of(one.Name).Any(other => left.Exists(l => l.Name == other)));
            ordered.Add(left[Math.Max(next, 0)]);
            left.RemoveAt(Math.Max(next, 0));
        }

        return ordered;
    }

    private async Task<TrialRecipe> TryAsync(
        TrialRecord trial,
        TrialRecipe result,
        RosterEntry recipe,
        ScratchRepository scratch,
        CancellationToken cancellation
    )
    {
        string file = Layout.TrialLogOf(trial.Id, result.Number);
        result = result with { Log = file };
        string name = string.Create(CultureInfo.InvariantCulture, $"try-{trial.Id}-{result.Number}");
        BuildRoom room = new(0, Path.Combine(Layout.Stage, name), Path.Combine(Layout.Sources, name))
        {
            IsTrial = true,
            Scratch = scratch.Signed,
        };
        using AttemptLog log = new(file, services.Clock, services.Redactor);
        try
        {
            if (recipe.Document.Upstream is not { } upstream)
            {
                return result with
                {
                    Result = "skipped",
                    Detail = "it has no [upstream], so there is no source to build it from",
                };
            }

            TrialUpstreams upstreams = UpstreamsFor(trial, upstream);
            if (await NewestAsync(upstreams, recipe, upstream, cancellation) is not { } newest)
            {
                return Failed(
                    result,
                    log,
                    FailureCause.Recipe,
                    $"no version of {upstream.Address} is one that it builds"
                );
            }

            result = result with { Version = newest.Version.Text };
            return await services.Slots.RunAsync(
                recipe,
                async (pool, stop) =>
                {
                    string place = pool.IsOnly ? "" : $" in pool {pool.Name}";
                    log.Heading($"building {recipe.Name} {newest.Version} from {newest.Tag.Name}{place}");
                    FetchedSource source = await upstreams.Source.FetchAsync(
                        recipe,
                        newest.Tag,
                        newest.Version,
                        room,
                        log,
                        stop
                    );
                    BuildOrder order = new(recipe, newest.Version, source.Reference, source.Commit, source.Time);
                    IReadOnlyList<string> packages = await services.Build.BuildUnsignedAsync(
                        order,
                        pool,
                        room,
                        log,
                        stop
                    );
                    IReadOnlyList<string> signed = await scratch.AddAsync(packages, log, stop);
                    List<TrialPackage> made = [];
                    foreach ((RecipeOutput output, string package) in recipe.Outputs.Zip(InOutputOrder(order, signed)))
                    {
                        made.Add(await DescribeAsync(output, package, scratch, stop));
                    }

                    log.Heading("passed");
                    return result with { Result = "passed", Packages = made };
                },
                cancellation
            );
        }
        catch (BuildFailureException exception)
        {
            return Failed(result, log, exception.Cause, exception.Message);
        }
        catch (Exception exception) when (Boundary.Holds(exception) && exception is not StorageException)
        {
            return Failed(
                result,
                log,
                exception is UpstreamException { IsUpstreamsFault: true } or RecipeException or TrialException
                    ? FailureCause.Recipe
                    : FailureCause.Infrastructure,
                Boundary.Describe(exception)
            );
        }
        finally
        {
            TreeRemoval.Remove(room.Stage);
            TreeRemoval.Remove(room.Source);
            TreeRemoval.Remove(room.Root);
        }
    }

    // What the farm's credentials open and this machine holds is for the recipes in force alone: nobody may have it built
    // into a log by asking for it.
    private TrialUpstreams UpstreamsFor(TrialRecord trial, Upstream upstream)
    {
        bool isKnown = services.Roster.Current.Watched.Any(recipe => recipe.Address == upstream.Address);
        if (isKnown || trial.Request is null)
        {
            return services.Known;
        }

        return upstream.Git is null or { Transport: GitTransport.Http or GitTransport.Https or GitTransport.Git }
            ? services.Strange
            : throw new TrialException(
                $"a request may name upstreams of recipes in force, and http, https and git addresses, but not {upstream.Address}"
            );
    }

    private static async Task<Candidate?> NewestAsync(
        TrialUpstreams upstreams,
        RosterEntry recipe,
        Upstream upstream,
        CancellationToken cancellation
    ) =>
        VersionSelection.From(await upstreams.Lister.ListAsync(recipe, cancellation), upstream, []).Candidates
            is [var newest, ..]
            ? newest
            : null;

    private static IEnumerable<string> InOutputOrder(BuildOrder order, IReadOnlyList<string> files) =>
        order.Recipe.Outputs.Select(output =>
            files.First(file =>
                Path.GetFileName(file) == PackageFileName.Compose(output.Name, order.Version, output.Architecture)
            )
        );

    private async Task<TrialPackage> DescribeAsync(
        RecipeOutput output,
        string package,
        ScratchRepository scratch,
        CancellationToken cancellation
    )
    {
        PublishedPackages published = services.Repository.Published();
        PackageVersion? newest = null;
        foreach (PackageVersion version in published.VersionsOf(output.Name, output.Architecture))
        {
            newest = newest is { } known && PackageVersion.Compare(known, version) >= 0 ? known : version;
        }

        string diff = "";
        if (newest is { } compared)
        {
            string file = PackageFileName.Compose(output.Name, compared, output.Architecture);
            string path = Path.Combine(
                Layout.Repository,
                RepositoryLayout.PackageDirectory,
                output.Name.Text,
                compared.Text,
                file
            );
            diff = File.Exists(path)
                ? await scratch.CompareAsync(path, package, cancellation)
                : $"not compared: {file} is not in {Layout.Repository}\n";
        }

        return new TrialPackage(
            Path.GetFileName(package),
            OutputCheck.HashFile(package),
            new FileInfo(package).Length,
            newest?.Text,
            services.Redactor.Clean(diff)
        );
    }

    private TrialRecipe Failed(TrialRecipe result, AttemptLog log, FailureCause cause, string error)
    {
        string detail = services.Redactor.Clean(error);
        log.Heading("failed: " + detail);
        return result with { Result = cause == FailureCause.Recipe ? "failed" : "error", Detail = detail };
    }
}
