namespace Peipkg.Manager.Upstreams;

/// <summary>How an upstream is reached. There are no others: <c>ext::</c> and its kind run commands.</summary>
internal enum UpstreamTransport
{
    File,
    Git,
    Http,
    Https,
    Ssh,
}
