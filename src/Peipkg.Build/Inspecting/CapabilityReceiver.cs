using Peipkg.Build.Deriving;
using Peipkg.Build.Elf;
using Peipkg.Format.Manifests;
using Peipkg.Format.Packages;
using Peipkg.Posix.Files;

namespace Peipkg.Build.Inspecting;

/// <summary>
/// Takes from a package what names are derived from. An ELF file is written to a temporary one, since it is read back and
/// forth; of other files no more is kept than a <c>.pc</c> file may have.
/// </summary>
/// <param name="files">Which files matter, and where they go.</param>
/// <param name="directory">Where temporary files may be made.</param>
internal sealed class CapabilityReceiver(CapabilityFiles files, string directory) : IPayloadReceiver
{
    public void Take(PackageEntry entry) { }

    public Stream? Open(FilesEntry file) =>
        files.IsModule(file.Path) || CapabilityFiles.MayBeImage(file.Path)
            ? new ReceivedFile(file.Path, files, Path.Combine(directory, "image"))
            : null;

    private sealed class ReceivedFile(string path, CapabilityFiles files, string temporary) : WriteOnlyStream
    {
        private readonly MemoryStream _kept = new();
        private readonly int _limit = files.IsModule(path) ? PkgConfigFile.MostBytes + 1 : ElfReader.Magic.Length;
        private FileStream? _image;

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            int before = (int)_kept.Length;
            int room = Math.Min(buffer.Length, _limit - before);
            _kept.Write(buffer[..room]);
            if (before < ElfReader.Magic.Length && IsImage)
            {
                _image = new FileStream(
                    temporary,
                    new FileStreamOptions
                    {
                        Mode = FileMode.Create,
                        Access = FileAccess.ReadWrite,
                        Options = FileOptions.DeleteOnClose,
                    }
                );
                _image.Write(_kept.GetBuffer().AsSpan(0, before));
            }

            _image?.Write(buffer);
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                if (files.IsModule(path))
                {
                    files.Add(path, PkgConfigFile.Read(_kept.GetBuffer().AsSpan(0, (int)_kept.Length)));
                }

                if (_image is not null && ElfReader.Read(_image) is { } image)
                {
                    files.Add(path, image);
                }

                _image?.Dispose();
            }

            base.Dispose(disposing);
        }

        private bool IsImage =>
            CapabilityFiles.MayBeImage(path)
            && _kept.GetBuffer().AsSpan(0, (int)_kept.Length).StartsWith(ElfReader.Magic);
    }
}
