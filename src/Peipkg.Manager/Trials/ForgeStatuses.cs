using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Peipkg.Manager.Configuration;
using Peipkg.Manager.Secrets;
using Peipkg.Manager.Storage;
using Peipkg.Manager.World;

namespace Peipkg.Manager.Trials;

/// <summary>
/// Tells the forge how the trial of each request stands, as a commit status. No trial waits for it: what could not be told
/// is told again, ever more rarely, and only the latest state counts.
/// </summary>
/// <param name="config">The configuration.</param>
/// <param name="store">The trials.</param>
/// <param name="client">Follows no redirect: a token goes to the forge's own address and nowhere else.</param>
/// <param name="redactor">Takes secrets out of what the forge says.</param>
/// <param name="clock">The time.</param>
/// <param name="logger">For events.</param>
internal sealed class ForgeStatuses(
    ConfigHolder config,
    TrialStore store,
    HttpClient client,
    Redactor redactor,
    TimeProvider clock,
    ILogger<ForgeStatuses> logger
)
{
    private const int LongestDescription = 140;
    private const int MostAnswer = 1000;
    private const int FailuresBeforeTrouble = 3;

    private static readonly TimeSpan Between = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    // What keeps one trial from being told holds up no other; what keeps all of them is under 0, which is no trial's number.
    private const long TheForge = 0;
    private readonly Dictionary<long, (int Failures, DateTimeOffset Next)> _failing = [];
    private volatile string? _error;

    /// <summary>Why the forge does not hear of trials; null while it does, or after a failure that may pass.</summary>
    public string? Error => _error;

    /// <summary>Tells until stopped; what has not been told then is told after the next start.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                await LookAsync(cancellation);
                await Task.Delay(Between, clock, cancellation);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception) when (Boundary.Holds(exception))
            {
                TrialEvents.LoopFailed(logger, Boundary.Describe(exception));
                await Task.Delay(TimeSpan.FromSeconds(10), clock, cancellation)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task LookAsync(CancellationToken cancellation)
    {
        if (config.Current.Forge is not { TokenFile: { } file } forge)
        {
            _failing.Clear();
            _error = null;
            return;
        }

        IReadOnlyList<TrialRecord> untold = store.Untold();
        foreach (long gone in _failing.Keys.Except(untold.Select(static trial => trial.Id).Append(TheForge)).ToArray())
        {
            _failing.Remove(gone);
        }

        foreach (TrialRecord trial in untold)
        {
            if (Waits(TheForge))
            {
                break;
            }

            if (Waits(trial.Id))
            {
                continue;
            }

            (string? error, bool isOfCommit) = await TellAsync(forge, file, trial, cancellation);
            if (error is null)
            {
                store.Told(trial);
                _failing.Remove(trial.Id);
                _failing.Remove(TheForge);
                continue;
            }

            Failed(isOfCommit ? trial.Id : TheForge, trial, forge, redactor.Clean(error));
        }

        if (!_failing.Values.Any(static failing => failing.Failures >= FailuresBeforeTrouble))
        {
            _error = null;
        }
    }

    private bool Waits(long key) => _failing.TryGetValue(key, out var failing) && clock.GetUtcNow() < failing.Next;

    private void Failed(long key, TrialRecord trial, ForgeConfig forge, string error)
    {
        int failures = _failing.GetValueOrDefault(key).Failures + 1;
        TimeSpan wait = TimeSpan.FromSeconds(5) * Math.Pow(2, Math.Min(failures - 1, 12));
        _failing[key] = (failures, clock.GetUtcNow() + (wait < Longest ? wait : Longest));
        if (failures >= FailuresBeforeTrouble)
        {
            _error = $"{forge.Url.Host} was not told how trials stand: {error}";
        }

        TrialEvents.NotTold(logger, trial.Id, error, failures);
    }

    // No error: it was told. The forge may refuse a commit, one that is gone for example, and take the others.
    private async Task<(string? Error, bool IsOfCommit)> TellAsync(
        ForgeConfig forge,
        string file,
        TrialRecord trial,
        CancellationToken cancellation
    )
    {
        string word = StateOf(trial.State, forge.Kind);
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        try
        {
            string token = ReadToken(file);
            using HttpRequestMessage request = new(HttpMethod.Post, AddressOf(forge, trial.Commit ?? ""))
            {
                Content = new ByteArrayContent(Body(forge, trial, word)),
            };
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            request.Headers.UserAgent.ParseAdd("peipkg-manager");
            request.Headers.TryAddWithoutValidation(
                forge.Kind == "gitlab" ? "PRIVATE-TOKEN" : "Authorization",
                forge.Kind switch
                {
                    "gitlab" => token,
                    "github" => "Bearer " + token,
                    _ => "token " + token,
                }
            );
            using HttpResponseMessage response = await client.SendAsync(
                request,
                HttpCompletionOption.ResponseHeadersRead,
                patience.Token
            );
            if (response.IsSuccessStatusCode)
            {
                return default;
            }

            await using Stream answer = await response.Content.ReadAsStreamAsync(patience.Token);
            byte[] said = new byte[MostAnswer];
            int count = await answer.ReadAtLeastAsync(said, MostAnswer, throwOnEndOfStream: false, patience.Token);
            string answered = Encoding.UTF8.GetString(said, 0, count).ReplaceLineEndings(" ");
            if (IsSaidAlready(forge.Kind, word, response.StatusCode, answered))
            {
                return default;
            }

            return (
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"it answered {(int)response.StatusCode} for {trial.Commit}: {answered}"
                ),
                response.StatusCode
                    is HttpStatusCode.BadRequest
                        or HttpStatusCode.NotFound
                        or HttpStatusCode.Conflict
                        or HttpStatusCode.UnprocessableEntity
            );
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return ("it did not answer in 30 s", false);
        }
        catch (Exception exception) when (Boundary.Holds(exception))
        {
            return (exception.Message, false);
        }
    }

    /// <summary>The token in a file; whitespace at its end does not belong to it.</summary>
    /// <exception cref="IOException">It cannot be read, or holds no token.</exception>
    public static string ReadToken(string file)
    {
        byte[] content = new byte[ManagerLimits.SecretBytes];
        using FileStream stream = File.OpenRead(file);
        int count = stream.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
        string token = Encoding.UTF8.GetString(content, 0, count).TrimEnd();
        return token.Length > 0 && !token.Any(char.IsControl)
            ? token
            : throw new IOException($"{file} holds no token ([forge] token_file)");
    }

    /// <summary>Whether a refusal means that the forge has this state already: GitLab takes none a second time.</summary>
    public static bool IsSaidAlready(string kind, string word, HttpStatusCode code, string answer) =>
        kind == "gitlab"
        && word is "pending" or "running"
        && code == HttpStatusCode.BadRequest
        && answer.Contains("Cannot transition status", StringComparison.Ordinal);

    /// <summary>Where the status of a commit is set.</summary>
    public static Uri AddressOf(ForgeConfig forge, string commit)
    {
        string path = forge.Url.AbsolutePath.Trim('/');
        string origin = forge.Url.GetLeftPart(UriPartial.Authority);
        string[] parts = path.Split('/');
        string repository = string.Join('/', parts[^2..]);
        string below = string.Concat(parts[..^2].Select(part => "/" + part));
        return new Uri(
            forge.Kind switch
            {
                "github" => forge.Url.Host.Equals("github.com", StringComparison.OrdinalIgnoreCase)
                    ? $"https://api.github.com/repos/{repository}/statuses/{commit}"
                    : $"{origin}/api/v3/repos/{repository}/statuses/{commit}",
                "gitlab" => $"{origin}/api/v4/projects/{Uri.EscapeDataString(path)}/statuses/{commit}",
                _ => $"{origin}{below}/api/v1/repos/{repository}/statuses/{commit}",
            }
        );
    }

    private byte[] Body(ForgeConfig forge, TrialRecord trial, string word)
    {
        string description =
            trial.Detail.Length > 0 ? $"{trial.State.Text()}: {trial.Detail.Split('\n')[0]}" : trial.State.Text();
        using MemoryStream content = new();
        using (Utf8JsonWriter json = new(content))
        {
            json.WriteStartObject();
            json.WriteString("state", word);
            json.WriteString(
                "description",
                description.Length <= LongestDescription ? description : description[..(LongestDescription - 1)] + "…"
            );
            json.WriteString(forge.Kind == "gitlab" ? "name" : "context", "peipkg/" + config.Current.FarmId);
            if (config.Current.Http.PublicUrl is { } url)
            {
                json.WriteString("target_url", string.Create(CultureInfo.InvariantCulture, $"{url}/tries/{trial.Id}"));
            }

            json.WriteEndObject();
        }

        return content.ToArray();
    }

    private static string StateOf(TrialState state, string kind) =>
        state switch
        {
            TrialState.Passed => "success",
            TrialState.Failed => kind == "gitlab" ? "failed" : "failure",
            TrialState.Error => kind == "gitlab" ? "failed" : "error",
            TrialState.Cancelled => kind == "gitlab" ? "canceled" : "error",
            TrialState.Running when kind == "gitlab" => "running",
            _ => "pending",
        };
}
