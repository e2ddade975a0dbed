using System.Text.Json;
using Peipkg.Build.Tests.Support;

namespace Peipkg.Build.Tests.Packing;

/// <summary>The tree of a published case.</summary>
internal static class StagedCase
{
    internal static void Place(Workbench bench, JsonElement entry)
    {
        string path = bench[Path.Combine("staged", entry.GetProperty("path").GetString()!)];
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        switch (entry.GetProperty("type").GetString())
        {
            case "file":
                File.WriteAllBytes(path, entry.GetProperty("content_b64").GetBytesFromBase64());
                break;
            case "symlink":
                File.CreateSymbolicLink(path, entry.GetProperty("target").GetString()!);
                break;
            default:
                Directory.CreateDirectory(path);
                break;
        }
    }
}
