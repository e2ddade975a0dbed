using System.Text;
using Peipkg.Format.Identity;
using Peipkg.Manager.Configuration;
using Peipkg.Recipes.Toml;
using Peipkg.Recipes.Upstreams;

namespace Peipkg.Manager.Tests.Configuration;

public class ConfigReaderTests
{
    private const string Documented = """
        [manager]
        id = "peios-build-1"
        recipes_dir = "/etc/peipkg-manager/recipes/"
        state_dir = "/var/lib/peipkg-manager"

        [repo]
        name = "peios-official"
        description = "Official Peios package repository"

        [signing]
        key_file = "/etc/peipkg-manager/farm.ed25519"

        [upload]
        backend = "rclone"
        remote = "r2:pkgs.peios.org"

        [http]
        addr = ":8080"
        webhook_secret_file = "/etc/peipkg-manager/webhook-secret"

        [poll]
        default_interval = "1h"

        """;

    private static ManagerConfig Read(string text) =>
        ConfigReader.Read(TomlFile.Parse(Encoding.UTF8.GetBytes(text), "config.toml"));

    private static string[] Problems(string text) =>
        [.. Assert.Throws<RecipeException>(() => Read(text)).Problems.Select(p => p.ToString())];

    [Fact]
    public void The_documented_example_is_understood()
    {
        ManagerConfig config = Read(Documented);
        Assert.Equal(
            new UploadConfig
            {
                Name = "rclone",
                Backend = UploadBackend.Rclone,
                Remote = "r2:pkgs.peios.org",
            },
            Assert.Single(config.Uploads)
        );
        Assert.Equal(
            new ManagerConfig(
                "peios-build-1",
                "/etc/peipkg-manager/recipes",
                "/var/lib/peipkg-manager",
                new RepositoryConfig("peios-official", "Official Peios package repository"),
                "/etc/peipkg-manager/farm.ed25519",
                config.Uploads,
                config.Http,
                TimeSpan.FromHours(1)
            ),
            config
        );
    }

    [Fact]
    public void What_a_repository_takes_beyond_the_common_is_off_unless_it_is_allowed()
    {
        ManagerConfig config = Read(Documented);
        Assert.Null(config.Repository.Official);
        Assert.False(config.Publishing.AllowSpecialSystem);
        config = Read(
            Documented.Replace("[signing]", "official = true\n[signing]", StringComparison.Ordinal)
                + "\n[publish]\nallow_special_system = true\n"
        );
        Assert.True(config.Repository.Official);
        Assert.True(config.Publishing.AllowSpecialSystem);
        Assert.Equal(OnBreak.Hold, config.Publishing.OnBreak);
        Assert.Contains(
            "official",
            Assert.Single(
                Problems(Documented.Replace("[signing]", "official = \"yes\"\n[signing]", StringComparison.Ordinal))
            ),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Nothing_is_reproduced_unless_it_is_said_how_much()
    {
        Assert.Equal(0, Read(Documented).Reproducing.PerDay);
        Assert.Equal(0, Read(Documented + "\n[reproduce]\nper_day = 0\n").Reproducing.PerDay);
        Assert.Equal(3, Read(Documented + "\n[reproduce]\nper_day = 3\n").Reproducing.PerDay);
        foreach (string wrong in (string[])["-1", "10001", "9223372036854775807"])
        {
            Assert.Contains(
                "per_day in [reproduce] must be from 0 to 10000, not " + wrong,
                Assert.Single(Problems(Documented + $"\n[reproduce]\nper_day = {wrong}\n")),
                StringComparison.Ordinal
            );
        }
    }

    [Fact]
    public void The_edition_of_a_new_repository_is_chosen_by_its_name()
    {
        Assert.Null(Read(Documented).Repository.Edition);
        string chosen = Documented.Replace("[signing]", "edition = \"pspu-5\"\n[signing]", StringComparison.Ordinal);
        Assert.Equal(Peipkg.Format.Editions.Edition.Pspu5, Read(chosen).Repository.Edition);
        Assert.Contains(
            "(did you mean \"pspu-5\"?)",
            Assert.Single(Problems(chosen.Replace("pspu-5", "pspu5", StringComparison.Ordinal))),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void The_documented_example_listens_and_knows_one_secret()
    {
        HttpConfig http = Read(Documented).Http;
        Assert.Equal(new ListenAddress(":8080", null, 8080, false), http.Address);
        Assert.Equal(["/etc/peipkg-manager/webhook-secret"], http.SecretFilesOf("gitlab"));
    }

    [Fact]
    public void A_secret_may_be_several_and_a_forge_may_have_its_own()
    {
        HttpConfig http = Read(
            Documented.Replace(
                "webhook_secret_file = \"/etc/peipkg-manager/webhook-secret\"",
                "webhook_secret_file = [\"/etc/new\", \"/etc/old\"]\ngitlab_secret_file = \"/etc/gitlab\"",
                StringComparison.Ordinal
            )
        ).Http;
        Assert.Equal(["/etc/new", "/etc/old"], http.SecretFilesOf("github"));
        Assert.Equal(["/etc/new", "/etc/old"], http.SecretFilesOf("forgejo"));
        Assert.Equal(["/etc/gitlab"], http.SecretFilesOf("gitlab"));
    }

    [Fact]
    public void How_much_at_once_and_how_much_disk_is_read_strictly()
    {
        ManagerConfig config = Read(
            Documented
                + "max_concurrent = 32\nmax_per_host = 2\ntimeout = \"30s\"\n[build]\nparallel = 3\ngive_up_after = 2\n[limits]\nmin_free = \"2GiB\"\n"
        );
        Assert.Equal(
            (new PollConfig(32, 2, TimeSpan.FromSeconds(30)), 3, 2, 2L << 30),
            (config.Polling, config.Builds.Parallel, config.Builds.GiveUpAfter, config.Limits.MinFree)
        );
        Assert.Equal(
            (PollConfig.Default, null, 8, 256L << 20),
            (
                Read(Documented).Polling,
                Read(Documented).Builds.Parallel,
                Read(Documented).Builds.GiveUpAfter,
                Read(Documented).Limits.MinFree
            )
        );
        string[] problems = Problems(
            Documented + "max_concurrent = 0\n[build]\nparallel = 5000\n[limits]\nmin_free = \"much\"\n"
        );
        Assert.Equal(3, problems.Length);
        Assert.Contains(
            "max_concurrent in [poll] must be from 1 to 1000, not 0",
            problems[0],
            StringComparison.Ordinal
        );
        Assert.Contains("\"much\" is not an amount of storage", problems[2], StringComparison.Ordinal);
    }

    [Fact]
    public void What_fetching_may_take_is_read_strictly()
    {
        FetchConfig all = new(TimeSpan.FromMinutes(10), TimeSpan.FromSeconds(20), 500, 1L << 30, 512 << 20);
        Assert.Equal(
            all,
            Read(
                Documented
                    + "[fetch]\ntime = \"10m\"\nsilence = \"20s\"\nfiles = 500\nsize = \"1GiB\"\nmemory = \"512MiB\"\n"
            ).Fetching
        );
        Assert.Equal(FetchConfig.Default, Read(Documented + "[fetch]\n").Fetching);
        Assert.Equal(
            [
                "time in [fetch] must be from 1s to 596h",
                "files in [fetch] must be from 1 to 100000000, not 0",
                "size in [fetch] must be at least 1 MiB",
            ],
            Problems(Documented + "[fetch]\ntime = \"10ms\"\nfiles = 0\nsize = \"1KiB\"\n")
                .Select(problem => problem[(problem.IndexOf(' ', StringComparison.Ordinal) + 1)..])
        );
    }

    [Fact]
    public void A_misspelt_required_key_is_one_problem()
    {
        string problem = Assert.Single(
            Problems(Documented.Replace("default_interval", "default_intervall", StringComparison.Ordinal))
        );
        Assert.EndsWith(
            "unknown key \"default_intervall\" in [poll] (did you mean \"default_interval\"?)",
            problem,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Upload_and_http_may_be_left_out()
    {
        string text =
            Documented[..Documented.IndexOf("[upload]", StringComparison.Ordinal)]
            + "[poll]\ndefault_interval = \"90m\"\n";
        ManagerConfig config = Read(text);
        Assert.Empty(config.Uploads);
        Assert.Equal(new HttpConfig(null), config.Http);
        Assert.Equal(TimeSpan.FromMinutes(90), config.DefaultInterval);
    }

    [Fact]
    public void An_empty_address_switches_the_server_off() =>
        Assert.Null(Read(Documented.Replace(":8080", "", StringComparison.Ordinal)).Http.Address);

    [Fact]
    public void Every_typo_is_reported_with_its_place_and_the_nearest_name() =>
        Assert.Equal(
            [
                "config.toml:2:1: unknown key \"ide\" in [manager] (did you mean \"id\"?)",
                "config.toml:24:1: unknown section \"pol\" (did you mean \"poll\"?)",
            ],
            Problems(
                    Documented
                        .Replace("id = ", "id = \"x\"\nide = ", StringComparison.Ordinal)
                        .Replace("[poll]", "[poll]\ndefault_interval = \"1h\"\n[pol]", StringComparison.Ordinal)
                )
                .Select(p =>
                    p.Replace(":3:1:", ":2:1:", StringComparison.Ordinal)
                        .Replace(":26:", ":24:", StringComparison.Ordinal)
                        .Replace(":25:", ":24:", StringComparison.Ordinal)
                )
        );

    [Fact]
    public void An_unknown_top_level_key_is_an_error() =>
        Assert.Contains(
            "unknown key \"extra\"",
            Assert.Single(Problems("extra = 1\n" + Documented)),
            StringComparison.Ordinal
        );

    [Fact]
    public void All_that_is_missing_from_an_empty_file_is_named_at_once() =>
        Assert.Equal(
            ["manager", "repo", "signing", "poll"],
            Problems("")
                .Select(p =>
                    p[(p.IndexOf('[', StringComparison.Ordinal) + 1)..p.IndexOf(']', StringComparison.Ordinal)]
                )
        );

    [Fact]
    public void Missing_keys_are_named() =>
        Assert.Equal(4, Problems("[manager]\nid = \"x\"\n[repo]\n[signing]\nkey_file = \"/k\"\n[poll]\n").Length);

    [Theory]
    [InlineData("sandbox = true", "packages = []", "name at least the package that has /bin/sh")]
    [InlineData("sandbox = true", "trust = []", "name at least the package that has /bin/sh")]
    [InlineData("sandbox = true", "packages = [\"a b\"]", "packages in [root]")]
    [InlineData("sandbox = true", "packages = [\"a\"]\nrepositories = [\"https://x.org\"]", "need trust")]
    [InlineData("sandbox = true", "packages = [\"a\"]\nrepositories = [\"pkgs\"]", "nor an absolute path")]
    [InlineData("sandbox = true", "packages = [\"a\"]\ntrust = [\"ab\"]", "trust in [root]")]
    [InlineData("", "packages = [\"a\"]", "needs sandbox = true")]
    public void A_root_that_no_build_could_use_is_refused(string build, string root, string message) =>
        Assert.Contains(
            message,
            string.Join('\n', Problems($"{Documented}\n[build]\n{build}\n[root]\n{root}\n")),
            StringComparison.Ordinal
        );

    [Fact]
    public void A_root_is_read_and_taken_over_by_a_reload()
    {
        ManagerConfig config = Read(
            $"{Documented}\n[build]\nsandbox = true\n[root]\npackages = [\"busybox\", \"cc >= 10\"]\n"
                + $"repositories = [\"/srv/pkgs\"]\ntrust = [\"{new string('a', 64)}\"]\n"
        );
        Assert.Equal(["busybox", "cc >= 10"], config.Root!.Packages);
        Assert.Equal(["/srv/pkgs"], config.Root.Repositories);
        Assert.Null(Read(Documented).Root);
        Assert.Same(config.Root, ConfigKeys.Merge(Read(Documented), config).Root);
    }

    [Theory]
    [InlineData("\":8080\"", "\"8080\"", "no listen address")]
    [InlineData("\"1h\"", "\"59s\"", "shortest interval")]
    [InlineData("\"1h\"", "\"soon\"", "not a duration")]
    [InlineData("\"1h\"", "60", "a string")]
    [InlineData("\"rclone\"", "\"rsynk\"", "did you mean \"rsync\"")]
    [InlineData("\"rclone\"", "\"git\"", "the git address names no user; write user@host:path")]
    [InlineData("\"r2:pkgs.peios.org\"", "\"r2,secret=x\"", "end with \":\"")]
    [InlineData("\"r2:pkgs.peios.org\"", "\"r2:x\"\nmode = \"switch\"", "unknown key \"mode\"")]
    [InlineData("\"r2:pkgs.peios.org\"", "\"r2:x\"\npublic_url = \"pkgs.peios.org\"", "https://")]
    [InlineData(
        "\"r2:pkgs.peios.org\"",
        "\"r2:x\"\npublic_url = \"https://p\"\ncontent = \"packages\"",
        "needs another target"
    )]
    [InlineData("\"r2:pkgs.peios.org\"", "\"-x\"", "begin with")]
    [InlineData("remote = \"r2:pkgs.peios.org\"", "", "needs remote")]
    [InlineData("addr = \":8080\"", "addr = \":8080\"\nhosts = [\"https://farm\"]", "is no host name")]
    [InlineData(
        "addr = \":8080\"",
        "addr = \":8080\"\npublic_url = \"farm.example.org\"",
        "where people find the pages"
    )]
    [InlineData("addr = \":8080\"", "addr = \":8080\"\npublic_url = \"https://a:b@c\"", "where people find the pages")]
    [InlineData("addr = \":8080\"", "addr = \":8080\"\npublic_url = \"https://x/?a\"", "where people find the pages")]
    [InlineData("\"/var/lib/peipkg-manager\"", "\"state\"", "absolute path")]
    [InlineData("\"peios-build-1\"", "\" \"", "empty")]
    public void A_value_that_cannot_be_meant_is_refused(string from, string to, string message) =>
        Assert.Contains(
            message,
            Assert.Single(Problems(Documented.Replace(from, to, StringComparison.Ordinal))),
            StringComparison.Ordinal
        );

    [Theory]
    [InlineData("user_header = \"X-User\"", "needs proxies")]
    [InlineData("user_header = \"X-User\"\nproxies = []", "needs proxies")]
    [InlineData("user_header = \"X-User\"\nproxies = [\"proxy.example.org\"]", "no address of a proxy")]
    [InlineData("user_header = \"X-User\"\nproxies = [\"0.0.0.0/0\"]", "no address of a proxy")]
    [InlineData("user_header = \"\"\nproxies = [\"::1\"]", "the name of a header")]
    [InlineData("user_header = \"X User\"\nproxies = [\"::1\"]", "the name of a header")]
    [InlineData("user_header = \"cookie\"\nproxies = [\"::1\"]", "visitors send cookie themselves")]
    [InlineData("user_header = \"X-User\"\ngroups_header = \"x-user\"\nproxies = [\"::1\"]", "the same header")]
    [InlineData("proxies = [\"::1\"]", "means nothing without user_header")]
    [InlineData("groups_header = \"X-Groups\"", "means nothing without user_header")]
    [InlineData("[[role]]\nusers = [\"ann\"]", "[[role]] means nothing without user_header")]
    [InlineData("GOOD\n[[role]]", "needs users or groups")]
    [InlineData("GOOD\n[[role]]\ngroups = [\"x\"]", "need groups_header")]
    [InlineData("GOOD\n[[role]]\nusers = [\"a,b\"]", "without commas")]
    [InlineData("GOOD\n[[role]]\nusers = [\"*\"]\nrecipes = []", "recipes in [[role]] is empty")]
    [InlineData("GOOD\n[[role]]\nusers = [\"*\"]\nrecipes = [\"[\"]", "recipes in [[role]]")]
    [InlineData("GOOD\n[[role]]\nusers = [\"*\"]\nacts = [\"retyr\"]", "did you mean \"retry\"")]
    public void Acting_is_configured_whole_or_refused(string keys, string message)
    {
        const string Good = "user_header = \"X-User\"\nproxies = [\"::1\"]";
        string[] parts = keys.Replace("GOOD", Good, StringComparison.Ordinal).Split("[[role]]");
        string text =
            Documented.Replace("addr = \":8080\"", "addr = \":8080\"\n" + parts[0].TrimEnd(), StringComparison.Ordinal)
            + (parts.Length > 1 ? "\n[[role]]" + parts[1] : "");
        Assert.Contains(message, Assert.Single(Problems(text)), StringComparison.Ordinal);
    }

    [Fact]
    public void Limits_are_the_documented_ones_unless_the_file_says_otherwise()
    {
        Assert.Equal(
            new BuildLimits(TimeSpan.FromHours(12), TimeSpan.FromHours(2), 64 << 20, Processes: 8192),
            Read(Documented).Limits.Builds
        );
        ManagerConfig config = Read(
            Documented + "[limits]\ntime = \"90m\"\nmemory = \"1.5GiB\"\ncpus = 2\ndisk = \"2TiB\"\n"
        );
        Assert.Equal(
            new BuildLimits(TimeSpan.FromMinutes(90), TimeSpan.FromHours(2), 64 << 20, 3L << 29, 2, 8192, 2L << 40),
            config.Limits.Builds
        );
    }

    [Theory]
    [InlineData("time = \"0.5s\"", "time in [limits] must be from 1s to 596h")]
    [InlineData("memory = \"8Gigs\"", "\"8Gigs\" is not an amount of storage")]
    [InlineData("memory = \"99999999TiB\"", "is not an amount of storage")]
    [InlineData("log = \"0MiB\"", "log in [limits] must be more than 0 bytes")]
    [InlineData("cpus = 0", "cpus in [limits] must be from 1 to 4096, not 0")]
    [InlineData("memry = \"1GiB\"", "unknown key \"memry\" in [limits] (did you mean \"memory\"?)")]
    public void A_limit_that_cannot_be_meant_is_named(string line, string problem) =>
        Assert.Contains(
            problem,
            Assert.Single(Problems(Documented + "[limits]\n" + line + "\n")),
            StringComparison.Ordinal
        );

    [Fact]
    public void Several_targets_are_written_with_two_brackets_and_each_has_a_name()
    {
        string text = Documented.Replace(
            "[upload]\nbackend = \"rclone\"\nremote = \"r2:pkgs.peios.org\"\n",
            """
            [[upload]]
            backend = "rsync"
            remote = "www@host:/srv/www"
            mode = "switch"

            [[upload]]
            name = "pages"
            backend = "git"
            remote = "git@github.com:you/packages.git"
            public_url = "https://you.github.io/packages/"
            check_within = "20m"

            [[upload]]
            backend = "none"

            [[upload]]
            backend = "rclone"
            remote = ":s3,access_key_id=abc,secret_access_key=\"d:e\":bucket"
            content = "packages"
            public_url = "https://files.example.org"

            """,
            StringComparison.Ordinal
        );
        ManagerConfig config = Read(text);
        Assert.Equal(["rsync", "pages", "rclone"], config.Uploads.Select(u => u.Name));
        Assert.Equal((UploadMode.Switch, UploadMode.Orphan), (config.Uploads[0].Mode, config.Uploads[1].Mode));
        Assert.Equal(
            ("gh-pages", "https://you.github.io/packages", TimeSpan.FromMinutes(20)),
            (config.Uploads[1].Branch, config.Uploads[1].PublicUrl, config.Uploads[1].CheckWithin)
        );
        Assert.Equal("https://files.example.org", config.PackagesUrl);
        Assert.Contains(
            "two targets are called \"pages\"",
            Assert.Single(
                Problems(
                    text.Replace(
                        "backend = \"rsync\"",
                        "backend = \"rsync\"\nname = \"pages\"",
                        StringComparison.Ordinal
                    )
                )
            ),
            StringComparison.Ordinal
        );
    }

    private const string FromGit = """
        [manager]
        id = "one"
        state_dir = "/one"
        [recipes]
        git = "https://git.example.org/farm/recipes.git"
        branch = "stable/1"
        path = "farm/recipes/"
        signers = ["/etc/one", "/etc/two"]
        [repo]
        name = "one"
        [signing]
        key_file = "/one"
        [poll]
        default_interval = "1h"

        """;

    [Fact]
    public void Recipes_from_git_are_understood_and_need_no_directory()
    {
        ManagerConfig config = Read(FromGit);
        Assert.Equal("/one/recipes", config.RecipesDirectory);
        RecipesConfig recipes = config.Recipes!;
        Assert.Equal("https://git.example.org/farm/recipes.git", recipes.Git.Text);
        Assert.Equal("refs/heads/stable/1", recipes.Reference);
        Assert.Equal("farm/recipes", recipes.Folder);
        Assert.Equal(["/etc/one", "/etc/two"], recipes.Signers);
        recipes = Read(FromGit.Replace("branch = \"stable/1\"\n", "", StringComparison.Ordinal)).Recipes!;
        Assert.Equal("HEAD", recipes.Reference);
    }

    [Theory]
    [InlineData(
        "id = ",
        "recipes_dir = \"/r\"\nid = ",
        "recipes_dir in [manager]: the recipes come from [recipes] git"
    )]
    [InlineData("git = ", "gti = ", "unknown key \"gti\" in [recipes] (did you mean \"git\"?)")]
    [InlineData("https:", "ext:", "git in [recipes]")]
    [InlineData("stable/1", "-stable", "\"-stable\" is no branch name")]
    [InlineData("farm/recipes/", "../recipes", "\"../recipes\" is no path within a repository")]
    [InlineData("farm/recipes/", "/recipes", "\"/recipes\" is no path within a repository")]
    [InlineData("farm/recipes/", ".git", "\".git\" is no path within a repository")]
    [InlineData("/etc/two", "etc/two", "signers in [recipes]: write an absolute path")]
    public void Mistakes_about_recipes_from_git_are_told(string good, string bad, string problem) =>
        Assert.Contains(
            problem,
            Assert.Single(Problems(FromGit.Replace(good, bad, StringComparison.Ordinal))),
            StringComparison.Ordinal
        );

    [Fact]
    public void Pools_say_where_what_is_built()
    {
        ManagerConfig config = Read(
            Documented
                + """
                [[pool]]
                name = "worker-1"
                architectures = ["x86_64", "aarch64"]
                launcher = ["/l", "{workdir}", "{architecture}"]
                slots = 4
                recipes = ["kernel-*", "{gcc,llvm}"]
                environment = ["SSH_AUTH_SOCK"]
                queue = "6h"
                [[pool]]
                name = "here"

                """
        );
        PoolConfig worker = config.Pools[0];
        Assert.Equal(("worker-1", 4, TimeSpan.FromHours(6)), (worker.Name, worker.Slots, worker.Queue));
        Assert.Equal(["/j", "aarch64"], worker.Launcher!.ArgumentsFor("/j/job.json", "/j", Architecture.AArch64));
        Assert.Equal(["SSH_AUTH_SOCK"], worker.Environment);
        Assert.True(Takes(worker, "kernel-rt", "aarch64", "noarch"));
        Assert.True(Takes(worker, "llvm", "noarch"));
        Assert.False(Takes(worker, "kernel", "x86_64"));
        Assert.False(Takes(worker, "gcc", "riscv64"));
        Assert.True(Takes(config.Pools[1], "anything", "riscv64"));
        Assert.Equal((1, null), (config.Pools[1].Slots, config.Pools[1].Launcher));
        Assert.True(config.BuildsHere);

        static bool Takes(PoolConfig pool, string recipe, params string[] architectures) =>
            pool.Takes(
                recipe,
                [.. architectures.Select(a => new RecipeOutput(PackageName.Parse("xy"), Architecture.Parse(a)))]
            );
    }

    [Theory]
    [InlineData("[[pool]]\n", "name")]
    [InlineData("[[pool]]\nname = \"a/b\"\n", "write 1 to 64 letters")]
    [InlineData("[[pool]]\nname = \"a\"\n[[pool]]\nname = \"a\"\n", "two pools are called \"a\"")]
    [InlineData("[[pool]]\nname = \"a\"\nslots = 0\n", "slots")]
    [InlineData("[[pool]]\nname = \"a\"\narchitectures = [\"x86-64\"]\n", "is not an architecture")]
    [InlineData("[[pool]]\nname = \"a\"\narchitectures = [\"noarch\"]\n", "noarch packages are built in every pool")]
    [InlineData("[[pool]]\nname = \"a\"\nrecipes = [\"[\"]\n", "recipes in [[pool]]")]
    [InlineData(
        "[[pool]]\nname = \"a\"\nlauncher = [\"/l\", \"{job}\"]\nenvironment = [\"A=b\"]\n",
        "write the name alone"
    )]
    [InlineData("[[pool]]\nname = \"a\"\nqueue = \"1h\"\n", "has no launcher")]
    [InlineData(
        "[[pool]]\nname = \"a\"\nlauncher = [\"l\"]\n",
        "launcher in [[pool]]: the program must be an absolute path"
    )]
    [InlineData(
        "[build]\nparallel = 2\n[[pool]]\nname = \"a\"\n",
        "parallel in [build]: with [[pool]] each pool has its own slots"
    )]
    [InlineData(
        "[build]\nlauncher = [\"/l\", \"{job}\"]\n[[pool]]\nname = \"a\"\n",
        "launcher in [build]: with [[pool]]"
    )]
    public void A_pool_that_makes_no_sense_is_refused(string text, string words) =>
        Assert.Contains(words, string.Join('\n', Problems(Documented + text)), StringComparison.Ordinal);
}
