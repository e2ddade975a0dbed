using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Peipkg.Build.Sandboxing;
using Peipkg.Build.Tests.Support;

namespace Peipkg.Build.Tests.Sandboxing;

public sealed partial class RefusedCallsTests
{
    private static IReadOnlyList<RefusedCall> All { get; } =
    [
        .. RefusedCalls.NotPermitted,
        .. RefusedCalls.ByNamespaceFlags.Select(judged => judged.Call),
        RefusedCalls.Clone3,
        RefusedCalls.DeviceControl,
        .. RefusedCalls.ByFamily,
        RefusedCalls.SocketCall,
    ];

    [Theory]
    [InlineData("/usr/include/x86_64-linux-gnu/asm/unistd_64.h", "x64")]
    [InlineData("/usr/include/x86_64-linux-gnu/asm/unistd_32.h", "x86")]
    [InlineData("/usr/include/asm-generic/unistd.h", "arm64")]
    public void Numbers_are_those_of_the_kernels_headers(string header, string architecture)
    {
        if (!File.Exists(header))
        {
            return;
        }

        Dictionary<string, int> known = [];
        foreach (string line in File.ReadLines(header))
        {
            if (Definition().Match(line) is { Success: true } match)
            {
                known.TryAdd(match.Groups[1].Value, int.Parse(match.Groups[2].ValueSpan, CultureInfo.InvariantCulture));
            }
        }

        Assert.True(known.Count > 250);
        foreach (RefusedCall call in All)
        {
            int number =
                architecture == "x64" ? call.X64
                : architecture == "x86" ? call.X86
                : call.Arm64;

            // Headers may be older than a call, and then name nothing of this number.
            if (number >= 0 && known.TryGetValue(call.Name, out int there))
            {
                Assert.True(there == number, $"{call.Name} is {there} on {architecture}, not {number}");
            }
            else if (number >= 0)
            {
                Assert.True(
                    number > known.Values.Max() || IsRetired(call.Name),
                    $"{call.Name} is unknown on {architecture}"
                );
            }
            else if (call.Name != "clock_settime64")
            {
                // That one is listed for 32 bits in the header that serves both.
                Assert.False(known.ContainsKey(call.Name), $"{call.Name} exists on {architecture}");
            }
        }
    }

    [Theory]
    [InlineData(Architecture.X64)]
    [InlineData(Architecture.Arm64)]
    public void The_kernel_takes_programs_of_this_size(Architecture architecture)
    {
        byte[] program = SystemCallFilter.Program(architecture);
        Assert.Equal(0, program.Length % 8);
        Assert.InRange(program.Length / 8, 50, 4096);
    }

    [Fact]
    public void The_page_about_the_sandbox_lists_them()
    {
        string page = File.ReadAllText(Path.Combine(SourceTree.Root, "docs/sandbox.md"));
        foreach (RefusedCall call in All)
        {
            Assert.Contains($"`{call.Name}`", page, StringComparison.Ordinal);
        }
    }

    private static bool IsRetired(string name) => name is "lookup_dcookie" or "nfsservctl";

    [GeneratedRegex("^#define __NR(?:3264)?_([a-z0-9_]+)\\s+([0-9]+)")]
    private static partial Regex Definition();
}
