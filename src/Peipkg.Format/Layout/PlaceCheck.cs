using Peipkg.Format.Text;

namespace Peipkg.Format.Layout;

/// <summary>Checks where each entry lies and where each symlink leads.</summary>
internal sealed class PlaceCheck(
    LayoutRules rules,
    LayoutDeclarations declared,
    PayloadTree tree,
    LayoutChecks checks,
    List<LayoutProblem> problems
)
{
    private readonly DestinationTable _destinations = rules.Of(declared.Architecture);
    private int _outside;
    private string _firstOutside = "";

    internal void Run(IEnumerable<KeyValuePair<string, IPayloadEntry>> entries)
    {
        foreach ((string path, IPayloadEntry entry) in entries)
        {
            bool isSidecar = rules.IsSidecar(path);
            CheckPlace(path, entry.Kind, isSidecar);
            if (entry.Kind == PayloadKind.Symlink)
            {
                CheckTarget(path, entry.LinkTarget ?? "");
            }

            if (isSidecar)
            {
                CheckSidecar(path, entry);
            }
            else
            {
                CheckDropIn(path, entry.Kind);
            }
        }

        if (_outside > 0)
        {
            problems.Add(
                new LayoutProblem(
                    LayoutSeverity.Warning,
                    PayloadLayout.SpecialRule,
                    _firstOutside,
                    $"the special system package asks to install outside the layout: {DisplayText.Quote(_firstOutside)}"
                        + (_outside > 1 ? $" and {_outside - 1} more" : "")
                )
            );
        }
    }

    private void CheckPlace(string path, PayloadKind kind, bool isSidecar)
    {
        if (rules.IsForbidden(path))
        {
            Add(PayloadLayout.ForbiddenRule, path, $"{DisplayText.Quote(path)} is where no package may install");
        }
        else if (_destinations.Fault(path, kind) is { } fault)
        {
            AddWaivable(PayloadLayout.DestinationRule, path, $"{DisplayText.Quote(path)} is out of place: {fault}");
        }
        else if (kind == PayloadKind.File && !isSidecar && LibraryName.IsAny(path) && !_destinations.HoldsLibrary(path))
        {
            AddWaivable(
                PayloadLayout.LibraryRule,
                path,
                $"{DisplayText.Quote(path)} is a library or kernel module by its name; "
                    + (
                        _destinations.Libraries.Length == 0 || declared.Architecture == Identity.Architecture.NoArch
                            ? "a noarch package may hold none"
                            : $"it belongs below {_destinations.Libraries}"
                    )
            );
        }
    }

    private void CheckTarget(string path, string target)
    {
        if (!SymlinkTarget.TryValidate(path, target, out var error))
        {
            Add(PayloadLayout.TargetRule, path, $"the symlink {DisplayText.Quote(path)} is unsafe: {error}");
            return;
        }

        string resolved = SymlinkTarget.Resolve(path, target)!;
        if (rules.IsForbidden(resolved))
        {
            Add(
                PayloadLayout.ForbiddenRule,
                path,
                $"the symlink {DisplayText.Quote(path)} leads to {DisplayText.Quote("/" + resolved)}, "
                    + "where no package may lead"
            );
            return;
        }

        DestinationTable permitted = rules.LinksLeadToPayload ? rules.OfAll() : _destinations;
        if (!permitted.Permits(resolved) && !(rules.LinksLeadToPayload && tree.Holds(resolved)))
        {
            AddWaivable(
                PayloadLayout.TargetDestinationRule,
                path,
                $"the symlink {DisplayText.Quote(path)} leads to {DisplayText.Quote("/" + resolved)}, outside the "
                    + $"destinations {permitted.List}"
                    + (rules.LinksLeadToPayload ? " and the package's own entries" : "")
            );
        }
    }

    private void CheckSidecar(string path, IPayloadEntry entry)
    {
        if (Sidecar.Fault(entry, tree.Find(Sidecar.TargetOf(path))) is { } fault)
        {
            Add(PayloadLayout.SidecarRule, path, $"{DisplayText.Quote(path)} is not a signature: {fault}");
        }
    }

    private void CheckDropIn(string path, PayloadKind kind)
    {
        if (
            kind != PayloadKind.Directory
            && path.LastIndexOf('/') is > 0 and var slash
            && rules.DropInDirectories.GetAlternateLookup<ReadOnlySpan<char>>().Contains(path.AsSpan(0, slash))
        )
        {
            problems.Add(
                new LayoutProblem(
                    LayoutSeverity.Warning,
                    PayloadLayout.DropInRule,
                    path,
                    $"{DisplayText.Quote(path)} lies directly in a drop-in directory, which consumers take from an "
                        + "official repository only; others put it below a directory of their own name"
                )
            );
        }
    }

    private void Add(string rule, string path, string message) =>
        problems.Add(PayloadLayout.Error(rule, path, message));

    private void AddWaivable(string rule, string path, string message)
    {
        if ((checks & LayoutChecks.Destinations) == 0)
        {
            return;
        }

        if (!declared.SpecialSystemPackage)
        {
            Add(rule, path, message);
        }
        else if (_outside++ == 0)
        {
            _firstOutside = path;
        }
    }
}
