using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Editions;
using Peipkg.Format.Layout;
using Peipkg.Format.Manifests;
using Peipkg.Format.Packages;
using Peipkg.Posix.Files;

namespace Peipkg.Build.Extracting;

/// <summary>Writes the payload of a package into a directory.</summary>
/// <param name="writer">The directory.</param>
/// <param name="edition">Says which files are signatures of others.</param>
internal sealed class PayloadFiles(DirectoryWriter writer, Edition edition) : IPayloadReceiver
{
    private readonly List<string> _unsigned = [];
    private string _reason = "";

    /// <summary>Says which signatures could not be set.</summary>
    internal void Report(Diagnostics diagnostics)
    {
        if (_unsigned.Count > 0)
        {
            diagnostics.Warning(
                $"the signature of {TerminalText.Escape(_unsigned[0])}"
                    + (_unsigned.Count > 1 ? $" and {_unsigned.Count - 1} more" : "")
                    + $" could not be set as the attribute {Sidecar.Attribute}: {_reason}"
            );
        }
    }

    public void Take(PackageEntry entry)
    {
        if (entry.Kind == PayloadKind.Directory)
        {
            writer.MakeDirectory(entry.Path);
        }
        else
        {
            writer.MakeSymlink(entry.Path, entry.LinkTarget!);
        }
    }

    public Stream Open(FilesEntry file) =>
        edition.Layout.IsSidecar(file.Path)
            ? new ExtractedSidecar(signature => Sign(Sidecar.TargetOf(file.Path), signature))
            : new ExtractedFile(writer.MakeFile(file.Path));

    private void Sign(string path, byte[] signature)
    {
        if (writer.SetAttribute(path, Sidecar.Attribute, signature) is not Errno.None and var error)
        {
            _unsigned.Add(path);
            _reason = PosixIOException.Reason(error);
        }
    }
}
