using Peipkg.Format.Cryptography;
using Peipkg.Format.Editions;
using Peipkg.Format.Repositories;
using Peipkg.Manager.Configuration;

namespace Peipkg.Manager.Tests.Configuration;

public sealed class OwnRepositoryTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    private ManagerConfig Config(Edition? edition = null, bool? official = null) =>
        new(
            "farm",
            _directory["recipes"],
            _directory["state"],
            new RepositoryConfig("x", "") { Edition = edition, Official = official },
            _directory["key"],
            [],
            new HttpConfig(null),
            TimeSpan.FromHours(1)
        );

    private void Make(Edition edition, bool official)
    {
        Assert.True(Fingerprint.TryParse(new string('a', 64), out Fingerprint key, out _));
        Descriptor descriptor = new(
            "x",
            "",
            [new DescriptorKey(key, DescriptorKey.ConventionalUrl(key), KeyStatus.Active)],
            IndexPointers.ConventionalActive,
            IndexPointers.ConventionalArchive
        )
        {
            Edition = edition,
            Official = official,
        };
        string repository = new StateLayout(_directory["state"]).Repository;
        Directory.CreateDirectory(repository);
        File.WriteAllBytes(Path.Combine(repository, RepositoryLayout.Descriptor), DescriptorDocument.Write(descriptor));
    }

    [Fact]
    public void Before_there_is_one_the_configuration_says_what_it_will_be()
    {
        Assert.Empty(OwnRepository.Problems(Config(Edition.Pspu5, official: true)));
        Assert.Equal(Edition.Pspu5, OwnRepository.EditionOf(Config(Edition.Pspu5)));
        Assert.Equal(Edition.Default, OwnRepository.EditionOf(Config()));
    }

    [Fact]
    public void One_that_exists_stays_what_it_is()
    {
        Make(Edition.Pspu5, official: true);
        Assert.Equal(Edition.Pspu5, OwnRepository.EditionOf(Config()));
        Assert.Empty(OwnRepository.Problems(Config()));
        Assert.Empty(OwnRepository.Problems(Config(Edition.Pspu5, official: true)));
        Assert.Collection(
            OwnRepository.Problems(Config(Edition.Psd009, official: false)),
            edition => Assert.Contains("is of edition pspu-5, not psd-009", edition, StringComparison.Ordinal),
            official => Assert.Contains("[repo] official", official, StringComparison.Ordinal)
        );
    }

    [Fact]
    public void A_common_repository_never_becomes_the_official_one()
    {
        Make(Edition.Pspu5, official: false);
        Assert.Empty(OwnRepository.Problems(Config(official: false)));
        Assert.Contains(
            "was made without it",
            Assert.Single(OwnRepository.Problems(Config(official: true))),
            StringComparison.Ordinal
        );
    }
}
