namespace Peipkg.Format.Archive;

/// <summary>One entry's header, checked against the only one the format allows for it.</summary>
/// <param name="Name">The wire name, decoded; a directory's ends with a slash.</param>
/// <param name="WireName">The wire name's UTF-8 bytes, by which entries are ordered.</param>
/// <param name="Type">File, directory or symlink.</param>
/// <param name="Size">Content bytes; zero unless a file.</param>
/// <param name="Target">A symlink's target; empty otherwise.</param>
/// <param name="Time">The modification time, Unix seconds.</param>
internal sealed record TarEntry(string Name, byte[] WireName, TarEntryType Type, long Size, string Target, long Time);
