using System.Text;
using Peipkg.Format.Archive;
using Peipkg.Format.Editions;
using Peipkg.Format.Packages;

namespace Peipkg.Format.Tests.Packages;

/// <summary>Which forms of headers each edition writes, takes, and takes only when told to.</summary>
public sealed class HeaderFormTests
{
    private const long Time = 1777636800;
    private const string ShortName = "usr/share/sample/\u00e9";

    private static readonly string LongDirectory = "usr/share/sample/" + new string('d', 110);
    private static readonly string LongForeign = "usr/share/sample/\u00e9" + new string('n', 120);
    private static readonly string LongLink = "usr/share/sample/" + new string('l', 110);

    /// <summary>How to write a package whose headers have a form, and no other that either edition refuses.</summary>
    private static readonly Dictionary<HeaderForm, Func<byte[]>> Packages = new()
    {
        [HeaderForm.PrefixField] = () => Written(Edition.Psd009, LongPath),
        [HeaderForm.RecordForPrefix] = () => Written(Edition.Pspu5, LongPath),
        [HeaderForm.LinkRecordFirst] = () => Written(Edition.Psd009, Link),
        [HeaderForm.PathRecordFirst] = () => Written(Edition.Pspu5, Link),
        [HeaderForm.ShortRecord] = () => Changed(Samples.Text(ShortName, ""), ShortRecord),
        [HeaderForm.NamedInside] = () => Written(Edition.Psd009, PayloadSource.Directory(LongDirectory)),
        [HeaderForm.NamedBeside] = () => Written(Edition.Pspu5, PayloadSource.Directory(LongDirectory)),
        [HeaderForm.NulType] = () => Changed(Samples.Text("usr/share/a", ""), entry => entry.With(156, [0])),
        [HeaderForm.NulDevices] = () =>
            Changed(Samples.Text("usr/share/a", ""), entry => entry.With(329, new byte[16])),
        [HeaderForm.ExtendedFields] = () =>
            Changed(Samples.Text(LongForeign, ""), entry => WithPax(entry, pax => pax.With(100, "0000644"u8))),
        [HeaderForm.OtherStandIn] = () =>
            Changed(Samples.Text(LongForeign, ""), entry => entry.With(0, "anything\0"u8)),
    };

    public static TheoryData<HeaderForm> Forms => [.. Packages.Keys];

    // A name that ustar can split, and a link of which nothing else is long.
    private static PayloadSource LongPath => Samples.Text($"usr/share/{new string('a', 60)}/{new string('b', 60)}", "");

    private static PayloadSource Link => PayloadSource.Symlink(LongLink, new string('t', 120));

    [Theory]
    [MemberData(nameof(Forms))]
    public void Each_edition_takes_its_own_forms_and_the_habits_it_lists(HeaderForm form)
    {
        byte[] package = Packages[form]();
        foreach (Edition edition in Edition.All)
        {
            var options = new PackageVerifyOptions { Edition = edition };
            if (edition.Headers.Takes(form, allowReference: false))
            {
                VerifiedPackage verified = Samples.Verify(package, options);
                Assert.Contains(verified.HeaderForms, met => met.Form == form);
                Assert.Equal(
                    !edition.Headers.Written.Contains(form),
                    PackageJudgement
                        .Read(verified, edition)
                        .Any(problem =>
                            problem.Rule == PackageJudgement.HabitRule
                            && problem.Message.Contains(form.Name(), StringComparison.Ordinal)
                        )
                );
            }
            else
            {
                FormatViolationException refused = Samples.Refused(package, options);
                Assert.Contains(form.Name(), refused.Message, StringComparison.Ordinal);
                Assert.Contains($"edition {edition.Name} forbids", refused.Message, StringComparison.Ordinal);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void Reference_headers_are_taken_when_allowed_and_then_named(HeaderForm form)
    {
        byte[] package = Packages[form]();
        var options = new PackageVerifyOptions { Edition = Edition.Pspu5, AllowReferenceHeaders = true };

        VerifiedPackage verified = Samples.Verify(package, options);

        Assert.Equal(
            !Edition.Pspu5.Headers.Written.Contains(form),
            PackageJudgement
                .Publish(verified, Edition.Pspu5, new PublishPermissions { ReferenceHeaders = true })
                .Any(problem => problem.Rule == PackageJudgement.HabitRule)
        );
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void A_reader_of_any_edition_says_which_ones_take_a_form(HeaderForm form)
    {
        VerifiedPackage verified = Samples.Verify(Packages[form](), new PackageVerifyOptions { Edition = null });

        Assert.All(
            PackageJudgement.EditionsOf(verified),
            verdict => Assert.Equal(verdict.Edition.Headers.Takes(form, false), verdict.IsSatisfied)
        );
    }

    [Fact]
    public void Forms_have_names_of_their_own()
    {
        HeaderForm[] forms = Enum.GetValues<HeaderForm>();
        Assert.Equal(forms.Length, forms.Select(form => form.Name()).Distinct().Count());
        Assert.Equal(forms.Length, forms.Select(form => form.Describe()).Distinct().Count());
        Assert.Equal(forms.Order(), Packages.Keys.Order());
    }

    [Fact]
    public void A_prefix_and_a_record_together_are_no_form()
    {
        byte[] package = Changed(Samples.Text(LongForeign, ""), entry => entry.With(345, "usr"u8));

        Assert.All(
            Edition.All,
            edition => Assert.Equal("tar-header", Samples.Refused(package, new() { Edition = edition }).Rule)
        );
    }

    [Fact]
    public void The_magic_of_an_extended_header_is_not_free()
    {
        byte[] package = Changed(
            Samples.Text(LongForeign, ""),
            entry => WithPax(entry, pax => pax.With(257, "ustar  "u8))
        );

        Assert.Equal("pax-header", Samples.Refused(package, new() { Edition = Edition.Pspu5 }).Rule);
    }

    private static byte[] Written(Edition edition, PayloadSource source) => Samples.Write([source], edition: edition);

    private static byte[] Changed(PayloadSource source, Func<RawEntry, RawEntry> change)
    {
        var raw = RawPackage.Parse(Samples.Write([source], edition: Edition.Psd009));
        int last = raw.Entries.Count - 1;
        raw.Entries[last] = change(raw.Entries[last]);
        return raw.ToPackage();
    }

    private static RawEntry WithPax(RawEntry entry, Func<RawEntry, RawEntry> change) =>
        entry with
        {
            Pax = [.. change(new RawEntry([], entry.Pax[..512], [])).Header, .. entry.Pax[512..]],
        };

    // As reference packers write it: the record, and a name field without what is not ASCII.
    private static RawEntry ShortRecord(RawEntry entry)
    {
        byte[] name = Encoding.UTF8.GetBytes(ShortName);
        RawEntry named = RawEntry.Create(LongForeign, '0', time: Time);
        byte[] record = PaxRecords.Format(name, [], RecordsNeeded.Path, Edition.Psd009.Headers);
        byte[] records = new byte[512];
        record.CopyTo(records, 0);
        byte[] own = PaxRecords.HeaderName(name, inside: true);
        byte[] padded = new byte[100];
        own.CopyTo(padded, 0);
        RawEntry pax = new RawEntry([], named.Pax[..512], [])
            .With(0, padded)
            .With(124, Encoding.ASCII.GetBytes(Convert.ToString(record.Length, 8).PadLeft(11, '0')));
        byte[] standIn = new byte[100];
        name.Where(b => b < 0x80).ToArray().CopyTo(standIn, 0);
        return entry.With(0, standIn) with { Pax = [.. pax.Header, .. records] };
    }
}
