using System.Globalization;
using Peipkg.Build.Rules;
using Peipkg.CommandLine.Reporting;

namespace Peipkg.Build.Staging;

/// <summary>
/// Modes of a staged tree that mean something and that no package can carry: setuid, setgid and sticky bits, and files and
/// directories that are closed to other users.
/// </summary>
internal sealed class LostModes
{
    private const uint SetUser = 0x800;
    private const uint SetGroup = 0x400;
    private const uint Sticky = 0x200;
    private const uint OthersRead = 0x24; // r--r-- of group and others
    private const uint OthersEnter = 0x2d; // r-xr-x of group and others

    private readonly List<string> _lines = [];
    private readonly uint _umask;
    private readonly bool _inheritsGroup;

    /// <param name="umask">The mode bits that whoever made the tree took from everything.</param>
    /// <param name="rootMode">The root's mode: below a root with the setgid bit, directories have it without being asked.</param>
    internal LostModes(uint umask, uint rootMode)
    {
        _umask = umask;
        _inheritsGroup = (rootMode & SetGroup) != 0;
    }

    /// <summary>Takes note of a file or directory.</summary>
    internal void Add(string path, uint mode, bool directory)
    {
        // What the umask takes from everything says nothing about a single file.
        uint open = (directory ? OthersEnter : OthersRead) & ~_umask;
        string[] meanings =
        [
            .. (mode & SetUser) != 0 ? ["setuid"] : Array.Empty<string>(),
            .. (mode & SetGroup) != 0 && !(directory && _inheritsGroup) ? ["setgid"] : Array.Empty<string>(),
            .. (mode & Sticky) != 0 ? ["sticky"] : Array.Empty<string>(),
            .. (mode & open) != open ? ["closed to other users"] : Array.Empty<string>(),
        ];
        if (meanings.Length > 0)
        {
            string octal = Convert.ToString(mode & 0xfff, 8).PadLeft(4, '0');
            _lines.Add(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"\n  {TerminalText.Escape(path)}{(directory ? "/" : "")} ({octal}: {string.Join(", ", meanings)})"
                )
            );
        }
    }

    /// <summary>One finding for all of them, or none.</summary>
    internal IEnumerable<Finding> Findings() =>
        _lines.Count == 0
            ? []
            :
            [
                Finding.Of(
                    StageRules.LostMode,
                    "packages carry no modes, so these are installed with the access rights that their directories hand down"
                        + string.Concat(_lines.Order(StringComparer.Ordinal))
                ),
            ];
}
