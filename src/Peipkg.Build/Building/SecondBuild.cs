using Peipkg.Build.Comparing;
using Peipkg.Build.Staging;
using Peipkg.Build.World;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Text;
using Peipkg.Posix.Files;
using Peipkg.Posix.Processes;
using Peipkg.Recipes;

namespace Peipkg.Build.Building;

/// <summary>
/// The second build of <c>build --twice</c>: in other directories, from a copy of the source whose directories list their
/// entries in another order if possible, on one processor, with another umask and, if permitted, another host name. The
/// locale is not varied, because the caller's never reaches the script.
/// </summary>
internal sealed class SecondBuild : IDisposable
{
    private readonly StagingArea _first;
    private readonly StagingArea _outer;
    private readonly StagingArea _area;
    private readonly StagingArea _copy;
    private readonly string _source;

    /// <summary>Copies the source, before the first build can leave anything in it.</summary>
    internal SecondBuild(BuildRequest request, StagingArea first, ToolContext context)
    {
        _first = first;
        _outer = StagingArea.Create(context.Variables.GetValueOrDefault("TMPDIR"), keep: false, context.Diagnostics);
        try
        {
            _area = StagingArea.Create(
                _outer.MakeDirectory("the-second-of-two-builds"),
                request.KeepStage,
                context.Diagnostics
            );
            _copy = StagingArea.Create(
                SourceOrder.PlaceForCopy(request.Source) ?? _outer.Root,
                keep: false,
                context.Diagnostics
            );
            _source = _copy.MakeDirectory("a-copy-of-the-source");
            first.Companions = [_outer, _copy];
            _area.Companions = [first, _outer, _copy];
            CopySource(Path.GetFullPath(request.Source), context);
        }
        catch
        {
            _copy?.Dispose();
            _area?.Dispose();
            _outer.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        _copy.Dispose();
        _area.Dispose();
        _outer.Dispose();
    }

    /// <summary>Builds again and compares.</summary>
    /// <exception cref="UserErrorException">The second build failed, or something differs, which was printed.</exception>
    internal void Require(Recipe recipe, BuildRequest request, IReadOnlyList<PackagePlan> first, ToolContext context)
    {
        BuildRequest again = request with
        {
            Source = _source,
            Limits = request.Limits with { Processors = 1 },
            Variation = ScriptVariation.Choose(request.Sandbox is not null, context.Cancellation),
        };
        IReadOnlyList<PackagePlan> second = StageAgain(recipe, again, context);
        int different = 0;
        for (int i = 0; i < first.Count; i++)
        {
            PackageDifference difference = PackageDiffer.Compare(
                new StagedPackage(
                    "first build",
                    first[i],
                    BuildOperation.PathsOf(request, _first),
                    context.Cancellation
                ),
                new StagedPackage(
                    "second build",
                    second[i],
                    BuildOperation.PathsOf(again, _area),
                    context.Cancellation
                ),
                context.Cancellation
            );
            if (!difference.IsEmpty)
            {
                different++;
                context.Diagnostics.Line($"{first[i].FileName}: different\n{DifferenceText.Write(difference)}");
            }
        }

        if (different > 0)
        {
            throw new UserErrorException(
                $"{different} of {Counted.Text(first.Count, "package")} came out differently when built again; no package was made"
            );
        }

        context.Diagnostics.Note(
            $"built twice with the same result{(again.Variation.HostName is null ? " (the host name could not be varied)" : "")}"
        );
    }

    // The first build has given the same warnings; they are shown only if the second fails.
    private IReadOnlyList<PackagePlan> StageAgain(Recipe recipe, BuildRequest again, ToolContext context)
    {
        using StringWriter said = new() { NewLine = "\n" };
        try
        {
            return BuildOperation.Stage(
                recipe,
                again,
                _area,
                context with
                {
                    Diagnostics = new Diagnostics(context.Diagnostics.Program, said),
                }
            );
        }
        catch (UserErrorException exception)
        {
            context.Diagnostics.Line(said.ToString());
            throw new UserErrorException(
                $"the second build failed where the first did not: {exception.Message}",
                exception
            );
        }
    }

    // As it is, down to names of any bytes, times, modes and links.
    private void CopySource(string source, ToolContext context)
    {
        context.Diagnostics.Step("copying the source for a second build");
        TreeCopyOptions options = new() { Order = TreeOrder.Reversed, KeepOwners = OwnProcess.EffectiveUser == 0 };
        try
        {
            TreeCopy.Run(source, _source, options, context.Cancellation);
        }
        catch (IOException exception)
        {
            throw new UserErrorException(
                $"the source cannot be copied for a second build: {exception.Message}",
                exception
            );
        }
    }
}
