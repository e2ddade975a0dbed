using Microsoft.Extensions.Logging;
using Peipkg.Manager.Configuration;
using Peipkg.Manager.Git;
using Peipkg.Manager.Processes;
using Peipkg.Manager.Publishing;
using Peipkg.Manager.Secrets;
using Peipkg.Manager.Storage;
using Peipkg.Manager.World;

namespace Peipkg.Manager.Syncing;

/// <summary>What the syncing of every target shares.</summary>
internal sealed record SyncServices(
    ToolSet Tools,
    StateLayout Layout,
    RepositoryState Repository,
    RepositoryGate Gate,
    SyncStore Store,
    ChildEnvironment Environment,
    ChildRunner Children,
    GitRunner Git,
    PublicCheck Check,
    Redactor Redactor,
    TimeProvider Clock,
    ILogger<Syncer> Logger
);

/// <summary>Brings one target to the local generation, retries what failed, and looks at what is served.</summary>
internal sealed class TargetSyncer(SyncTarget target, SyncServices services) : IDisposable
{
    // A target left between two documents is not left to the usual waits.
    private static readonly TimeSpan Hurry = TimeSpan.FromSeconds(5);
    private const int HurriedTries = 6;

    private static readonly TimeSpan FirstLook = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestLook = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LookAgain = TimeSpan.FromMinutes(15);

    private readonly WakeSignal _wake = new();
    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly string _directory = DirectoryOf(services.Layout, target);
    private SyncSource? _out;
    private DateTimeOffset? _lookAt;
    private DateTimeOffset _lookUntil;
    private TimeSpan _lookAfter;

    /// <summary>Raised when the target holds the local generation.</summary>
    public event Action<TargetSyncer>? Reached;

    public SyncTarget Target => target;

    /// <summary>The targets that must hold a generation first.</summary>
    public IReadOnlyList<TargetSyncer> WaitsFor { get; set; } = [];

    /// <summary>The generation that is out there; 0 when none is.</summary>
    public long Generation => services.Store.Get(target.Key).Generation;

    /// <summary>Where a target's own files are.</summary>
    public static string DirectoryOf(StateLayout layout, SyncTarget target) =>
        Path.Combine(layout.Sync, target.Key[..16]);

    /// <summary>Asks the loop to look whether the target is behind.</summary>
    public void Request() => _wake.Set();

    /// <summary>Syncs after each request, and again when a failed sync is due, until <paramref name="finish"/>.</summary>
    public async Task RunAsync(CancellationToken finish, CancellationToken stop)
    {
        while (!finish.IsCancellationRequested)
        {
            DateTimeOffset? next = null;
            try
            {
                await SyncAsync(force: false, stop);
                await LookAsync(finish);
                next = Earlier(services.Store.Get(target.Key).NextAttempt, _lookAt);
            }
            catch (OperationCanceledException) when (finish.IsCancellationRequested && !stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception) when (Boundary.Holds(exception))
            {
                SyncEvents.StorageFailed(services.Logger, Boundary.Describe(exception));
            }

            try
            {
                await _wake.WaitAsync(next, services.Clock, finish);
            }
            catch (OperationCanceledException) when (finish.IsCancellationRequested)
            {
                return;
            }
        }
    }

    /// <summary>Syncs if the target is behind.</summary>
    public async Task SyncAsync(bool force, CancellationToken stop)
    {
        await _one.WaitAsync(stop);
        try
        {
            await SyncOnceAsync(force, stop);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Looks at what is served until it is what was synced, or time is up (<c>--once</c>).</summary>
    public async Task CheckUntilKnownAsync(CancellationToken stop)
    {
        while (_lookAt is { } time && services.Clock.GetUtcNow() < _lookUntil)
        {
            await Task.Delay(Later(time - services.Clock.GetUtcNow(), TimeSpan.Zero), services.Clock, stop);
            await LookAsync(stop);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _one.Dispose();

    private async Task SyncOnceAsync(bool force, CancellationToken stop)
    {
        if (!services.Repository.Exists)
        {
            return;
        }

        SyncTargetRecord known = services.Store.Get(target.Key);
        long started = services.Clock.GetTimestamp();
        SyncSource? source = null;
        try
        {
            source = await TakeAsync(known, force, stop);
            if (source is null)
            {
                return;
            }

            await CopyAsync(source, known, stop);
            services.Store.Succeeded(
                target.Key,
                target.Backend,
                target.DisplayRemote,
                source.Fingerprint,
                (long)source.Generation,
                source.Signer
            );
            SyncEvents.Complete(
                services.Logger,
                target.Backend,
                target.Config.Name,
                target.DisplayRemote,
                source.Generation,
                services.Clock.GetElapsedTime(started)
            );
        }
        catch (Exception exception) when (Boundary.Holds(exception) && exception is not StorageException)
        {
            string error = Boundary.Describe(exception);
            int failures = known.Failures + 1;
            bool torn = services.Store.Get(target.Key).Switching && failures <= HurriedTries;
            TimeSpan delay = torn ? Hurry : BackoffSchedule.Infrastructure.DelayAfter(failures);
            services.Store.Failed(
                target.Key,
                target.Backend,
                target.DisplayRemote,
                error,
                services.Clock.GetUtcNow() + delay
            );
            SyncEvents.Failed(
                services.Logger,
                target.Backend,
                target.Config.Name,
                target.DisplayRemote,
                error,
                failures,
                delay
            );
            return;
        }

        Expect(source);
        Reached?.Invoke(this);
    }

    // The gate is held only while the picture is taken, so that nothing is published meanwhile.
    private async Task<SyncSource?> TakeAsync(SyncTargetRecord known, bool force, CancellationToken stop)
    {
        using IDisposable held = await services.Gate.EnterAsync(stop);
        string fingerprint = services.Repository.Fingerprint();
        bool behind = known.Fingerprint != fingerprint || known.Switching;
        bool mustCheck =
            target.Config is { PublicUrl: not null, Content: UploadContent.Repository }
            && known.CheckedFingerprint != fingerprint;
        if (!behind)
        {
            if (_out is null && mustCheck)
            {
                Expect(Picture());
            }

            Reached?.Invoke(this);
            return null;
        }

        bool due =
            force
            || known.Switching && known.Failures == 0
            || known.NextAttempt is not { } time
            || time <= services.Clock.GetUtcNow();
        if (!due || WaitsFor.Any(other => other.Generation < (long)services.Repository.Published().Generation))
        {
            return null;
        }

        // What an operator changes by hand is not stopped by the gate; the next look takes another picture.
        if (services.Repository.IsBeingChanged)
        {
            return null;
        }

        SyncSource picture = Picture();
        if (picture.Fingerprint != fingerprint || services.Repository.IsBeingChanged)
        {
            return null;
        }

        _lookAt = null;
        return picture;
    }

    private SyncSource Picture()
    {
        Directory.CreateDirectory(_directory);
        string tree = Path.Combine(_directory, "tree");
        return target.Config.Content == UploadContent.Packages
            ? SyncSource.TakePackages(services.Repository, services.Layout.Packages, tree)
            : SyncSource.Take(services.Repository, tree);
    }

    private async Task CopyAsync(SyncSource source, SyncTargetRecord known, CancellationToken stop)
    {
        using AttemptLog log = new(services.Layout.SyncLogOf(target.Config.Name), services.Clock, services.Redactor);
        using SyncSession session = new(services.Tools, services.Environment, services.Children, services.Git, log)
        {
            Directory = _directory,
            SignerOutThere = known.Signer,
            Switching = () => services.Store.Switching(target.Key, target.Backend, target.DisplayRemote),
            Stop = stop,
        };
        await target.CopyAsync(source, session);
    }

    private void Expect(SyncSource source)
    {
        _out = source;
        if (target.Config is not { PublicUrl: not null, Content: UploadContent.Repository })
        {
            return;
        }

        DateTimeOffset now = services.Clock.GetUtcNow();
        _lookAt = now;
        _lookUntil = now + target.Config.CheckWithin;
        _lookAfter = FirstLook;
    }

    // Caches and deployments take their time, so a difference is one only when it stays.
    private async Task LookAsync(CancellationToken stop)
    {
        DateTimeOffset now = services.Clock.GetUtcNow();
        if (_out is not { } source || _lookAt is not { } time || time > now)
        {
            return;
        }

        string url = target.Config.PublicUrl!;
        PublicCheckResult result = await services.Check.RunAsync(url, source, _directory, stop);
        now = services.Clock.GetUtcNow();
        if (result.Difference is null)
        {
            _lookAt = null;
            services.Store.Checked(target.Key, target.Backend, target.DisplayRemote, source.Fingerprint);
            SyncEvents.Verified(services.Logger, target.Config.Name, url, source.Generation, result.Packages);
        }
        else if (now < _lookUntil)
        {
            _lookAt = now + _lookAfter < _lookUntil ? now + _lookAfter : _lookUntil;
            _lookAfter = _lookAfter * 2 < LongestLook ? _lookAfter * 2 : LongestLook;
        }
        else
        {
            _lookAt = now + LookAgain;
            if (services.Store.Get(target.Key).CheckError != result.Difference)
            {
                services.Store.Differs(target.Key, target.Backend, target.DisplayRemote, result.Difference);
                SyncEvents.Differs(services.Logger, target.Config.Name, url, source.Generation, result.Difference);
            }
        }
    }

    private static DateTimeOffset? Earlier(DateTimeOffset? one, DateTimeOffset? other) =>
        one is null ? other
        : other is null || one < other ? one
        : other;

    private static TimeSpan Later(TimeSpan one, TimeSpan other) => one > other ? one : other;
}
