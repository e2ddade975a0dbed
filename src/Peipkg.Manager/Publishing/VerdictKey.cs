using Peipkg.Format.Cryptography;
using Peipkg.Manager.Configuration;

namespace Peipkg.Manager.Publishing;

/// <summary>The key that signs the farm's verdicts on its own packages.</summary>
internal static class VerdictKey
{
    /// <summary>Its fingerprint, by which people know the verdicts; null before the first.</summary>
    /// <exception cref="KeyFileException">The file is no key.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static Fingerprint? Read(StateLayout layout)
    {
        if (!File.Exists(layout.VerdictKey))
        {
            return null;
        }

        using SigningKey key = SigningKey.Load(File.ReadAllBytes(layout.VerdictKey), layout.VerdictKey);
        return key.PublicKey.Fingerprint;
    }
}
