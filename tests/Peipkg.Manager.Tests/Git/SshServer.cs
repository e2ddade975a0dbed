using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Peipkg.Manager.Tests.EndToEnd;

namespace Peipkg.Manager.Tests.Git;

/// <summary>A real sshd on loopback that lets the current user in with a key of its own.</summary>
internal sealed class SshServer : IDisposable
{
    private readonly Process _process;
    private readonly string _directory;
    private bool _stopped;

    /// <summary>Starts it.</summary>
    /// <param name="directory">For its keys.</param>
    /// <param name="authorizedKeys">Where the users it lets in can read the key; null for this user only.</param>
    public SshServer(string directory, string? authorizedKeys = null)
    {
        _directory = directory;
        Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        foreach (string key in (string[])["host", "user"])
        {
            TestFarm.RunTool(
                "/usr/bin/ssh-keygen",
                "-q",
                "-t",
                "ed25519",
                "-N",
                "",
                "-f",
                Path.Combine(directory, key)
            );
        }

        if (authorizedKeys is not null)
        {
            File.Copy(Path.Combine(directory, "user.pub"), authorizedKeys);
        }

        using (TcpListener probe = new(IPAddress.Loopback, 0))
        {
            probe.Start();
            Port = ((IPEndPoint)probe.LocalEndpoint).Port;
        }

        if (Environment.UserName == "root")
        {
            // sshd insists on its privilege separation directory.
            Directory.CreateDirectory("/run/sshd");
        }

        string configuration = Path.Combine(directory, "sshd_config");
        File.WriteAllText(
            configuration,
            $"""
            Port {Port}
            ListenAddress 127.0.0.1
            HostKey {directory}/host
            AuthorizedKeysFile {authorizedKeys ?? directory + "/user.pub"}
            AcceptEnv TMPDIR
            PidFile none
            UsePAM no
            MaxStartups 200
            StrictModes no
            PasswordAuthentication no
            PermitRootLogin yes

            """
        );
        // To a file: a pipe that nobody empties stops the server after some dozen connections.
        _process = Process.Start("/usr/sbin/sshd", ["-D", "-E", Path.Combine(directory, "log"), "-f", configuration]);
        for (int i = 0; i < 100; i++)
        {
            try
            {
                using TcpClient client = new();
                client.Connect(IPAddress.Loopback, Port);
                return;
            }
            catch (SocketException)
            {
                Thread.Sleep(50);
            }
        }

        throw new InvalidOperationException("sshd did not start");
    }

    public int Port { get; }

    /// <summary>For GIT_SSH_COMMAND.</summary>
    public string Command =>
        $"ssh -i {_directory}/user -o StrictHostKeyChecking=no -o UserKnownHostsFile={_directory}/known -o BatchMode=yes -F none";

    /// <summary>For RSYNC_RSH.</summary>
    public string RsyncCommand => $"{Command} -p {Port}";

    /// <summary>For rsync.</summary>
    public static string RsyncPath(string path) => $"{Environment.UserName}@127.0.0.1:{path}";

    public string Url(string path) =>
        $"ssh://{Environment.UserName}@127.0.0.1:{Port}{path.Replace(" ", "%20", StringComparison.Ordinal)}";

    public void Dispose()
    {
        if (!_stopped)
        {
            _stopped = true;
            _process.Kill(entireProcessTree: true);
            _process.Dispose();
        }
    }
}
