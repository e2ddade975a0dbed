using System.Globalization;
using System.Text.Json;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Identity;
using Peipkg.Format.Repositories;
using Peipkg.Posix.Files;
using Peipkg.Repo.Indexing;
using Peipkg.Repo.Reporting;
using Peipkg.Repo.Transactions;

namespace Peipkg.Repo.Publishing;

/// <summary>Says what a publication changes, or what stands against it, to people and to programs.</summary>
internal sealed class PublishReport
{
    private readonly bool _awaitsSignatures;
    private readonly List<IndexRow> _lost;
    private readonly PublishRequest _request;
    private readonly PublishedState _state;
    private readonly PackageIntake _intake;
    private readonly PublishPlan _plan;
    private readonly List<Refusal> _refusals;
    private readonly Dictionary<PackageName, IndexRow> _advertised;
    private readonly Dictionary<PackageName, IndexRow> _superseded;

    internal PublishReport(
        PublishRequest request,
        PublishedState state,
        PackageIntake intake,
        PublishPlan plan,
        IReadOnlyList<Refusal> denied,
        bool awaitsSignatures
    )
    {
        _awaitsSignatures = awaitsSignatures;
        _request = request;
        _state = state;
        _intake = intake;
        _plan = plan;
        _lost = Lost();
        _refusals = [.. intake.Refusals, .. plan.Refusals, .. denied, .. RefuseLoss()];
        Restored =
        [
            .. intake
                .Skipped.Select(static item => (item.File, item.Row, Path: item.Row.Place))
                .Where(item => item.Path is not null && FileStatus.Of(Path.Combine(state.Root, item.Path)) is null)
                .DistinctBy(static item => item.Path, StringComparer.Ordinal)
                .Select(static item => new PackagePlacement(item.File, item.Path!, item.Row.Size, item.Row.Hash)),
        ];
        _advertised = plan.Active.ToDictionary(static row => row.Name);
        _superseded = ActiveSelection
            .From(state.Archive, static (_, _) => { })
            .Where(old => _advertised.TryGetValue(old.Name, out IndexRow? now) && !now.IsSamePackage(old))
            .ToDictionary(static row => row.Name);
    }

    /// <summary>Published files that were lost, and come back from files that were passed over.</summary>
    internal IReadOnlyList<PackagePlacement> Restored { get; }

    /// <summary>Whether anything is refused, so that nothing may be changed.</summary>
    internal bool IsRefused => _refusals.Count > 0;

    /// <summary>Warnings, refusals and notes.</summary>
    internal void WriteDiagnostics(Diagnostics diagnostics)
    {
        foreach (string warning in _intake.Warnings)
        {
            diagnostics.Warning(warning);
        }

        foreach (PackagePlacement restored in Restored)
        {
            diagnostics.Note(
                $"{restored.RelativePath} is published but was lost; it is restored from {restored.Source}"
            );
        }

        foreach (IndexRow lost in MayForget ? _lost : [])
        {
            diagnostics.Warning(
                $"{lost} was published but its file is not in {_request.AllPackages}; the rebuilt archive lacks it"
            );
        }

        foreach (Refusal refusal in _refusals)
        {
            diagnostics.Error($"refused {refusal}");
        }

        if (IsRefused)
        {
            int files = _refusals.DistinctBy(static refusal => refusal.File).Count();
            diagnostics.Error(
                $"nothing is published: {Count(files, "file")} refused; mend or remove them and publish again"
            );
        }
        else if (_plan.Added.Count + _intake.Late.Count == 0)
        {
            diagnostics.Note("there is no new package; the indexes are renewed with a new version and time");
        }
    }

    /// <summary>What changes; for people not under <c>--quiet</c>.</summary>
    internal void WriteResult(TextWriter output, Verbosity verbosity)
    {
        if (_request.Json)
        {
            JsonReport.Write(output, WriteJson);
            return;
        }

        if (verbosity != Verbosity.Quiet && (!IsRefused || _request.DryRun))
        {
            WriteText(output);
        }
    }

    /// <summary>Writes the members of a report on a repository in which nothing is to be changed.</summary>
    internal static void WriteUnchanged(Utf8JsonWriter json, PublishedState state, bool dryRun)
    {
        json.WriteString("repository", state.Descriptor.Name);
        json.WriteBoolean("dry_run", dryRun);
        json.WriteBoolean("published", false);
        json.WriteNumber("index_version", state.IndexVersion ?? 0);
        json.WriteString("generated_at", state.GeneratedAt?.Text);
        json.WriteNumber("active", ActiveSelection.From(state.Archive, static (_, _) => { }).Count);
        json.WriteNumber("archive", state.Archive.Count);
        foreach (string list in new[] { "added", "superseded", "skipped", "beside", "refused" })
        {
            json.WriteStartArray(list);
            json.WriteEndArray();
        }
    }

    private void WriteText(TextWriter output)
    {
        foreach ((string file, IndexRow row) in _intake.Skipped)
        {
            output.WriteLine($"skipped {row}: {TerminalText.Escape(file)} has the published bytes");
        }

        foreach (NewPackage package in _plan.Added)
        {
            output.WriteLine($"added {package.Row}{Effect(package.Row)}");
        }

        foreach (LateSibling late in _intake.Late)
        {
            output.WriteLine($"added {late.Text}");
        }

        string verb =
            IsRefused ? "without what is refused, would publish"
            : _request.DryRun ? "would publish"
            : _awaitsSignatures ? "prepared"
            : "published";
        output.WriteLine(
            $"{verb} index_version {_plan.IndexVersion} of {_plan.GeneratedAt}: {_plan.Added.Count} added, "
                + $"{_plan.Active.Count} active, {_plan.Archive.Count} in the archive"
        );
    }

    /// <summary>What changes, for those who are to sign it.</summary>
    internal IReadOnlyList<string> Summary() =>
        [
            .. _plan.Added.Select(package => $"added {package.Row}{Effect(package.Row)}, SHA-256 {package.Row.Hash}"),
            .. _intake.Late.Select(static late => $"added {late.Text}"),
        ];

    private string Effect(IndexRow row)
    {
        string elsewhere = row.Url.StartsWith('/') ? "" : $"; not placed here, it belongs at {row.Url}";
        if (!row.IsOffered)
        {
            return $" (withdrawn){elsewhere}";
        }

        IndexRow now = _advertised[row.Name];
        return now != row ? $" (archive only, {now.Version} is newer){elsewhere}"
            : _superseded.TryGetValue(row.Name, out IndexRow? old) ? $" (supersedes {old.Version}){elsewhere}"
            : elsewhere;
    }

    /// <summary>What nobody can tell any more is not missed; what a verified archive names is.</summary>
    private bool MayForget => _request.ForgetMissing || !_state.ArchiveVerified;

    private IEnumerable<Refusal> RefuseLoss() =>
        MayForget
            ? []
            : _lost.Select(row => new Refusal(
                _request.AllPackages!,
                IntakeRule.PublishedMissing,
                $"{row} was published but its file is not there, so the rebuilt archive would lack it; bring it from a mirror or a "
                    + "backup, or let it go with --forget-missing"
            ));

    private List<IndexRow> Lost()
    {
        if (_request.AllPackages is null)
        {
            return [];
        }

        HashSet<PackageIdentity> kept = [.. _plan.Archive.Select(static row => row.Identity)];
        return [.. _state.Archive.Where(row => !kept.Contains(row.Identity))];
    }

    private void WriteJson(Utf8JsonWriter json)
    {
        json.WriteString("repository", _state.Descriptor.Name);
        json.WriteBoolean("dry_run", _request.DryRun);
        json.WriteBoolean("published", !IsRefused && !_request.DryRun && !_awaitsSignatures);
        json.WriteNumber("index_version", _plan.IndexVersion);
        json.WriteString("generated_at", _plan.GeneratedAt.Text);
        json.WriteNumber("active", _plan.Active.Count);
        json.WriteNumber("archive", _plan.Archive.Count);
        WriteAdded(json);
        WriteSuperseded(json);
        WriteSkipped(json);
        WriteBeside(json);
        WriteRefused(json);
    }

    /// <summary>What comes to lie beside packages that were published before.</summary>
    private void WriteBeside(Utf8JsonWriter json)
    {
        json.WriteStartArray("beside");
        foreach (LateSibling late in _intake.Late)
        {
            json.WriteStartObject();
            late.Row.Identity.Write(json);
            json.WriteString("suffix", late.Suffix);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private void WriteAdded(Utf8JsonWriter json)
    {
        json.WriteStartArray("added");
        foreach (NewPackage package in _plan.Added)
        {
            json.WriteStartObject();
            package.Row.Identity.Write(json);
            json.WriteString("file", package.File);
            json.WriteString("url", package.Row.Url);
            json.WriteNumber("size_compressed", package.Row.Size);
            json.WriteString("sha256", package.Row.Hash.ToString());
            json.WriteString("signer", package.Signer);
            json.WriteBoolean("active", _advertised.GetValueOrDefault(package.Row.Name) == package.Row);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private void WriteSuperseded(Utf8JsonWriter json)
    {
        json.WriteStartArray("superseded");
        foreach (IndexRow old in _superseded.Values)
        {
            json.WriteStartObject();
            old.Identity.Write(json);
            json.WriteString("by", _advertised[old.Name].Version.Text);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private void WriteSkipped(Utf8JsonWriter json)
    {
        json.WriteStartArray("skipped");
        foreach ((string file, IndexRow row) in _intake.Skipped)
        {
            json.WriteStartObject();
            row.Identity.Write(json);
            json.WriteString("file", file);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private void WriteRefused(Utf8JsonWriter json)
    {
        json.WriteStartArray("refused");
        foreach (Refusal refusal in _refusals)
        {
            json.WriteStartObject();
            json.WriteString("file", refusal.File);
            json.WriteString("rule", refusal.Rule);
            json.WriteString("reason", refusal.Reason);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static string Count(int number, string noun) =>
        number == 1
            ? string.Create(CultureInfo.InvariantCulture, $"1 {noun} is")
            : string.Create(CultureInfo.InvariantCulture, $"{number} {noun}s are");
}
