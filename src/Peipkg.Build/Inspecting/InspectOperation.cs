using Peipkg.CommandLine;
using Peipkg.Format;
using Peipkg.Format.Packages;

namespace Peipkg.Build.Inspecting;

/// <summary>Shows what a package holds, after it was read whole and found well-formed.</summary>
internal static class InspectOperation
{
    internal static int Run(string file, bool json, ToolContext context)
    {
        try
        {
            VerifiedPackage package = PackageFile.Verify(file, new PackageVerifyOptions(), context);
            context.Output.Write(json ? PackageJson.Write(file, package) : PackageText.Write(package));
            return ExitCode.Success;
        }
        catch (FormatViolationException exception)
        {
            throw new UserErrorException($"{file}: {exception.Message}", exception);
        }
    }
}
