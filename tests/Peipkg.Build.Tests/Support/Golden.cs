namespace Peipkg.Build.Tests.Support;

/// <summary>Approved documents beside the tests. <c>APPROVE=1</c> in the environment writes what the tool prints.</summary>
public static class Golden
{
    public static void Equal(string name, string actual)
    {
        string file = Path.Combine(SourceTree.Root, "tests/Peipkg.Build.Tests/Golden", name);
        if (Environment.GetEnvironmentVariable("APPROVE") == "1")
        {
            File.WriteAllText(file, actual);
        }

        Assert.Equal(File.ReadAllText(file), actual);
    }
}
