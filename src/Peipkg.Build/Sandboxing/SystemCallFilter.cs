using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Peipkg.Build.Sandboxing;

/// <summary>
/// The seccomp filter of a sandbox, as the kernel takes it: a classic BPF program over <c>struct seccomp_data</c>. It knows
/// all the ways into the kernel of its machine; programs of an architecture that it does not know find no system call.
/// </summary>
internal static class SystemCallFilter
{
    // Offsets in struct seccomp_data: the call's number, the architecture, and the low halves of the arguments.
    private const uint Number = 0;
    private const uint Audit = 4;
    private const uint FirstArgument = 16;
    private const uint SecondArgument = 24;

    private const uint ArchitectureX64 = 0xc000003e;
    private const uint ArchitectureX86 = 0x40000003;
    private const uint ArchitectureArm64 = 0xc00000b7;

    // Calls of the x32 ABI come with this bit; so does -1, which is nobody's call.
    private const uint X32 = 0x40000000;

    private const uint TypeIntoTerminal = 0x5412;
    private const uint ConsoleControl = 0x541c;

    // What socketcall is told to do.
    private const uint CallForSocket = 1;
    private const uint CallForSocketPair = 8;

    private const uint Allow = 0x7fff0000;
    private const uint Error = 0x00050000;
    private const uint NotPermitted = Error | 1;
    private const uint NotImplemented = Error | 38;
    private const uint NoSuchFamily = Error | 97;

    private const ushort Load = 0x20;
    private const ushort JumpIfEqual = 0x15;
    private const ushort JumpIfAtLeast = 0x35;
    private const ushort JumpIfAnyBit = 0x45;
    private const ushort Jump = 0x05;
    private const ushort Return = 0x06;

    // Unix, IPv4, IPv6 and netlink.
    private static readonly uint[] Families = [1, 2, 10, 16];

    /// <summary>The program for this machine's architecture, as bytes of <c>struct sock_filter</c>.</summary>
    internal static byte[] Program() => Program(RuntimeInformation.ProcessArchitecture);

    /// <summary>The program for an architecture.</summary>
    internal static byte[] Program(Architecture architecture)
    {
        List<Instruction> program = [new(Load, Audit)];
        if (architecture == Architecture.Arm64)
        {
            AddArchitecture(program, ArchitectureArm64, Calls(static call => call.Arm64));
        }
        else
        {
            AddArchitecture(
                program,
                ArchitectureX64,
                [
                    new(Load, Number),
                    new(JumpIfAtLeast, X32, 0, 1),
                    new(Return, NotImplemented),
                    .. Calls(static call => call.X64),
                ]
            );
            AddArchitecture(program, ArchitectureX86, Calls(static call => call.X86));
        }

        program.Add(new Instruction(Return, NotImplemented));
        return Bytes(program);
    }

    private static void AddArchitecture(List<Instruction> program, uint name, List<Instruction> calls)
    {
        program.Add(new Instruction(JumpIfEqual, name, 1, 0));
        program.Add(new Instruction(Jump, (uint)calls.Count));
        program.AddRange(calls);
    }

    private static List<Instruction> Calls(Func<RefusedCall, int> number)
    {
        List<Instruction> program = [new(Load, Number)];
        foreach (RefusedCall call in RefusedCalls.NotPermitted)
        {
            When(call, new Instruction(Return, NotPermitted));
        }

        When(RefusedCalls.Clone3, new Instruction(Return, NotImplemented));
        foreach ((RefusedCall call, uint flags) in RefusedCalls.ByNamespaceFlags)
        {
            When(
                call,
                new(Load, FirstArgument),
                new(JumpIfAnyBit, flags, 0, 1),
                new(Return, NotPermitted),
                new(Return, Allow)
            );
        }

        When(
            RefusedCalls.DeviceControl,
            new(Load, SecondArgument),
            new(JumpIfEqual, TypeIntoTerminal, 1, 0),
            new(JumpIfEqual, ConsoleControl, 0, 1),
            new(Return, NotPermitted),
            new(Return, Allow)
        );
        When(
            RefusedCalls.SocketCall,
            new(Load, FirstArgument),
            new(JumpIfEqual, CallForSocket, 1, 0),
            new(JumpIfEqual, CallForSocketPair, 0, 1),
            new(Return, NotImplemented),
            new(Return, Allow)
        );
        foreach (RefusedCall call in RefusedCalls.ByFamily)
        {
            When(
                call,
                [
                    new(Load, FirstArgument),
                    .. Families.Select(
                        (family, i) => new Instruction(JumpIfEqual, family, (byte)(Families.Length - i), 0)
                    ),
                    new(Return, NoSuchFamily),
                    new(Return, Allow),
                ]
            );
        }

        program.Add(new Instruction(Return, Allow));
        return program;

        void When(RefusedCall call, params Instruction[] then)
        {
            if (number(call) >= 0)
            {
                program.Add(new Instruction(JumpIfEqual, (uint)number(call), 0, (byte)then.Length));
                program.AddRange(then);
            }
        }
    }

    private static byte[] Bytes(List<Instruction> program)
    {
        const int Size = 8;
        byte[] bytes = new byte[program.Count * Size];
        for (int i = 0; i < program.Count; i++)
        {
            Span<byte> at = bytes.AsSpan(i * Size, Size);
            BinaryPrimitives.WriteUInt16LittleEndian(at, program[i].Code);
            at[2] = program[i].IfTrue;
            at[3] = program[i].IfFalse;
            BinaryPrimitives.WriteUInt32LittleEndian(at[4..], program[i].Operand);
        }

        return bytes;
    }

    /// <summary><c>struct sock_filter</c>: jumps count the instructions to skip.</summary>
    private readonly record struct Instruction(ushort Code, uint Operand, byte IfTrue = 0, byte IfFalse = 0);
}
