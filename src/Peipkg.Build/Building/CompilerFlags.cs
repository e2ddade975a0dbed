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
    /// <param name="debug">Whether there is to be any, and by what it is found.</param>
    internal static IEnumerable<KeyValuePair<string, string>> For(
        Architecture architecture,
        IReadOnlyList<string> paths,
        string name,
        bool debug
    )
    {
        string[] mapped =
        [
            .. paths.Where(path => !path.Any(char.IsWhiteSpace)).Select(path => $"{path}=/usr/src/debug/{name}"),
        ];
        string[] compiler =
        [
            "-O2",
            .. debug ? ["-g"] : Array.Empty<string>(),
            "-D_FORTIFY_SOURCE=2",
            "-fstack-protector-strong",
            "-fstack-clash-protection",
            .. architecture == Architecture.X86_64 ? ["-fcf-protection"]
            : architecture == Architecture.AArch64 ? ["-mbranch-protection=standard"]
            : Array.Empty<string>(),
            .. mapped.Select(map => $"-ffile-prefix-map={map}"),
        ];
        string identity = debug ? ",--build-id=sha1" : "";
        string[] rust =
        [
            .. debug ? ["-Cdebuginfo=2"] : Array.Empty<string>(),
            $"-Clink-arg=-Wl,-z,relro,-z,now{identity}",
            .. mapped.Select(map => $"--remap-path-prefix={map}"),
        ];
        return
        [
            new("CFLAGS", string.Join(' ', compiler)),
            new("CXXFLAGS", string.Join(' ', compiler)),
            new("LDFLAGS", $"-Wl,-z,relro,-z,now{identity} -Wl,--as-needed"),
            new("RUSTFLAGS", string.Join(' ', rust)),
            new("GOFLAGS", "-trimpath -buildvcs=false -buildmode=pie"),
        ];
    }
}
