namespace Peipkg.Build.Tests.Composing;

/// <summary>
/// A root composed of packages of this machine's busybox and the libraries that it needs, without a compiler or anything else.
/// </summary>
public sealed class ComposedRootFixture : IDisposable
{
    private const string Recipe = """
        [meta]
        license = "GPL-2.0-only"
        build_script = "build.sh"

        [[package]]
        name = "busybox"
        architecture = ["x86_64", "aarch64"]
        dependencies = [{ name = "libc" }]
        provides = [{ name = "sh" }]
        files = ["usr/bin/*"]

        [[package]]
        name = "libc"
        architecture = ["x86_64", "aarch64"]
        side_effects = ["ldconfig"]
        files = ["usr/lib/{{triplet}}/*"]

        [[package]]
        name = "settings"
        architecture = "noarch"
        files = ["etc/**", "opt/**"]

        """;

    // All names of busybox but those of compilers' tools, of which it has some.
    private const string Script = """
        mkdir -p "$DESTDIR/usr/bin" "$DESTDIR$LIBDIR" "$DESTDIR/etc" "$DESTDIR/opt/tool/bin"
        busybox=$(command -v busybox)
        cp "$busybox" "$DESTDIR/usr/bin/busybox"
        for library in $(ldd "$busybox" | grep -o '/[^ ]*'); do cp -L "$library" "$DESTDIR$LIBDIR/"; done
        for name in $("$busybox" --list | grep -vx 'ar\|busybox'); do ln -s busybox "$DESTDIR/usr/bin/$name"; done
        echo a root of its own > "$DESTDIR/etc/settings"
        echo not shown > "$DESTDIR/etc/hosts"
        printf '#!/bin/sh\necho from opt\n' > "$DESTDIR/opt/tool/bin/tool"
        """;

    private readonly RepositoryBench _bench = new();

    public ComposedRootFixture()
    {
        _bench.Bench.Recipe(Recipe);
        _bench.Bench.Script(Script);
        _bench.Build("--version", "1.35-2");
        _bench.Publish();
        _bench.Compose("sh", "settings").Succeeds();
    }

    public string Root => _bench.Bench["root"];

    public void Dispose() => _bench.Dispose();
}
