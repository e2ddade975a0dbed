namespace Peipkg.Format.Cryptography;

/// <summary>A key file does not hold a usable Ed25519 key; the message names the file and says what to do.</summary>
/// <param name="message">The whole sentence for people.</param>
public sealed class KeyFileException(string message) : Exception(message);
