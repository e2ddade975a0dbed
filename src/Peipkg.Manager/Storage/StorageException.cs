namespace Peipkg.Manager.Storage;

/// <summary>The state database could not be opened, read or written; the message says which file and what to do.</summary>
internal sealed class StorageException(string message, Exception? inner = null) : Exception(message, inner);
