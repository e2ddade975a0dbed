using System.Text;
using Peipkg.Format.Identity;
using Peipkg.Format.Json;
using Peipkg.Format.Layout;
using Peipkg.Format.Manifests;
using Peipkg.Format.Tests.Repositories;
using Peipkg.Format.Text;

namespace Peipkg.Format.Tests.Manifests;

public sealed class ManifestDocumentTests
{
    private static readonly string Descriptor = UnpaddedBase64.Encode(SecurityDescriptorTests.Good);

    private static readonly Manifest Full = Samples.Manifest() with
    {
        SdOverrides =
        [
            new SdOverride("etc/nginx", SecurityDescriptorTests.Good),
            new SdOverride("etc/nginx/nginx.conf", SecurityDescriptorTests.Good),
        ],
    };

    private static readonly string Written = Encoding.UTF8.GetString(ManifestDocument.Write(Full));

    [Fact]
    public void Is_written_in_the_canonical_form() =>
        Assert.Equal(
            $$$"""{"schema_version":1,"name":"nginx","version":"1.26.2-3","architecture":"x86_64","description":"A web server","license":"BSD-2-Clause","homepage":"https://nginx.org/","dependencies":[{"name":"libc","constraint":">= 2.40, < 3"},{"name":"pkgconfig(zlib)","arch":"any"}],"optional_dependencies":[{"name":"geoip"}],"conflicts":[{"name":"apache","constraint":"< 2","arch":"any"}],"provides":[{"name":"httpd","version":"1.1"},{"name":"www"}],"replaces":[{"name":"nginx-core","constraint":"< 1.0"}],"side_effects":["man-db","ldconfig"],"size_installed":12345,"sd_overrides":[{"path":"etc/nginx","sd":"{{{Descriptor}}}"},{"path":"etc/nginx/nginx.conf","sd":"{{{Descriptor}}}"}],"build":{"timestamp":"2026-01-02T03:04:05Z","farm_id":"farm-1","source_ref":"git+https://example.org/x#refs/tags/v1"}}"""
                + "\n",
            Written
        );

    [Theory]
    [InlineData("\"schema_version\":1", "\"schema_version\":2", ManifestRule.SchemaVersion, "/schema_version")]
    [InlineData("\"schema_version\":1,", "", JsonRule.Required, "")]
    [InlineData("\"name\":\"nginx\",", "", JsonRule.Required, "")]
    [InlineData("\"version\":\"1.26.2-3\",", "", JsonRule.Required, "")]
    [InlineData("\"architecture\":\"x86_64\",", "", JsonRule.Required, "")]
    [InlineData("\"dependencies\":[", "\"depends\":[", JsonRule.Required, "")]
    [InlineData("\"conflicts\":[", "\"conflict\":[", JsonRule.Required, "")]
    [InlineData("\"size_installed\":12345,", "", JsonRule.Required, "")]
    [InlineData("\"build\":{", "\"built\":{", JsonRule.Required, "")]
    [InlineData("\"farm_id\":\"farm-1\",", "", JsonRule.Required, "/build")]
    [InlineData("\"timestamp\":\"2026-01-02T03:04:05Z\",", "", JsonRule.Required, "/build")]
    [InlineData(",\"source_ref\":\"git+https://example.org/x#refs/tags/v1\"", "", JsonRule.Required, "/build")]
    [InlineData("\"name\":\"nginx\"", "\"name\":\"nginx_\"", ManifestRule.Name, "/name")]
    [InlineData("\"version\":\"1.26.2-3\"", "\"version\":\"1.26.2-0\"", ManifestRule.Version, "/version")]
    [InlineData(
        "\"architecture\":\"x86_64\"",
        "\"architecture\":\"x86-64\"",
        ManifestRule.Architecture,
        "/architecture"
    )]
    [InlineData("A web server", "A web\\nserver", ManifestRule.Description, "/description")]
    [InlineData("A web server", "A web \u2013 server", ManifestRule.Description, "/description")]
    [InlineData("A web server", "A web\\u001b[31m", ManifestRule.Description, "/description")]
    [InlineData("\"description\":\"A web server\"", "\"description\":null", JsonRule.Type, "/description")]
    [InlineData("https://nginx.org/", "file:///etc/passwd", ManifestRule.Homepage, "/homepage")]
    [InlineData("\"name\":\"libc\"", "\"name\":\"zlib\"", ManifestRule.RelationOrder, "/dependencies/1/name")]
    [InlineData(
        "\"name\":\"libc\"",
        "\"name\":\"pkgconfig(zlib)\"",
        ManifestRule.RelationDuplicate,
        "/dependencies/1/name"
    )]
    [InlineData("\"name\":\"libc\",", "", JsonRule.Required, "/dependencies/0")]
    [InlineData("\"name\":\"geoip\"", "\"name\":\"geo ip\"", ManifestRule.VirtualName, "/optional_dependencies/0/name")]
    [InlineData("\"name\":\"apache\"", "\"name\":\"Apache\"", ManifestRule.Name, "/conflicts/0/name")]
    [InlineData("\"name\":\"nginx-core\"", "\"name\":\"pkgconfig(x)\"", ManifestRule.Name, "/replaces/0/name")]
    [InlineData("\"name\":\"www\"", "\"name\":\"abc\"", ManifestRule.RelationOrder, "/provides/1/name")]
    [InlineData("\"version\":\"1.1\"", "\"version\":\">= 1.1\"", ManifestRule.ProvidedVersion, "/provides/0/version")]
    [InlineData("\"version\":\"1.1\"", "\"version\":\"\"", ManifestRule.ProvidedVersion, "/provides/0/version")]
    [InlineData("\"constraint\":\"< 2\"", "\"constraint\":\"\"", ManifestRule.Constraint, "/conflicts/0/constraint")]
    [InlineData(
        "\"constraint\":\"< 1.0\"",
        "\"constraint\":\"~> 1.0\"",
        ManifestRule.Constraint,
        "/replaces/0/constraint"
    )]
    [InlineData("\"arch\":\"any\"", "\"arch\":\"\"", ManifestRule.ArchitectureQualifier, "/dependencies/1/arch")]
    [InlineData("\"man-db\"", "\"mandb\"", ManifestRule.SideEffectUnknown, "/side_effects/0")]
    [InlineData("\"man-db\"", "\"ldconfig\"", ManifestRule.SideEffectDuplicate, "/side_effects/1")]
    [InlineData("\"side_effects\":[", "\"side_effects\":[1,", JsonRule.Type, "/side_effects/0")]
    [InlineData("\"path\":\"etc/nginx\"", "\"path\":\"etc/nginx/\"", ManifestRule.Path, "/sd_overrides/0/path")]
    [InlineData("\"path\":\"etc/nginx\"", "\"path\":\"../etc\"", ManifestRule.Path, "/sd_overrides/0/path")]
    [InlineData("\"path\":\"etc/nginx\"", "\"path\":\"etc/zz\"", ManifestRule.SdOverrideOrder, "/sd_overrides/1/path")]
    [InlineData(
        "\"path\":\"etc/nginx\"",
        "\"path\":\"etc/nginx/nginx.conf\"",
        ManifestRule.SdOverrideOrder,
        "/sd_overrides/1/path"
    )]
    [InlineData("\"path\":\"etc/nginx\",", "", JsonRule.Required, "/sd_overrides/0")]
    [InlineData("\"sd\":\"AQ", "\"sd\":\"Ag", ManifestRule.SecurityDescriptor, "/sd_overrides/0/sd")]
    [InlineData("\"sd\":\"AQ", "\"sd\":\"=AQ", ManifestRule.SecurityDescriptor, "/sd_overrides/0/sd")]
    [InlineData("2026-01-02T03:04:05Z", "1969-12-31T23:59:59Z", ManifestRule.Timestamp, "/build/timestamp")]
    [InlineData("2026-01-02T03:04:05Z", "2026-01-02T03:04:05.5Z", ManifestRule.Timestamp, "/build/timestamp")]
    [InlineData("\"size_installed\":12345", "\"size_installed\":1e4", JsonRule.Number, "/size_installed")]
    [InlineData("\"size_installed\":12345", "\"size_installed\":-1", JsonRule.Number, "/size_installed")]
    [InlineData("\"name\":\"nginx\"", "\"name\":\"nginx\",\"name\":\"nginx\"", JsonRule.DuplicateKey, "/name")]
    [InlineData(
        "\"name\":\"nginx\"",
        "\"later\":[{\"k\":{\"a\":1,\"a\":2}}],\"name\":\"nginx\"",
        JsonRule.DuplicateKey,
        "/later/0/k/a"
    )]
    [InlineData("}}\n", "}}", ManifestRule.Newline, "")]
    [InlineData("}}\n", "}}\n\n", ManifestRule.Newline, "")]
    [InlineData("}}\n", "}}\n ", ManifestRule.Newline, "")]
    [InlineData("}}\n", "}}\n{}\n", JsonRule.TrailingData, "")]
    public void Refuses_what_no_consumer_may_take(string good, string bad, string rule, string place)
    {
        Assert.Contains(good, Written, StringComparison.Ordinal);
        var error = Assert.Throws<FormatViolationException>(() => ManifestDocument.Read(Replace(good, bad)));
        Assert.Equal((rule, place), (error.Rule, error.Place));
    }

    [Theory]
    [InlineData("\"schema_version\":1", "\"later\":{\"a\":[1.5,-2.5,null,true]},\"schema_version\":1")]
    [InlineData("\"description\":\"A web server\",", "")]
    [InlineData("\"license\":\"BSD-2-Clause\"", "\"license\":\"whatever \u00e9\"")]
    [InlineData("https://nginx.org/", "")]
    [InlineData("\"optional_dependencies\":[{\"name\":\"geoip\"}],", "")]
    [InlineData("\"side_effects\":[\"man-db\",\"ldconfig\"],", "")]
    [InlineData("\"architecture\":\"x86_64\"", "\"architecture\":\"riscv64\"")]
    [InlineData("\"farm_id\":\"farm-1\"", "\"farm_id\":\"\\u0000 \\ud83d\\ude00 \\u2028\"")]
    [InlineData("{\"name\":\"geoip\"}", "{\"since\":\"x\",\"name\":\"geoip\"}")]
    [InlineData(",\"", " ,\r\n\t\"")]
    public void Accepts_what_the_format_leaves_open(string common, string unusual) =>
        ManifestDocument.Read(Replace(common, unusual));

    [Fact]
    public void A_manifest_by_a_person_may_lack_the_last_newline_and_no_more()
    {
        ManifestDocument.Read(Replace("}}\n", "}}"), ManifestSource.Author);
        Assert.Throws<FormatViolationException>(() =>
            ManifestDocument.Read(Replace("\"conflicts\"", "\"conflict\""), ManifestSource.Author)
        );
    }

    [Fact]
    public void Names_the_character_of_a_description_and_its_position()
    {
        var error = Assert.Throws<FormatViolationException>(() =>
            ManifestDocument.Write(Full with { Description = "A server \u2014 for you" })
        );
        Assert.Contains("'\u2014' (U+2014) at position 10", error.Detail, StringComparison.Ordinal);
        error = Assert.Throws<FormatViolationException>(() =>
            ManifestDocument.Write(Full with { Description = "a\tb" })
        );
        Assert.Contains("U+0009 at position 2", error.Detail, StringComparison.Ordinal);
        ManifestDocument.Write(Full with { Description = " !\"#$%&'()*+,-./0189:;<=>?@AZ[\\]^_`az{|}~" });
    }

    [Fact]
    public void Writing_refuses_what_reading_would()
    {
        AssertRule(ManifestRule.Name, Full with { Name = default });
        AssertRule(ManifestRule.Version, Full with { Version = default });
        AssertRule(ManifestRule.Architecture, Full with { Architecture = default });
        AssertRule(ManifestRule.Architecture, Full with { Architecture = Architecture.Parse("riscv64") });
        AssertRule(ManifestRule.VirtualName, Full with { Dependencies = [default] });
        AssertRule(ManifestRule.RelationOrder, Full with { Dependencies = [.. Full.Dependencies.Reverse()] });
        AssertRule(ManifestRule.RelationDuplicate, Full with { Provides = [Full.Provides[0], Full.Provides[0]] });
        AssertRule(
            ManifestRule.Constraint,
            Full with
            {
                Replaces = [Full.Replaces[0] with { Constraint = default(VersionConstraint) }],
            }
        );
        AssertRule(
            ManifestRule.SideEffectDuplicate,
            Full with
            {
                SideEffects = [SideEffect.Depmod, SideEffect.Depmod],
            }
        );
        AssertRule(ManifestRule.Size, Full with { SizeInstalled = -1 });
        AssertRule(ManifestRule.Homepage, Full with { Homepage = "nginx.org" });
        AssertRule(ManifestRule.SdOverrideOrder, Full with { SdOverrides = [.. Full.SdOverrides.Reverse()] });
        AssertRule(
            ManifestRule.SecurityDescriptor,
            Full with
            {
                SdOverrides = [new SdOverride("etc/x", new byte[20])],
            }
        );
        AssertRule(
            ManifestRule.Path,
            Full with
            {
                SdOverrides = [new SdOverride("/etc/x", SecurityDescriptorTests.Good)],
            }
        );
        AssertRule(JsonRule.LoneSurrogate, Full with { License = "\ud800" });
        AssertRule(JsonRule.Size, Full with { License = new string('x', Limits.ManifestBytes) });
    }

    [Fact]
    public void Array_limits_hold_to_the_entry()
    {
        var many = Enumerable.Range(0, 10_001).Select(i => PackageName.Parse($"p{i:d5}")).ToArray();
        Accepts(Full with { Dependencies = [.. many.Take(10_000).Select(n => new Dependency(n))] });
        Refuses(Full with { Dependencies = [.. many.Select(n => new Dependency(n))] });
        Refuses(Full with { OptionalDependencies = [.. many.Select(n => new Dependency(n))] });
        Refuses(Full with { Conflicts = [.. many.Select(n => new Conflict(n))] });
        Refuses(Full with { Provides = [.. many.Select(n => new Provide(n))] });
        Accepts(Full with { Replaces = [.. many.Take(1000).Select(n => new Replacement(n))] });
        Refuses(Full with { Replaces = [.. many.Take(1001).Select(n => new Replacement(n))] });
        Refuses(Full with { SdOverrides = [.. Enumerable.Repeat(Full.SdOverrides[0], 100_001)] });

        foreach (var (field, limit) in new[] { ("dependencies", 10_000), ("conflicts", 10_000), ("replaces", 1000) })
        {
            var list = string.Join(',', many.Take(limit + 1).Select(name => $"{{\"name\":\"{name}\"}}"));
            var json = new StringBuilder(Written);
            var start = Written.IndexOf($"\"{field}\":[", StringComparison.Ordinal) + field.Length + 4;
            json.Remove(start, Written.IndexOf(']', start) - start).Insert(start, list);
            var error = Assert.Throws<FormatViolationException>(() => ManifestDocument.Read(json.ToString().AsUtf8()));
            Assert.Equal(ManifestRule.ArrayLimit, error.Rule);
        }

        static void Accepts(Manifest manifest) => ManifestDocument.Read(ManifestDocument.Write(manifest));
        static void Refuses(Manifest manifest) => AssertRule(ManifestRule.ArrayLimit, manifest);
    }

    [Fact]
    public void A_security_descriptor_has_at_most_64_KiB()
    {
        byte[] largest = [.. SecurityDescriptorTests.Good, .. new byte[65536 - SecurityDescriptorTests.Good.Length]];
        var manifest = Full with { SdOverrides = [new SdOverride("etc/x", largest)] };
        ManifestDocument.Read(ManifestDocument.Write(manifest));
        AssertRule(
            ManifestRule.SecurityDescriptor,
            Full with
            {
                SdOverrides = [new SdOverride("etc/x", (byte[])[.. largest, 0])],
            }
        );
        var text = UnpaddedBase64.Encode([.. largest, 0]);
        var error = Assert.Throws<FormatViolationException>(() => ManifestDocument.Read(Replace(Descriptor, text)));
        Assert.Equal((ManifestRule.SecurityDescriptor, "/sd_overrides/0/sd"), (error.Rule, error.Place));
    }

    [Fact]
    public void A_document_over_16_MiB_is_refused()
    {
        var padding = new string(' ', Limits.ManifestBytes - Written.Length);
        ManifestDocument.Read((padding + Written).AsUtf8());
        var error = Assert.Throws<FormatViolationException>(() =>
            ManifestDocument.Read((padding + " " + Written).AsUtf8())
        );
        Assert.Equal(JsonRule.Size, error.Rule);
    }

    [Fact]
    public void Any_text_in_the_free_fields_comes_back()
    {
        var random = new Random(11);
        for (var round = 0; round < 500; round++)
        {
            var manifest = Full with
            {
                License = RandomText.Any(random, 50),
                Build = new BuildInfo(
                    Timestamp.FromUnixSeconds(random.NextInt64(Limits.ArchiveTime + 1)),
                    RandomText.Any(random, 50),
                    RandomText.Any(random, 50)
                ),
                SizeInstalled = random.NextInt64(),
            };
            var bytes = ManifestDocument.Write(manifest);
            var read = ManifestDocument.Read(bytes);
            Assert.Equal(
                (manifest.License, manifest.Build, manifest.SizeInstalled),
                (read.License, read.Build, read.SizeInstalled)
            );
            Assert.Equal(bytes, ManifestDocument.Write(read));
        }
    }

    [Fact]
    public void Survives_random_mutations_with_nothing_but_violations()
    {
        var seed = Written.AsUtf8();
        var random = new Random(12);
        for (var round = 0; round < 20_000; round++)
        {
            var mutant = Mutation.Of(seed, random);
            try
            {
                var bytes = ManifestDocument.Write(ManifestDocument.Read(mutant));
                Assert.Equal(bytes, ManifestDocument.Write(ManifestDocument.Read(bytes)));
            }
            catch (FormatViolationException)
            {
                // The only way out for bad content.
            }
        }
    }

    [Fact]
    [Trait("Speed", "slow")]
    public void A_hostile_document_of_the_largest_size_costs_bounded_time_and_memory()
    {
        string[] hostile =
        [
            "{\"x\":[" + string.Join(',', Enumerable.Repeat("[[[[]]]]", 1_800_000)) + "]}",
            "{\"dependencies\":[{\"name\":\"aa\",\"constraint\":\""
                + string.Join(',', Enumerable.Repeat("1", 8_000_000))
                + "\"}]}",
            "{\"description\":\"" + new string('\u00e9', 8_000_000) + "\"}",
            "{\"sd_overrides\":[{\"path\":\"" + new string('/', 16_000_000) + "\",\"sd\":\"\"}]}",
            "{\"name\":\"" + new string('a', 16_000_000) + "\"}",
            "{\"name\":\"" + string.Concat(Enumerable.Repeat("\\u0061", 2_700_000)) + "\"}",
            "{\"size_installed\":" + new string('9', 16_000_000) + "}",
            new string('[', 16_000_000),
            new string('\n', 16_000_000) + "x",
        ];
        foreach (var json in hostile)
        {
            var bytes = json.AsUtf8();
            var watch = System.Diagnostics.Stopwatch.StartNew();
            var before = GC.GetAllocatedBytesForCurrentThread();
            Assert.Throws<FormatViolationException>(() => ManifestDocument.Read(bytes));
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(30), $"{json[..30]} took {watch.Elapsed}");
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(allocated < 200_000_000, $"{json[..30]} allocated {allocated}");
        }
    }

    private static byte[] Replace(string good, string bad) =>
        Written.Replace(good, bad, StringComparison.Ordinal).AsUtf8();

    private static void AssertRule(string rule, Manifest manifest) =>
        Assert.Equal(rule, Assert.Throws<FormatViolationException>(() => ManifestDocument.Write(manifest)).Rule);
}
