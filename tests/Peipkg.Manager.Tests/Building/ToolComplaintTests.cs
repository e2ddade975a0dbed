using Peipkg.Manager.Building;

namespace Peipkg.Manager.Tests.Building;

public class ToolComplaintTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("make: *** [all] Error 2\n", "")]
    [InlineData(
        "cc -c a.c\ncp: no such file\npeipkg-build: error: the build script b.sh exited with status 1; no package was made\nThe first error in its output, 50 lines before the end:\n  | a.c:1:1: error: x\n",
        "the build script b.sh exited with status 1; no package was made; The first error in its output, 50 lines before the end; | a.c:1:1: error: x; its last line: cp: no such file"
    )]
    [InlineData(
        "x\npeipkg-build: error: package a: one [rule]\n    Do this.\npeipkg-build: error: nothing was made",
        "package a: one [rule]; Do this; nothing was made"
    )]
    public void What_the_tool_complains_of_is_found_behind_what_the_script_said(string words, string complaint) =>
        Assert.Equal(complaint, ToolComplaint.In(words));

    [Theory]
    [InlineData("peipkg-build: error: --sandbox: /usr/bin/bwrap cannot make a sandbox here: bwrap: no", true)]
    [InlineData("peipkg-build: error: the build script b.sh exited with status 1; no package was made", false)]
    [InlineData("", false)]
    public void A_machine_that_makes_no_sandbox_is_told_from_a_recipe_that_fails(string words, bool isSandbox) =>
        Assert.Equal(isSandbox, ToolComplaint.IsOfSandbox(ToolComplaint.In(words)));

    [Fact]
    public void A_long_complaint_is_cut() =>
        Assert.Equal(501, ToolComplaint.In("peipkg-build: error: " + new string('x', 10_000)).Length);
}
