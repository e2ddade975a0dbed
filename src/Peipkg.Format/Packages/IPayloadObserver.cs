namespace Peipkg.Format.Packages;

/// <summary>Sees the payload while it is read for packing, so that looking into files costs no reading of its own.</summary>
public interface IPayloadObserver
{
    /// <summary>Begins a file. Called from several threads, each with a file of its own.</summary>
    /// <returns>What the file's content is shown to; null where the file is of no interest.</returns>
    IContentObserver? Begin(PayloadSource file);
}

/// <summary>Sees the content of one file, on one thread.</summary>
public interface IContentObserver
{
    /// <summary>The next bytes of the file.</summary>
    void Take(ReadOnlySpan<byte> piece);

    /// <summary>The file ended, with the size that was announced.</summary>
    void End();
}
