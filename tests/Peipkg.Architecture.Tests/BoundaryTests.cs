using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Peipkg.Architecture.Tests;

/// <summary>What only one project may do, and what a name may mean.</summary>
public sealed class BoundaryTests
{
    /// <summary>What the format must not touch: it turns bytes into verdicts, and somebody else brings the bytes.</summary>
    private static readonly HashSet<string> OutsideWorld =
    [
        "System.IO.File",
        "System.IO.FileInfo",
        "System.IO.FileStream",
        "System.IO.Directory",
        "System.IO.DirectoryInfo",
        "System.IO.RandomAccess",
        "System.Console",
        "System.Diagnostics.Process",
        "System.Diagnostics.Stopwatch",
        "System.TimeProvider",
    ];

    /// <summary>Members of types that are harmless otherwise.</summary>
    private static readonly HashSet<string> Ambient =
    [
        "System.DateTime::get_Now",
        "System.DateTime::get_UtcNow",
        "System.DateTimeOffset::get_Now",
        "System.DateTimeOffset::get_UtcNow",
        "System.Environment::GetEnvironmentVariable",
        "System.Environment::GetEnvironmentVariables",
        "System.Environment::get_CurrentDirectory",
        "System.Environment::Exit",
        "System.Environment::get_TickCount64",
        "System.IO.Path::GetFullPath",
        "System.IO.Path::GetTempPath",
        "System.IO.Path::Exists",
    ];

    [Fact]
    public void Only_Peipkg_Posix_imports_native_functions()
    {
        string[] imports =
        [
            .. from module in Product.Modules
            where module.Assembly.Name.Name != "Peipkg.Posix"
            from type in module.GetTypes()
            from method in type.Methods
            where method.IsPInvokeImpl
            select $"{type.FullName} imports {method.PInvokeInfo.EntryPoint} of {method.PInvokeInfo.Module.Name}",
        ];
        Assert.True(imports.Length == 0, string.Join('\n', imports));
    }

    [Fact]
    public void Only_the_compression_calls_functions_of_a_library_that_was_loaded_from_memory()
    {
        string[] callers =
        [
            .. from module in Product.Modules
            where module.Assembly.Name.Name != "Peipkg.Posix"
            from type in module.GetTypes()
            where type.Methods.Any(static method => method.HasBody && method.Body.Instructions.Any(IsNativeCall))
            select type.FullName,
        ];
        Assert.NotEmpty(callers);
        Assert.All(
            callers,
            static name => Assert.StartsWith("Peipkg.Format.Compression.", name, StringComparison.Ordinal)
        );
    }

    [Fact]
    public void A_type_name_means_one_thing_in_all_projects()
    {
        string[] doubles =
        [
            .. Product
                .Modules.SelectMany(Product.Types)
                .Where(static type => type.Name != "Program")
                .GroupBy(static type => type.Name, StringComparer.Ordinal)
                .Where(static group => group.Count() > 1)
                .Select(static group => string.Join(" and ", group.Select(static type => type.FullName))),
        ];
        Assert.True(doubles.Length == 0, string.Join('\n', doubles));
    }

    [Fact]
    public void The_format_touches_no_files_clock_environment_or_processes()
    {
        ModuleDefinition format = Product.Modules.Single(static module => module.Assembly.Name.Name == "Peipkg.Format");
        string[] touched =
        [
            .. from type in Product.Types(format)
            from call in TypeUses.Calls(type)
            let owner = call.DeclaringType.FullName
            where OutsideWorld.Contains(owner) || Ambient.Contains($"{owner}::{call.Name}")
            select $"{type.FullName} calls {owner}.{call.Name}",
        ];
        Assert.True(touched.Length == 0, string.Join('\n', touched.Distinct()));
    }

    private static bool IsNativeCall(Instruction instruction) =>
        instruction.OpCode == OpCodes.Calli
        && instruction.Operand is CallSite { CallingConvention: not MethodCallingConvention.Default };
}
