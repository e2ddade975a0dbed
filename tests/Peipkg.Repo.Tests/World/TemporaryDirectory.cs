namespace Peipkg.Repo.Tests.World;

/// <summary>A directory that lives as long as a test.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    internal TemporaryDirectory() => Path = Directory.CreateTempSubdirectory("peipkg-repo-test-").FullName;

    internal string Path { get; }

    internal string this[string relative] => System.IO.Path.Combine(Path, relative);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
