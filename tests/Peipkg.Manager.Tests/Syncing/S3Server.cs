using System.Diagnostics;
using System.Globalization;
using System.Net;
using Peipkg.Manager.Tests.EndToEnd;

namespace Peipkg.Manager.Tests.Syncing;

/// <summary>A real S3 API server on loopback (tests/Scenarios/S3/server.mjs) that reads a bare "+" as a space and can misbehave.</summary>
internal sealed class S3Server : IDisposable
{
    private readonly Process _process;
    private readonly HttpClient _client = new();
    private readonly int _port;

    public S3Server(string directory)
    {
        string rig = Path.Combine(Tools.Root, "tests", "Scenarios", "S3");
        Assert.True(
            Directory.Exists(Path.Combine(rig, "node_modules")),
            $"the server is not installed; run: npm ci --prefix {rig}"
        );
        ProcessStartInfo start = new("node", [Path.Combine(rig, "server.mjs"), directory, "pkgs"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        _process = Process.Start(start)!;
        _port = int.Parse(_process.StandardOutput.ReadLine()!, CultureInfo.InvariantCulture);
    }

    /// <summary>The bucket, as a browser or a consumer reaches it.</summary>
    public string Url => $"http://127.0.0.1:{_port}/pkgs";

    /// <summary>The bucket for rclone, credentials included.</summary>
    public string Remote =>
        $":s3,provider=Other,endpoint=\"http://127.0.0.1:{_port}\",access_key_id=S3RVER,secret_access_key=S3RVER,force_path_style=true:pkgs";

    /// <summary>Has it misbehave, see the script.</summary>
    public void Set(string mode)
    {
        using HttpResponseMessage answer = _client
            .PostAsync(new Uri($"http://127.0.0.1:{_port}/-/{mode}"), null)
            .GetAwaiter()
            .GetResult();
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(5000))
        {
            _process.Kill();
        }

        _process.Dispose();
        _client.Dispose();
    }
}
