namespace Peipkg.Manager.Configuration;

/// <summary>The configuration that the farm runs with; what can be reloaded of it is replaced whole.</summary>
internal sealed class ConfigHolder(ManagerConfig config)
{
    private volatile ManagerConfig _current = config;

    public ManagerConfig Current
    {
        get => _current;
        set => _current = value;
    }
}
