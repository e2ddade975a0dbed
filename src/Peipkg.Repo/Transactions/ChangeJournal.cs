using System.Globalization;
using System.Text;
using Peipkg.Format.Repositories;
using Peipkg.Posix.Files;

namespace Peipkg.Repo.Transactions;

/// <summary>
/// What a transaction is about to do in a repository, written before it is done: the run after a killed one tells from it
/// what to complete, what to take back and what to remove.
/// </summary>
internal sealed class ChangeJournal
{
    private const string FileName = "journal";
    private const string DoneName = "done";

    private readonly string _staging;

    private ChangeJournal(string staging) => _staging = staging;

    /// <summary>The index_version of the generation; a repository that has it has seen the step.</summary>
    internal ulong IndexVersion { get; private set; }

    /// <summary>Files that go to new places before the step.</summary>
    internal List<string> Added { get; } = [];

    /// <summary>Files, and the directory of the indexes, that take part in the step.</summary>
    internal List<string> Switched { get; } = [];

    /// <summary>Files that go after the step.</summary>
    internal List<string> Removed { get; } = [];

    /// <summary>The journal of a new transaction, empty.</summary>
    internal static ChangeJournal Create(string staging, ulong indexVersion) =>
        new(staging) { IndexVersion = indexVersion };

    /// <summary>Whether a staging directory's transaction came to its end: the directory only keeps the generation before.</summary>
    internal static bool IsDone(string staging) => File.Exists(Path.Combine(staging, DoneName));

    /// <summary>The journal in a staging directory; empty when the run did not come to write one.</summary>
    internal static ChangeJournal Read(string staging)
    {
        ChangeJournal journal = new(staging);
        string path = Path.Combine(staging, FileName);
        foreach (string line in File.Exists(path) ? File.ReadAllLines(path, Encoding.UTF8) : [])
        {
            int space = line.IndexOf(' ', StringComparison.Ordinal);
            string value = line[(space + 1)..];
            List<string>? paths =
                space < 0
                    ? null
                    : line[..space] switch
                    {
                        "add" => journal.Added,
                        "switch" => journal.Switched,
                        "remove" => journal.Removed,
                        _ => null,
                    };
            if (paths is not null && RepositoryLayout.IsSafePath(value))
            {
                paths.Add(value);
            }
            else if (
                line.StartsWith("version ", StringComparison.Ordinal)
                && ulong.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out ulong version)
            )
            {
                journal.IndexVersion = version;
            }
        }

        return journal;
    }

    /// <summary>Writes the whole journal anew and makes it durable.</summary>
    internal void Write()
    {
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"version {IndexVersion}\n");
        Append("add", Added);
        Append("switch", Switched);
        Append("remove", Removed);
        DurableFile.Write(Path.Combine(_staging, FileName), Encoding.UTF8.GetBytes(text.ToString()));

        void Append(string verb, List<string> paths) =>
            paths.ForEach(path => text.Append(verb).Append(' ').Append(path).Append('\n'));
    }

    /// <summary>Notes that nothing is left to do.</summary>
    internal void Finish() => File.WriteAllBytes(Path.Combine(_staging, DoneName), []);
}
