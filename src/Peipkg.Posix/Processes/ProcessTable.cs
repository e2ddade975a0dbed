using System.Globalization;

namespace Peipkg.Posix.Processes;

/// <summary>Who is whose child, read from <c>/proc</c>.</summary>
public static class ProcessTable
{
    /// <summary>The children of a process, adopted ones included; empty when the process is gone.</summary>
    public static IReadOnlyList<int> ChildrenOf(int pid)
    {
        List<int> children = [];
        try
        {
            bool listed = false;
            foreach (string thread in Directory.EnumerateDirectories($"/proc/{pid}/task"))
            {
                string file = thread + "/children";
                listed |= TryRead(file, out string text);
                foreach (
                    string id in text.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                )
                {
                    children.Add(int.Parse(id, CultureInfo.InvariantCulture));
                }
            }

            if (!listed && Directory.Exists($"/proc/{pid}"))
            {
                children = SearchFor(pid);
            }
        }
        catch (IOException)
        {
            // It ended while we looked: what is left of its children is now somebody else's.
        }

        return children;
    }

    /// <summary>All that descend from a process.</summary>
    public static IReadOnlyList<int> DescendantsOf(int pid)
    {
        List<int> found = [.. ChildrenOf(pid)];
        HashSet<int> seen = [.. found];
        for (int i = 0; i < found.Count; i++)
        {
            found.AddRange(ChildrenOf(found[i]).Where(seen.Add));
        }

        return found;
    }

    /// <summary>Whether a process is there and has not ended.</summary>
    public static bool IsRunning(int pid) =>
        TryRead($"/proc/{pid}/stat", out string stat) && Fields(stat) is [not ("Z" or "X"), ..];

    // "pid (name) state parent …", and a name may hold anything.
    private static string[] Fields(string stat) =>
        stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);

    // Kernels without CONFIG_PROC_CHILDREN have no such lists.
    private static List<int> SearchFor(int parent)
    {
        List<int> children = [];
        foreach (string directory in Directory.EnumerateDirectories("/proc"))
        {
            if (
                int.TryParse(Path.GetFileName(directory), NumberStyles.None, CultureInfo.InvariantCulture, out int pid)
                && TryRead(directory + "/stat", out string stat)
            )
            {
                if (Fields(stat) is [_, var its, ..] && its == parent.ToString(CultureInfo.InvariantCulture))
                {
                    children.Add(pid);
                }
            }
        }

        return children;
    }

    private static bool TryRead(string file, out string text)
    {
        text = "";
        try
        {
            text = File.ReadAllText(file);
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
