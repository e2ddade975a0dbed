using Peipkg.Build.Elf;
using Peipkg.Build.Scanning;
using Peipkg.Build.Tests.Support;

namespace Peipkg.Build.Tests.Elf;

public sealed class ElfReaderTests
{
    [Fact]
    public void What_the_linker_wrote_is_read_back()
    {
        using Workbench bench = new();
        bench.Shell(
            """
            echo 'int f(void) { return 0; }' > f.c
            gcc -shared -fPIC -Wl,-soname,libf.so.1 -o libf.so f.c
            echo 'int f(void); int main(void) { return f(); }' > m.c
            gcc -o m m.c libf.so -Wl,--disable-new-dtags,-rpath,/a:/b/c; gcc -o n m.c libf.so -Wl,--enable-new-dtags,-rpath,'$ORIGIN/x'
            gcc -c m.c; gcc -c f.c; ar rcU old.a m.o f.o; ar rcD new.a m.o f.o
            """
        );
        ElfImage library = Read(bench["libf.so"])!;
        Assert.Equal("libf.so.1", library.Soname);
        Assert.Empty(library.RunPaths);
        ElfImage program = Read(bench["m"])!;
        Assert.Equal(["libf.so.1", "libc.so.6"], program.Needed);
        Assert.Equal(["/a", "/b/c"], program.RunPaths);
        Assert.Equal(["$ORIGIN/x"], Read(bench["n"])!.RunPaths);
        Assert.Equal(bench.Shell("uname -m").Trim(), program.MachineName);
        Assert.Equal(program.MachineName, Read(bench["m.o"])!.MachineName);
        Assert.Null(Read(bench["m.c"]));

        using FileStream old = File.OpenRead(bench["old.a"]);
        using FileStream fresh = File.OpenRead(bench["new.a"]);
        Assert.NotNull(StaticArchive.Read(old).Stamped);
        Assert.Null(StaticArchive.Read(fresh).Stamped);
        Assert.Equal(program.MachineName, StaticArchive.Read(fresh).Image!.MachineName);
    }

    [Fact]
    public void Nonsense_is_taken_for_absent_and_never_throws_or_runs_away()
    {
        using Workbench bench = new();
        bench.Shell("echo 'int main(void) { return 0; }' > m.c; gcc -o m m.c -Wl,-rpath,/a; gcc -c m.c; ar rc a.a m.o");
        Random random = new(20261123);
        foreach (string name in new[] { "m", "a.a" })
        {
            byte[] original = File.ReadAllBytes(bench[name]);
            for (int i = 0; i < 20_000; i++)
            {
                byte[] mutated = original
                    .AsSpan(0, random.Next(4) == 0 ? random.Next(original.Length) : original.Length)
                    .ToArray();
                for (int edits = random.Next(1, 12); edits > 0 && mutated.Length > 0; edits--)
                {
                    // Most of what is read lies in the headers.
                    int at = random.Next(random.Next(3) == 0 ? mutated.Length : Math.Min(mutated.Length, 1024));
                    mutated[at] = random.Next(3) == 0 ? (byte)0xff : (byte)random.Next(256);
                }

                using MemoryStream stream = new(mutated, writable: false);
                _ = name == "m" ? ElfReader.Read(stream) : StaticArchive.Read(stream).Image;
            }
        }
    }

    private static ElfImage? Read(string path)
    {
        using FileStream file = File.OpenRead(path);
        return ElfReader.Read(file);
    }
}
