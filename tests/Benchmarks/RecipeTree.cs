using System.Globalization;

namespace Peipkg.Benchmarks;

/// <summary>Many recipes, as a farm's directory holds them: a library each, in three packages.</summary>
internal static class RecipeTree
{
    internal static int Write(string directory, int count)
    {
        for (int i = 0; i < count; i++)
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"lib{i:d4}");
            string recipe = Path.Combine(directory, name);
            Directory.CreateDirectory(recipe);
            File.WriteAllText(Path.Combine(recipe, "peipkg.toml"), Recipe(name));
            string script = Path.Combine(recipe, "build.sh");
            File.WriteAllText(script, Script(name));
            File.SetUnixFileMode(script, File.GetUnixFileMode(script) | UnixFileMode.UserExecute);
        }

        return 0;
    }

    private static string Recipe(string name) =>
        $$"""
            [meta]
            license = "MIT OR Apache-2.0"
            homepage = "https://example.org/{{name}}"
            build_script = "build.sh"

            [[package]]
            name = "{{name}}"
            architecture = "x86_64"
            description = "The library {{name}}: runtime."
            dependencies = [{ name = "libc", constraint = ">= 2.30" }]
            side_effects = ["ldconfig"]
            files = [
              "usr/lib/x86_64-linux-peios/{{name}}.so.1",
              "usr/lib/x86_64-linux-peios/{{name}}.so.1.*",
              "usr/share/{{name}}/**",
            ]

            [[package]]
            name = "{{name}}-dev"
            architecture = "x86_64"
            description = "The library {{name}}: headers and static library."
            dependencies = [{ name = "{{name}}", same_build = true }, { name = "libc-dev" }]
            provides = [{ name = "pkgconfig({{name}})", version = "1.0" }]
            files = [
              "usr/include/**",
              "usr/lib/x86_64-linux-peios/{{name}}.{so,a}",
              "usr/lib/x86_64-linux-peios/pkgconfig/*.pc",
            ]

            [[package]]
            name = "{{name}}-doc"
            architecture = "noarch"
            description = "The library {{name}}: manual pages."
            side_effects = ["man-db"]
            files = ["usr/share/man/**", "usr/share/doc/{{name}}/**"]

            [upstream]
            git = "https://git.example.org/{{name}}"
            tag_pattern = "^v(\\d+\\.\\d+\\.\\d+)$"
            peios_revision = 1

            [watch]
            poll_interval = "6h"

            """;

    private static string Script(string name) =>
        $$"""
            #!/bin/sh
            # Builds {{name}}.
            set -eu
            cp -R "$SOURCE_DIR/." .
            flags="-O2 -ffile-prefix-map=$(pwd)=/usr/src/{{name}}"
            for part in src tests; do
              if [ -d "$part" ]; then
                make -C "$part" -j"$(nproc)" CFLAGS="$flags" prefix=/usr libdir=/usr/lib/x86_64-linux-peios
              fi
            done
            make check
            make install DESTDIR="$DESTDIR" prefix=/usr libdir=/usr/lib/x86_64-linux-peios
            find "$DESTDIR" -name '*.la' -exec rm -f {} +

            """;
}
