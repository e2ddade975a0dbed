namespace Peipkg.Build.Tests.Sandboxing;

/// <summary>A test of networks of their own, which this machine must be able to make; elsewhere it is skipped.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class TunnelFactAttribute : FactAttribute
{
    internal const string Reason = "neither pasta nor slirp4netns is installed, or /dev/net/tun cannot be opened";

    public TunnelFactAttribute()
    {
        if (!IsPossible)
        {
            Skip = Reason;
        }
    }

    internal static bool IsPossible { get; } =
        (File.Exists("/usr/bin/pasta") || File.Exists("/usr/bin/slirp4netns")) && CanOpenTunnel();

    private static bool CanOpenTunnel()
    {
        try
        {
            using FileStream tunnel = new("/dev/net/tun", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, 0);
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
