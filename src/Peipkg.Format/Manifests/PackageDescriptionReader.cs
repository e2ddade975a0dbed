using Peipkg.Format.Editions;
using Peipkg.Format.Identity;
using Peipkg.Format.Json;
using Peipkg.Format.Layout;
using Peipkg.Format.Text;

namespace Peipkg.Format.Manifests;

/// <summary>Collects the fields that manifests and index entries share while an object is read.</summary>
/// <param name="values">Checks each distinct text of the document once.</param>
internal struct PackageDescriptionReader(RelationReader values)
{
    private PackageName? _name;
    private PackageVersion? _version;
    private Architecture? _architecture;
    private IReadOnlyList<Dependency>? _dependencies;
    private IReadOnlyList<Conflict>? _conflicts;
    private long? _sizeInstalled;

    internal string Description { get; private set; } = "";

    internal string License { get; private set; } = "";

    internal LicenseClass LicenseClass { get; private set; }

    internal string Homepage { get; private set; } = "";

    internal RootName? DefaultRoot { get; private set; }

    internal AlternateUpgrade? AlternateUpgrade { get; private set; }

    internal IReadOnlyList<Dependency> OptionalDependencies { get; private set; } = [];

    internal IReadOnlyList<Provide> Provides { get; private set; } = [];

    internal IReadOnlyList<Replacement> Replaces { get; private set; } = [];

    internal IReadOnlyList<SideEffect> SideEffects { get; private set; } = [];

    /// <summary>Reads the current member if it is one of the shared fields.</summary>
    internal bool TryRead(ref StrictJsonReader reader)
    {
        switch (reader.Name)
        {
            case var key when key.SequenceEqual("name"u8):
                _name = reader.ReadInterned(values.Names);
                return true;
            case var key when key.SequenceEqual("version"u8):
                _version = reader.ReadInterned(values.Versions);
                return true;
            case var key when key.SequenceEqual("architecture"u8):
                _architecture = reader.ReadInterned(values.Architectures);
                return true;
            case var key when key.SequenceEqual("description"u8):
                Description = reader.ReadInterned(values.Descriptions);
                return true;
            case var key when key.SequenceEqual("license"u8):
                License = reader.ReadInterned(values.Licenses);
                return true;
            case var key when key.SequenceEqual("homepage"u8):
                Homepage = reader.ReadInterned(values.Homepages);
                return true;
            case var key when key.SequenceEqual("dependencies"u8):
                _dependencies = values.ReadDependencies(ref reader, Limits.Dependencies);
                return true;
            case var key when key.SequenceEqual("optional_dependencies"u8):
                OptionalDependencies = values.ReadDependencies(ref reader, Limits.OptionalDependencies);
                return true;
            case var key when key.SequenceEqual("conflicts"u8):
                _conflicts = values.ReadConflicts(ref reader, Limits.Conflicts);
                return true;
            case var key when key.SequenceEqual("provides"u8):
                Provides = values.ReadProvides(ref reader, Limits.Provides);
                return true;
            case var key when key.SequenceEqual("replaces"u8):
                Replaces = values.ReadReplaces(ref reader, Limits.Replaces);
                return true;
            case var key when key.SequenceEqual("side_effects"u8):
                SideEffects = values.ReadSideEffects(ref reader);
                return true;
            case var key when key.SequenceEqual("size_installed"u8):
                _sizeInstalled = reader.ReadSize();
                return true;
            default:
                return TryReadOfEdition(ref reader);
        }
    }

    private bool TryReadOfEdition(ref StrictJsonReader reader)
    {
        MemberReading members = values.Members;
        if (members.Is(reader, "license_class"u8, ManifestMembers.LicenseClass))
        {
            LicenseClass = ReadLicenseClass(ref reader);
        }
        else if (members.Is(reader, "default_root"u8, ManifestMembers.DefaultRoot))
        {
            DefaultRoot = RootName.TryParse(reader.ReadString(), out RootName root, out string? error)
                ? root
                : throw reader.Violation(ManifestRule.Root, error);
        }
        else if (members.Is(reader, "alternate_upgrade"u8, ManifestMembers.AlternateUpgrade))
        {
            AlternateUpgrade = ReadAlternateUpgrade(ref reader, members);
        }
        else
        {
            return false;
        }

        return true;
    }

    private static LicenseClass ReadLicenseClass(ref StrictJsonReader reader)
    {
        string text = reader.ReadString();
        return LicenseClasses.TryParse(text, out LicenseClass value)
            ? value
            : throw reader.Violation(
                ManifestRule.LicenseClass,
                $"{DisplayText.Quote(text)} is not a licence class{NearestName.Suggestion(text, LicenseClasses.Known)}; "
                    + $"there are {string.Join(", ", LicenseClasses.Known)}"
            );
    }

    private static AlternateUpgrade ReadAlternateUpgrade(ref StrictJsonReader reader, MemberReading members)
    {
        string? message = null;
        reader.BeginObject();
        while (reader.NextMember())
        {
            if (reader.NameIs("message"u8))
            {
                message = reader.ReadString();
            }
            else
            {
                members.Skip(ref reader, MemberHolder.AlternateUpgrade);
            }
        }

        return new AlternateUpgrade(message ?? throw reader.Missing("message"));
    }

    internal readonly PackageName Name(in StrictJsonReader reader) => _name ?? throw reader.Missing("name");

    internal readonly PackageVersion Version(in StrictJsonReader reader) => _version ?? throw reader.Missing("version");

    internal readonly Architecture Architecture(in StrictJsonReader reader) =>
        _architecture ?? throw reader.Missing("architecture");

    internal readonly IReadOnlyList<Dependency> Dependencies(in StrictJsonReader reader) =>
        _dependencies ?? throw reader.Missing("dependencies");

    internal readonly IReadOnlyList<Conflict> Conflicts(in StrictJsonReader reader) =>
        _conflicts ?? throw reader.Missing("conflicts");

    internal readonly long SizeInstalled(in StrictJsonReader reader) =>
        _sizeInstalled ?? throw reader.Missing("size_installed");
}
