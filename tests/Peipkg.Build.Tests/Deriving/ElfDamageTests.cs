using System.Buffers.Binary;
using Peipkg.Build.Elf;
using Peipkg.Recipes;

namespace Peipkg.Build.Tests.Deriving;

/// <summary>ELF files that lie: they are refused with a sentence, or what is damaged does not matter; nothing else happens.</summary>
public sealed class ElfDamageTests
{
    private static readonly Derivation Selected = Derivation.Full with
    {
        NodeSonames = new HashSet<string> { "libver.so.1" },
    };

    private static byte[] Program =>
        new ElfSample { Needed = ["libver.so.1"], Needs = [("libver.so.1", [("VER_1", 0), ("VER_2", 0)])] }.Build();

    [Theory]
    [InlineData("programs are cut off", "its program headers lie outside of the file")]
    [InlineData("program headers of another size", "its program headers have 57 bytes each")]
    [InlineData("dynamic section outside", "its dynamic section does not lie in what the loader maps")]
    [InlineData("name outside", "a name in its dynamic section lies outside of its string table")]
    [InlineData("no strings", "a name in its dynamic section lies outside of its string table")]
    public void A_file_that_no_loader_takes_is_refused(string damage, string message)
    {
        byte[] file = Program;
        switch (damage)
        {
            case "programs are cut off":
                file = file[..100];
                break;
            case "program headers of another size":
                file[54]++;
                break;
            case "dynamic section outside":
                file[64 + 56 + 16 + 3] = 0x7f;
                break;
            case "name outside":
                Change(file, tag: 1, value: 0xffff);
                break;
            default:
                Change(file, tag: 5, value: 1);
                break;
        }

        DerivedPackage package = new DerivedPackage().Add("usr/bin/p", file);
        Assert.Contains("! damaged-elf", package.Derive());
        Assert.Contains(
            package.Messages,
            line =>
                line.StartsWith(
                    $"package demo: \"usr/bin/p\" is an ELF file that no loader takes: {message}",
                    StringComparison.Ordinal
                )
        );
    }

    [Theory]
    [InlineData(0x6ffffffeul, 1ul, "has version needs outside of what the loader maps")]
    [InlineData(0x6ffffffful, 2ul, "has another number of version needs than its dynamic section says")]
    public void A_damaged_table_of_versions_is_refused_where_it_counts(ulong tag, ulong value, string message)
    {
        byte[] file = Program;
        Change(file, tag, value);
        Assert.Equal(
            [$"package demo: \"usr/bin/p\" {message}, so its symbol versions cannot be told"],
            new DerivedPackage { Choice = Selected }
                .Add("usr/bin/p", file)
                .Messages
        );
        Assert.Equal(["- libver.so.1"], new DerivedPackage().Add("usr/bin/p", file).Derive());
        Assert.Contains(
            "! damaged-elf",
            new DerivedPackage
            {
                Choice = new()
                {
                    Sonames = true,
                    SymbolPolicy = new Dictionary<string, string> { ["libver.so.1"] = "VER_" },
                },
            }
                .Add("usr/bin/p", file)
                .Derive()
        );
    }

    [Theory]
    [InlineData(0, 9, "has version needs in a form that is not known")]
    [InlineData(2, 0, "has version needs without a name")]
    [InlineData(2, 3, "has version needs with another number of names than they say")]
    [InlineData(2, 1, "has version needs with another number of names than they say")]
    [InlineData(4, 0xfff0, "has version needs without a name")]
    [InlineData(8, 0xfff0, "has version needs without a name")]
    [InlineData(12, 3, "has version needs that run into each other")]
    [InlineData(12, 0xfff0, "has version needs outside of what the loader maps")]
    [InlineData(16 + 8, 0xfff0, "has version needs without a name")]
    [InlineData(16 + 12, 4, "has version needs with another number of names than they say")]
    public void A_chain_of_version_needs_must_hold(int field, int value, string message)
    {
        byte[] file = Program;
        ElfImage whole = Read(file);
        Assert.Null(whole.VersionNeeds.Fault);

        // The table is the first thing after the headers.
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(64 + (2 * 56) + field), (ushort)value);
        Assert.Equal(message, Read(file).VersionNeeds.Fault);
    }

    [Fact]
    public void A_chain_of_version_definitions_must_hold()
    {
        byte[] Library(int overcount = 0) =>
            new ElfSample
            {
                Soname = "libver.so.1",
                Definitions = [("libver.so.1", 1), ("A", 0)],
                Overcount = overcount,
            }.Build();
        Assert.Null(Read(Library()).Definitions.Fault);
        Assert.Equal(
            "has another number of version definitions than its dynamic section says",
            Read(Library(overcount: 1)).Definitions.Fault
        );
        byte[] file = Library();
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(64 + (2 * 56) + 16), 0xffff_fff0);
        Assert.Equal("has version definitions outside of what the loader maps", Read(file).Definitions.Fault);
        Assert.Equal(
            ["+ libver.so.1", "! damaged-elf"],
            new DerivedPackage { Choice = Selected }
                .Add("usr/lib/x86_64-linux-peios/libver.so.1", file)
                .Derive()
        );

        // Of a library whose versions do not count nobody asks.
        Assert.Equal(
            ["+ libver.so.1"],
            new DerivedPackage().Add("usr/lib/x86_64-linux-peios/libver.so.1", file).Derive()
        );
    }

    [Fact]
    public void Section_headers_and_tables_of_symbols_do_not_matter()
    {
        byte[] file = new ElfSample
        {
            Needed = ["libver.so.1"],

            // DT_HASH, DT_GNU_HASH and DT_SYMTAB, all of them nowhere.
            More = [(4, 0xdead_beef), (0x6ffffef5, 1), (6, ulong.MaxValue)],
        }.Build();
        BinaryPrimitives.WriteUInt64LittleEndian(file.AsSpan(40), ulong.MaxValue);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(60), ushort.MaxValue);
        Assert.Equal(["- libver.so.1"], new DerivedPackage().Add("usr/bin/p", file).Derive());
    }

    [Fact]
    public void Object_files_and_files_that_only_begin_like_ELF_files_say_nothing()
    {
        byte[] relocatable = new ElfSample { Type = 1, Needed = ["liba.so.1"] }.Build();
        byte[] nonsense = Program;
        nonsense[4] = 3;
        Assert.Empty(
            new DerivedPackage()
                .Add("usr/share/a", relocatable)
                .Add("usr/share/b", nonsense)
                .Add("usr/share/c", Program[..51])
                .Add("usr/share/d", "\u007fELF")
                .Derive()
        );
    }

    [Fact]
    public void No_damage_makes_reading_fail_or_run_away()
    {
        Random random = new(20261130);
        byte[] original = new ElfSample
        {
            Soname = "libver.so.1",
            Needed = ["libver.so.1", "libc.so.6"],
            Definitions = [("libver.so.1", 1), ("A", 0), ("B", 0)],
            Needs = [("libver.so.1", [("VER_1", 0), ("VER_2", 0)]), ("libc.so.6", [("C", 0)])],
        }.Build();
        for (int i = 0; i < 50_000; i++)
        {
            byte[] file = original
                .AsSpan(0, random.Next(8) == 0 ? random.Next(original.Length) : original.Length)
                .ToArray();
            for (int edits = random.Next(1, 8); edits > 0 && file.Length > 0; edits--)
            {
                file[random.Next(file.Length)] = random.Next(3) == 0 ? (byte)0xff : (byte)random.Next(256);
            }

            using MemoryStream stream = new(file, writable: false);
            _ = ElfReader.Read(stream);
        }
    }

    private static ElfImage Read(byte[] file)
    {
        using MemoryStream stream = new(file, writable: false);
        return ElfReader.Read(stream)!;
    }

    /// <summary>Gives the first entry of the dynamic section with a tag another value.</summary>
    private static void Change(byte[] file, ulong tag, ulong value)
    {
        long dynamic = BinaryPrimitives.ReadInt64LittleEndian(file.AsSpan(64 + 56 + 8));
        for (int at = (int)dynamic; ; at += 16)
        {
            if (BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(at)) == tag)
            {
                BinaryPrimitives.WriteUInt64LittleEndian(file.AsSpan(at + 8), value);
                return;
            }
        }
    }
}
