using Peipkg.Format.Layout;
using Peipkg.Format.Text;

namespace Peipkg.Format.Manifests;

/// <summary>What in a payload calls for side effects (PSD-009 §4.3.4).</summary>
internal sealed class SideEffectEvidence
{
    private string? _library;
    private string? _libraryElsewhere;
    private string? _module;
    private string? _manPage;

    /// <summary>Takes note of an entry.</summary>
    internal void Add(string path, PayloadKind kind)
    {
        if (kind == PayloadKind.Directory)
        {
            return;
        }

        if (path.StartsWith("usr/share/man/", StringComparison.Ordinal))
        {
            _manPage ??= path;
        }

        if (kind != PayloadKind.File)
        {
            return;
        }

        var name = path.AsSpan(path.LastIndexOf('/') + 1);
        if (IsOfKind(name, ".so"))
        {
            if (path.StartsWith("usr/lib/", StringComparison.Ordinal))
            {
                _library ??= path;
            }
            else
            {
                // Perhaps a directory that some ld.so.conf lists: allowed, not demanded.
                _libraryElsewhere ??= path;
            }
        }
        else if (path.StartsWith("etc/ld.so.conf.d/", StringComparison.Ordinal) || path == "etc/ld.so.conf")
        {
            _libraryElsewhere ??= path;
        }

        if (IsOfKind(name, ".ko") && IsBelowModules(path))
        {
            _module ??= path;
        }
    }

    /// <summary>Compares with what the package declares.</summary>
    internal void Report(List<LayoutProblem> problems, IReadOnlyList<SideEffect> declared)
    {
        Judge(problems, declared, SideEffect.Ldconfig, _library, _libraryElsewhere, "no shared library under usr/lib/");
        Judge(problems, declared, SideEffect.Depmod, _module, null, "no kernel module under a modules/ directory");
        if (_manPage is not null && !declared.Contains(SideEffect.ManDb))
        {
            problems.Add(
                new LayoutProblem(
                    LayoutSeverity.Warning,
                    PayloadLayout.SideEffectRule,
                    _manPage,
                    $"the package holds the man page {DisplayText.Quote(_manPage)} but does not declare the side effect "
                        + "\"man-db\", so that it will not be found by keyword"
                )
            );
        }
    }

    private static void Judge(
        List<LayoutProblem> problems,
        IReadOnlyList<SideEffect> declared,
        SideEffect effect,
        string? demandedBy,
        string? allowedBy,
        string absence
    )
    {
        var isDeclared = declared.Contains(effect);
        if (demandedBy is not null && !isDeclared)
        {
            problems.Add(
                new LayoutProblem(
                    LayoutSeverity.Error,
                    PayloadLayout.SideEffectRule,
                    demandedBy,
                    $"the package holds {DisplayText.Quote(demandedBy)} and must declare the side effect "
                        + $"\"{effect.Text()}\""
                )
            );
        }
        else if (isDeclared && demandedBy is null && allowedBy is null)
        {
            problems.Add(
                new LayoutProblem(
                    LayoutSeverity.Error,
                    PayloadLayout.SideEffectRule,
                    "",
                    $"the package holds {absence} and must not declare the side effect \"{effect.Text()}\""
                )
            );
        }
    }

    // The extension itself, or followed by more: libz.so, libz.so.1, e1000.ko.zst.
    private static bool IsOfKind(ReadOnlySpan<char> name, string extension)
    {
        var at = name.IndexOf(extension);
        while (at >= 0 && at + extension.Length < name.Length && name[at + extension.Length] != '.')
        {
            var next = name[(at + 1)..].IndexOf(extension);
            at = next < 0 ? -1 : at + 1 + next;
        }

        return at >= 0;
    }

    private static bool IsBelowModules(string path) =>
        path.StartsWith("modules/", StringComparison.Ordinal) || path.Contains("/modules/", StringComparison.Ordinal);
}
