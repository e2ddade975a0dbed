using System.Diagnostics;
using System.Globalization;
using System.Net;
using Peipkg.Manager.Tests.EndToEnd;

namespace Peipkg.Manager.Tests.Syncing;

/// <summary>A real S3 API server on loopback (tests/S3/server.mjs) that reads a bare "+" as a space and can misbehave.</summary>
internal sealed class S3Server : IDisposable
{
    private readonly Process _process;
    private readonly HttpClient _client = new();
    private readonly int _port;

    public S3Server(string directory)
    {
        string root = Tools.Root;
        string modules = Environment.GetEnvironmentVariable("PEIPKG_S3") ?? Path.Combine(root, "artifacts", "s3");
        Assert.True(
            Directory.Exists(Path.Combine(modules, "node_modules")),
            $"{modules} is not there; tests/run.sh installs it"
        );
        ProcessStartInfo start = new("node", [Path.Combine(root, "tests", "S3", "server.mjs"), directory, "pkgs"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.Environment["PEIPKG_S3"] = modules;
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
