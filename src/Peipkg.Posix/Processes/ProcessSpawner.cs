using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Peipkg.Posix.Files;
using Peipkg.Posix.Native;

namespace Peipkg.Posix.Processes;

/// <summary>
/// Starts a program in a session of its own, with every signal as the system has it, so that neither our ignored SIGPIPE
/// nor the terminal's Ctrl-C reaches it. <see cref="System.Diagnostics.Process"/> can do neither.
/// </summary>
internal static unsafe class ProcessSpawner
{
    /// <summary>Starts the program.</summary>
    /// <param name="options">What to run.</param>
    /// <param name="input">What becomes its standard input; null for nothing to read.</param>
    /// <param name="output">What becomes its standard output; null for ours.</param>
    /// <param name="error">What becomes its standard error; null for ours.</param>
    /// <returns>The process id, which is also that of its session and group.</returns>
    /// <exception cref="ProcessStartException">The program cannot be started.</exception>
    internal static int Start(
        ChildProcessOptions options,
        SafeFileHandle? input,
        SafeFileHandle? output,
        SafeFileHandle? error
    )
    {
        byte* actions = stackalloc byte[LibC.FileActionsSize];
        byte* attributes = stackalloc byte[LibC.AttributesSize];
        byte* allSignals = stackalloc byte[LibC.SignalSetSize];
        byte* noSignals = stackalloc byte[LibC.SignalSetSize];
        new Span<byte>(allSignals, LibC.SignalSetSize).Fill(0xff);
        new Span<byte>(noSignals, LibC.SignalSetSize).Clear();

        byte** arguments = null;
        byte** environment = null;
        List<SafeFileHandle> given = [];
        Check(LibC.InitActions(actions), options);
        Check(LibC.InitAttributes(attributes), options);
        try
        {
            Check(LibC.AddChangeDirectory(actions, options.WorkingDirectory), options);
            if (input is null)
            {
                Check(LibC.AddOpen(actions, 0, "/dev/null", 0, 0), options);
            }

            Redirect(actions, input, 0, options);
            Redirect(actions, output, 1, options);
            Redirect(actions, error, 2, options);
            for (int i = 0; i < options.Descriptors.Count; i++)
            {
                given.Add(PosixProcess.DuplicateAbove(options.Descriptors[i], PosixLimits.GivenDescriptors));
                Redirect(actions, given[i], StandardDescriptors.Error + 1 + i, options);
            }

            Check(LibC.SetMask(attributes, noSignals), options);
            Check(LibC.SetDefaults(attributes, allSignals), options);
            const short Flags = LibC.SetSession | LibC.SetSignalMask | LibC.SetSignalDefaults;
            Check(LibC.SetFlags(attributes, Flags), options);

            arguments = Strings([options.FileName, .. options.Arguments]);
            environment = Strings([.. options.Environment.Select(variable => $"{variable.Key}={variable.Value}")]);
            PosixProcess.KeepDescriptors();
            using ProcessorAffinity narrowed = ProcessorAffinity.Narrow(options.Processors);
            Check(LibC.Spawn(out int pid, options.FileName, actions, attributes, arguments, environment), options);
            return pid;
        }
        finally
        {
            given.ForEach(static handle => handle.Dispose());
            Free(arguments);
            Free(environment);
            _ = LibC.DestroyActions(actions);
            _ = LibC.DestroyAttributes(attributes);
        }
    }

    private static void Redirect(void* actions, SafeFileHandle? handle, int descriptor, ChildProcessOptions options)
    {
        if (handle is not null)
        {
            Check(LibC.AddDuplicate(actions, (int)handle.DangerousGetHandle(), descriptor), options);
        }
    }

    private static void Check(int error, ChildProcessOptions options)
    {
        if (error != 0)
        {
            string where =
                error == (int)Errno.NoEntry && !Directory.Exists(options.WorkingDirectory)
                    ? $" in {options.WorkingDirectory}"
                    : "";
            string why =
                error == (int)Errno.WouldBlock ? ProcessStartException.NoneLeft : PosixIOException.Reason((Errno)error);
            throw new ProcessStartException($"cannot run {options.FileName}{where}: {why}");
        }
    }

    private static byte** Strings(IReadOnlyList<string> texts)
    {
        byte** list = (byte**)NativeMemory.AllocZeroed((nuint)(texts.Count + 1) * (nuint)sizeof(byte*));
        for (int i = 0; i < texts.Count; i++)
        {
            int length = Encoding.UTF8.GetByteCount(texts[i]);
            list[i] = (byte*)NativeMemory.Alloc((nuint)length + 1);
            Encoding.UTF8.GetBytes(texts[i], new Span<byte>(list[i], length));
            list[i][length] = 0;
        }

        return list;
    }

    private static void Free(byte** list)
    {
        if (list is null)
        {
            return;
        }

        for (byte** item = list; *item is not null; item++)
        {
            NativeMemory.Free(*item);
        }

        NativeMemory.Free(list);
    }
}
