namespace Peipkg.Manager.Configuration;

/// <summary>
/// What build scripts in a sandbox could read although it is secret: the sandbox of peipkg-build shows them the toolchain
/// of this machine and the recipe's own directory (docs/sandbox.md), so no key, secret or state may lie there.
/// </summary>
internal static class SandboxExposure
{
    // As peipkg-build's SandboxView shows them, whole directories only; links such as /bin are followed.
    private static readonly string[] Shown =
    [
        "/usr",
        "/bin",
        "/sbin",
        "/lib",
        "/lib32",
        "/lib64",
        "/libx32",
        "/etc/alternatives",
        "/etc/ca-certificates",
        "/etc/fonts",
        "/etc/ld.so.conf.d",
        "/etc/perl",
        "/etc/pki/tls/certs",
        "/etc/sgml",
        "/etc/ssl/certs",
        "/etc/texmf",
        "/etc/xml",
    ];

    // Names in /etc that begin so are shown too.
    private static readonly string[] ShownPrefixes = ["/etc/java-", "/etc/php", "/etc/python"];

    /// <summary>Everything that lies wrong, with where to put it; nothing where no build is kept from secrets anyway.</summary>
    public static IReadOnlyList<string> Problems(ManagerConfig config)
    {
        if (config is { BuildsHere: true, Builds.Sandbox: not true })
        {
            return [];
        }

        List<string> problems = [];
        Look("[signing] key_file", config.KeyFile);
        Look("[manager] state_dir", config.StateDirectory);
        if (config.Forge?.TokenFile is { } token)
        {
            Look("[forge] token_file", token);
        }

        foreach (
            string secret in config
                .Http.WebhookSecretFiles.Concat(config.Http.ForgeSecretFiles.Values.SelectMany(files => files))
                .Distinct(StringComparer.Ordinal)
        )
        {
            Look("a secret of [http]", secret);
        }

        return problems;

        void Look(string what, string path)
        {
            if (PlaceOf(path, config) is { } place)
            {
                problems.Add(
                    $"{what}: {path} lies below {place}, which build scripts can read; move it, for example to /etc/peipkg-manager"
                );
            }
        }
    }

    private static string? PlaceOf(string path, ManagerConfig config)
    {
        IEnumerable<string> shown = config.BuildsHere
            ? Shown.Append(config.RecipesDirectory)
            : [config.RecipesDirectory];
        string[] spellings = [path, Real(path)];
        return shown.FirstOrDefault(place => spellings.Any(one => IsBelow(one, place) || IsBelow(one, Real(place))))
            ?? (
                config.BuildsHere
                    ? ShownPrefixes.FirstOrDefault(prefix =>
                        spellings.Any(one => one.StartsWith(prefix, StringComparison.Ordinal))
                    )
                    : null
            );
    }

    private static bool IsBelow(string path, string directory) =>
        path == directory || path.StartsWith(directory + "/", StringComparison.Ordinal);

    // With every link on the way followed, as far as the path exists.
    private static string Real(string path)
    {
        string real = "/";
        int links = 0;
        Stack<string> rest = new(path.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse());
        while (rest.TryPop(out string? name))
        {
            if (name == "..")
            {
                real = Path.GetDirectoryName(real) ?? "/";
                continue;
            }

            string next = Path.Combine(real, name);
            if (name == "." || new FileInfo(next).LinkTarget is not { } target || ++links > 40)
            {
                real = name == "." ? real : next;
                continue;
            }

            real = target.StartsWith('/') ? "/" : real;
            foreach (string part in target.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse())
            {
                rest.Push(part);
            }
        }

        return real;
    }
}
