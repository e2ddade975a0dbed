using System.Text;
using Peipkg.Posix.Files;

namespace Peipkg.CommandLine.Host;

/// <summary>Text over a process's standard streams: UTF-8 without a mark, line feeds, whatever the locale says.</summary>
public static class StandardStreams
{
    /// <summary>The process's standard output, bytes as they are.</summary>
    public static Stream OpenOutput() => new DescriptorStream(StandardDescriptors.Output, mayFail: true);

    /// <summary>The process's standard error, bytes as they are; what cannot be written is dropped, for nobody could be told.</summary>
    public static Stream OpenError() => new DescriptorStream(StandardDescriptors.Error, mayFail: false);

    /// <summary>A writer for results, flushed by <see cref="CommandLineHost"/> when the command ends.</summary>
    /// <param name="stream">Standard output.</param>
    public static TextWriter Output(Stream stream) => Writer(stream, autoFlush: false);

    /// <summary>A writer for diagnostics, which appear at once.</summary>
    /// <param name="stream">Standard error.</param>
    public static TextWriter Error(Stream stream) => Writer(stream, autoFlush: true);

    /// <summary>Whether nobody is left who could read what is written to one of the two.</summary>
    /// <param name="stream">As it was opened here.</param>
    public static bool IsAbandoned(Stream stream) => stream is DescriptorStream { IsAbandoned: true };

    private static StreamWriter Writer(Stream stream, bool autoFlush) =>
        new(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), 4096)
        {
            AutoFlush = autoFlush,
            NewLine = "\n",
        };
}
