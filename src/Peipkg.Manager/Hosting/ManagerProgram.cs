using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Peipkg.CommandLine.Help;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Cryptography;
using Peipkg.Manager.Configuration;
using Peipkg.Manager.Confinement;
using Peipkg.Manager.Http;
using Peipkg.Manager.Logging;
using Peipkg.Manager.Operating;
using Peipkg.Manager.Processes;
using Peipkg.Manager.Recipes;
using Peipkg.Manager.Secrets;
using Peipkg.Manager.Storage;
using Peipkg.Manager.World;
using Peipkg.Posix.Files;
using Peipkg.Posix.Processes;
using Peipkg.Recipes.Toml;

namespace Peipkg.Manager.Hosting;

/// <summary>Starts a farm from its configuration and runs it to the end.</summary>
internal static class ManagerProgram
{
    private const string Name = "peipkg-manager";

    /// <summary>Runs once or as a daemon.</summary>
    /// <param name="configFile">The configuration.</param>
    /// <param name="logLevel">What the command line says about it; null: the configuration decides.</param>
    /// <param name="mode">How long.</param>
    /// <param name="world">Where.</param>
    /// <returns>0; 1 when a strict single run left something undone; 2 for a configuration that is not one; see <see cref="ManagerSignals.StopExitCode"/>.</returns>
    /// <exception cref="UserErrorException">The farm cannot start.</exception>
    public static async Task<int> RunAsync(string configFile, string? logLevel, RunMode mode, ManagerWorld world)
    {
        OwnProcess.HideFromOthers();
        CreationMask.Set(CreationMask.Usual);
        ManagerConfig config = LoadConfig(configFile);
        LogThreshold threshold = new(logLevel ?? config.LogLevel);
        Redactor redactor = new();
        redactor.Learn(FarmSecrets.Of(world.Environment));
        using ILoggerFactory loggers = LogSetup.Create(threshold, world.Stderr, redactor);
        ILogger logger = loggers.CreateLogger(Name);
        world.Signals.Fault = exception => HostingEvents.SignalFailed(logger, exception);
        PublicKey farmKey = LoadKey(config.KeyFile, logger);
        ProgramFinder finder = new(world.Environment.GetValueOrDefault("PATH"), world.OwnDirectory);
        ToolSet tools = ToolSet.Resolve(finder, config.Uploads.SelectMany(upload => upload.Programs).Distinct());
        RosterHolder roster = LoadRoster(config, loggers);
        if (MissingSecret(config, roster.Current) is { } problem)
        {
            throw new UsageErrorException($"{configFile}: {problem}");
        }

        if (OwnRepository.Problems(config) is { Count: > 0 } mismatches)
        {
            throw new UserErrorException(string.Join('\n', mismatches));
        }

        if (SandboxExposure.Problems(config) is { Count: > 0 } exposed)
        {
            throw new UserErrorException(string.Join('\n', exposed));
        }

        IReadOnlyDictionary<Forge, WebhookSecrets> secrets = WebhookSecrets.Load(config.Http);
        redactor.Learn(FarmSecrets.Of(config, secrets, roster.Current));
        ConfigHolder holder = new(config);
        StateLayout layout = CreateState(config);
        using StateLock held = TakeLock(layout, world);
        try
        {
            IConfinement confinement = ConfinementChoice.Make(finder, out string why);
            using Farm farm = new(
                new FarmSetup
                {
                    Config = holder,
                    Configured = FileStatus.WrittenAt(configFile),
                    Layout = layout,
                    Tools = tools,
                    Confinement = confinement,
                    Key = farmKey,
                    Secrets = secrets,
                    Roster = roster,
                    Redactor = redactor,
                    World = world,
                    Loggers = loggers,
                }
            );
            HostingEvents.Starting(
                logger,
                config.FarmId,
                mode == RunMode.Daemon ? "daemon" : "once",
                ProductVersion.Text,
                world.ProcessId,
                farmKey.Fingerprint.Text,
                tools.Build,
                tools.Repo
            );
            HostingEvents.Confined(logger, confinement.Description, why.Length > 0 ? why : null);
            if (config is { BuildsHere: true, Builds.Sandbox: not true })
            {
                HostingEvents.KeyInReach(logger, config.KeyFile);
            }

            using CancellationTokenRegistration draining = world.Signals.Drain.Register(() =>
                HostingEvents.Draining(logger)
            );
            await farm.PrepareAsync(world.Signals.Stop);
            await using ControlServer control = farm.Control;
            await control.StartAsync(world.Signals.Stop);
            bool complete = true;
            if (mode == RunMode.Daemon)
            {
                FarmReload reload = new(
                    configFile,
                    holder,
                    farm,
                    logLevel is null ? threshold : null,
                    loggers.CreateLogger<FarmReload>()
                );
                await RunDaemonAsync(farm, reload, world, loggers);
            }
            else
            {
                complete = await farm.RunOnceAsync(world.Signals.Drain, world.Signals.Stop) || mode == RunMode.Once;
            }

            HostingEvents.Stopped(logger, farm.Counters.Attempted, farm.Counters.Succeeded);
            return world.Signals.Stop.IsCancellationRequested ? world.Signals.StopExitCode
                : complete ? ExitCode.Success
                : ExitCode.Failure;
        }
        catch (OperationCanceledException) when (world.Signals.Stop.IsCancellationRequested)
        {
            return world.Signals.StopExitCode;
        }
        catch (StorageException exception)
        {
            throw new UserErrorException(exception.Message, exception);
        }
    }

    /// <summary>Reads the configuration.</summary>
    /// <exception cref="UsageErrorException">It is not one; every problem, a line each.</exception>
    /// <exception cref="UserErrorException">It cannot be read.</exception>
    public static ManagerConfig LoadConfig(string file)
    {
        try
        {
            return ConfigReader.Load(file);
        }
        catch (RecipeException exception)
        {
            throw new UsageErrorException(
                string.Join('\n', exception.Problems.Select(problem => Redactor.WithoutCredentials(problem.ToString())))
            );
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"the configuration cannot be read: {exception.Message}", exception);
        }
    }

    private static async Task RunDaemonAsync(Farm farm, FarmReload reload, ManagerWorld world, ILoggerFactory loggers)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddSingleton(loggers);
        builder.Services.AddSingleton<IHostLifetime>(services => new SignalLifetime(
            world.Signals,
            services.GetRequiredService<IHostApplicationLifetime>()
        ));

        // A build may take hours to drain; systemd's TimeoutStopSec and the second signal are the limits.
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = Timeout.InfiniteTimeSpan);
        if (farm.Http is { } http)
        {
            // Registered first, so stopped last: /status shows the draining build.
            builder.Services.AddSingleton<IHostedService>(http);
        }

        builder.Services.AddSingleton(services => new FarmWorker(
            farm,
            reload,
            world.Signals,
            new ServiceManager(world.Environment, world.ProcessId, world.Clock),
            services.GetRequiredService<IHostApplicationLifetime>()
        ));
        builder.Services.AddSingleton<IHostedService>(services => services.GetRequiredService<FarmWorker>());
        using IHost host = builder.Build();

        // Running disposes the host and its services.
        FarmWorker worker = host.Services.GetRequiredService<FarmWorker>();
        try
        {
            await host.RunAsync();
        }
        catch (OperationCanceledException) when (world.Signals.Drain.IsCancellationRequested)
        {
            // Asked to end before everything had started.
        }

        if (worker.Failure is { } failure)
        {
            HostingEvents.Crashed(loggers.CreateLogger(Name), failure);
            throw new UserErrorException($"the farm ended because of an error: {failure.Message}", failure);
        }
    }

    private static PublicKey LoadKey(string path, ILogger logger)
    {
        try
        {
            using SigningKey key = SigningKey.Load(File.ReadAllBytes(path), path);
            const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.OtherRead;
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & Others) != 0)
            {
                HostingEvents.KeyReadable(logger, path);
            }

            return key.PublicKey;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException(
                $"the signing key cannot be read ([signing] key_file): {exception.Message}",
                exception
            );
        }
    }

    private static RosterHolder LoadRoster(ManagerConfig config, ILoggerFactory loggers)
    {
        try
        {
            RosterHolder roster = new(config, loggers.CreateLogger<RosterHolder>());
            roster.Load();
            return roster;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException(
                $"the recipes cannot be read ([manager] recipes_dir): {exception.Message}",
                exception
            );
        }
    }

    /// <summary>What webhooks lack, if anything.</summary>
    public static string? MissingSecret(ManagerConfig config, RecipeRoster roster)
    {
        if (config.Http.Address is null)
        {
            return null;
        }

        string[] missing =
        [
            .. from forge in Forge.All
            where config.Http.SecretFilesOf(forge.Name).Count == 0
            let recipes = roster
                .Recipes.Where(r => r is { Url: not null, Document.Watch: { } watch } && forge.IsHeardBy(watch))
                .Select(r => r.Name)
                .ToArray()
            where recipes.Length > 0
            select $"{forge.Name}_webhook = true in {string.Join(", ", recipes)}",
        ];
        return missing.Length > 0
            ? $"[http] needs webhook_secret_file, since addr is set and {string.Join(" and ", missing)}"
            : null;
    }

    private static StateLayout CreateState(ManagerConfig config)
    {
        try
        {
            StateLayout layout = new(config.StateDirectory);
            layout.Create();
            return layout;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException(
                $"the state directory cannot be used ([manager] state_dir): {exception.Message}",
                exception
            );
        }
    }

    private static StateLock TakeLock(StateLayout layout, ManagerWorld world)
    {
        try
        {
            return StateLock.Acquire(layout.Lock, world.ProcessId, world.Clock.GetUtcNow());
        }
        catch (StateLockedException exception)
        {
            throw new UserErrorException(exception.Message, exception);
        }
    }

    /// <summary>Ends the host when <see cref="ManagerSignals"/> asks to; the host's own lifetimes take signals for themselves.</summary>
    private sealed class SignalLifetime(ManagerSignals signals, IHostApplicationLifetime application)
        : IHostLifetime,
            IDisposable
    {
        private CancellationTokenRegistration _registration;

        public Task WaitForStartAsync(CancellationToken cancellationToken)
        {
            _registration = signals.Drain.Register(application.StopApplication);
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public void Dispose() => _registration.Dispose();
    }
}
