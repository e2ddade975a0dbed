namespace Peipkg.Recipes.Upstreams;

/// <summary>How a repository is reached. There are no others: <c>ext::</c> and its kind run commands.</summary>
public enum GitTransport
{
    /// <summary>A directory of this machine.</summary>
    File,

    /// <summary>git's own protocol, which proves nobody's identity.</summary>
    Git,

    /// <summary>http.</summary>
    Http,

    /// <summary>https.</summary>
    Https,

    /// <summary>ssh, written as a URL or as <c>user@host:path</c>.</summary>
    Ssh,
}
