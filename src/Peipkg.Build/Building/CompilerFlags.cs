using Peipkg.Format.Identity;

namespace Peipkg.Build.Building;

/// <summary>
/// Flags that make compilers optimise, harden what they make, and leave the directories of the build out of it. gcc and
/// clang take the same.
/// </summary>
internal static class CompilerFlags
{
    /// <summary>The variables that build systems read.</summary>
    /// <param name="architecture">What is compiled for.</param>
    /// <param name="paths">The directories of the build. Those with blanks are left out: build systems split flags at them.</param>
    /// <param name="name">What the sources are called in debug information instead.</param>
    internal static IEnumerable<KeyValuePair<string, string>> For(
        Architecture architecture,
        IReadOnlyList<string> paths,
        string name
    )
    {
        string[] mapped =
        [
            .. paths.Where(path => !path.Any(char.IsWhiteSpace)).Select(path => $"{path}=/usr/src/debug/{name}"),
        ];
        string[] compiler =
        [
            "-O2",
            "-D_FORTIFY_SOURCE=2",
            "-fstack-protector-strong",
            "-fstack-clash-protection",
            .. architecture == Architecture.X86_64 ? ["-fcf-protection"]
            : architecture == Architecture.AArch64 ? ["-mbranch-protection=standard"]
            : Array.Empty<string>(),
            .. mapped.Select(map => $"-ffile-prefix-map={map}"),
        ];
        string[] rust = ["-Clink-arg=-Wl,-z,relro,-z,now", .. mapped.Select(map => $"--remap-path-prefix={map}")];
        return
        [
            new("CFLAGS", string.Join(' ', compiler)),
            new("CXXFLAGS", string.Join(' ', compiler)),
            new("LDFLAGS", "-Wl,-z,relro,-z,now -Wl,--as-needed"),
            new("RUSTFLAGS", string.Join(' ', rust)),
            new("GOFLAGS", "-trimpath -buildvcs=false -buildmode=pie"),
        ];
    }
}
