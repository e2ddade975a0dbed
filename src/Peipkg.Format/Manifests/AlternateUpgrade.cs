using System.Text;

namespace Peipkg.Format.Manifests;

/// <summary>
/// Says that a package is upgraded by other means than an installer's ordinary ones (PSPU 5.18). It grants nothing:
/// installers refuse or hold back the package and show the message.
/// </summary>
/// <param name="Message">What the user is to do: 1 to 1024 bytes of UTF-8, no control characters but newlines.</param>
public sealed record AlternateUpgrade(string Message)
{
    /// <summary>Says what is wrong with the message, or returns null.</summary>
    public string? Fault =>
        Message.Length == 0 ? "it is empty"
        : Encoding.UTF8.GetByteCount(Message) > Limits.AlternateUpgradeBytes
            ? $"it is longer than {Limits.AlternateUpgradeBytes} bytes"
        : Message.Any(character => char.IsControl(character) && character != '\n')
            ? "it has a control character other than the newline"
        : null;
}
