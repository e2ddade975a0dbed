namespace Peipkg.Architecture.Tests;

/// <summary>
/// Holds the arrows between folders against <c>docs/architecture.graph.txt</c>. Whoever adds an arrow approves it there, in
/// the same change, and can say in one sentence why it is needed: <c>PEIPKG_APPROVE=1</c> writes the file anew.
/// </summary>
public sealed class LayerTests
{
    private static readonly FolderGraph Graph = FolderGraph.Read();

    private static string ApprovedPath => Path.Combine(Product.Root, "docs", "architecture.graph.txt");

    [Fact]
    public void No_folders_use_each_other_in_a_circle()
    {
        List<string>? circle = Graph.FindCircle();
        Assert.True(
            circle is null,
            circle is null ? "" : "circle:\n" + string.Join('\n', circle.Zip(circle.Skip(1), Arrow))
        );
    }

    [Fact]
    public void No_project_uses_one_of_a_higher_layer()
    {
        string[] upward =
        [
            .. from folder in Graph.Arrows
            from target in folder.Value
            where
                Layer(target.Key) > Layer(folder.Key)
                || (Layer(target.Key) != Layer(folder.Key) && IsProgram(target.Key))
            select $"{folder.Key} -> {target.Key} ({target.Value})",
        ];
        Assert.True(upward.Length == 0, string.Join('\n', upward));
    }

    [Fact]
    public void Every_arrow_is_an_approved_one()
    {
        if (Environment.GetEnvironmentVariable("PEIPKG_APPROVE") == "1")
        {
            File.WriteAllText(ApprovedPath, Graph.Render());
        }

        HashSet<string> approved = [.. File.ReadLines(ApprovedPath).SelectMany(ArrowsOfLine)];
        HashSet<string> found =
        [
            .. Graph.Render().Split('\n', StringSplitOptions.RemoveEmptyEntries).SelectMany(ArrowsOfLine),
        ];
        string[] faults =
        [
            .. Graph
                .Arrows.SelectMany(static folder =>
                    folder.Value.Select(target => (From: folder.Key, To: target.Key, target.Value))
                )
                .Where(arrow => !approved.Contains($"{arrow.From} -> {arrow.To}"))
                .Select(static arrow => $"new arrow {arrow.From} -> {arrow.To}: {arrow.Value}"),
            .. approved.Except(found).Select(static arrow => $"approved, but gone: {arrow}"),
        ];
        Assert.True(
            faults.Length == 0,
            string.Join('\n', faults)
                + "\nIf this is meant, approve it: PEIPKG_APPROVE=1 dotnet test tests/Peipkg.Architecture.Tests"
        );
    }

    [Fact]
    public void The_page_has_the_folders_from_top_to_bottom()
    {
        string page = Path.Combine(Product.Root, "docs", "architecture.md");
        string[] lines = File.ReadAllLines(page);
        List<string> wrong = [];
        for (int i = Array.IndexOf(lines, "| project | folders |") + 2; lines[i].StartsWith('|'); i++)
        {
            string project = lines[i].Split('`')[1];
            string row = $"| `{project}` | {Graph.RenderSteps(project["Peipkg.".Length..])} |";
            if (lines[i] != row)
            {
                lines[i] = row;
                wrong.Add(row);
            }
        }

        if (wrong.Count > 0 && Environment.GetEnvironmentVariable("PEIPKG_APPROVE") == "1")
        {
            File.WriteAllLines(page, lines);
        }

        Assert.True(wrong.Count == 0, $"{page} should have (PEIPKG_APPROVE=1 writes it):\n{string.Join('\n', wrong)}");
    }

    private static IEnumerable<string> ArrowsOfLine(string line)
    {
        string[] halves = line.Split(": ", 2);
        return halves[1].Split(' ').Select(target => $"{halves[0]} -> {target}");
    }

    private static string Arrow(string from, string to) => $"  {from} -> {to}: {Graph.Arrows[from][to]}";

    private static int Layer(string folder) => Array.IndexOf(Product.Projects, "Peipkg." + folder.Split('.')[0]);

    private static bool IsProgram(string folder) => folder.Split('.')[0] is "Build" or "Repo" or "Manager";
}
