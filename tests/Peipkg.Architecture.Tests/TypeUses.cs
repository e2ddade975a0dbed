using Mono.Cecil;

namespace Peipkg.Architecture.Tests;

/// <summary>What one type uses: every type named by its signatures, bodies and attributes, nested types included.</summary>
internal static class TypeUses
{
    /// <summary>The types that <paramref name="type"/> uses, each told by its outermost type.</summary>
    internal static HashSet<string> Of(TypeDefinition type)
    {
        HashSet<string> found = [];
        foreach (TypeReference? reference in References(type))
        {
            Add(reference, found);
        }

        found.Remove(type.FullName);
        return found;
    }

    /// <summary>The methods, getters and constructors that <paramref name="type"/> calls.</summary>
    internal static IEnumerable<MethodReference> Calls(TypeDefinition type) =>
        type
            .Methods.Where(static method => method.HasBody)
            .SelectMany(static method => method.Body.Instructions)
            .Select(static instruction => instruction.Operand)
            .OfType<MethodReference>()
            .Concat(type.NestedTypes.SelectMany(Calls));

    private static IEnumerable<TypeReference?> References(TypeDefinition type) =>
        [
            type.BaseType,
            .. type.Interfaces.Select(static implemented => implemented.InterfaceType),
            .. type.CustomAttributes.Select(static attribute => attribute.AttributeType),
            .. type.GenericParameters.SelectMany(Constraints),
            .. type.Fields.Select(static field => field.FieldType),
            .. type.Methods.SelectMany(OfMethod),
            .. type.NestedTypes.SelectMany(References),
        ];

    private static IEnumerable<TypeReference?> OfMethod(MethodDefinition method) =>
        [
            .. Signature(method),
            .. method.GenericParameters.SelectMany(Constraints),
            .. method.HasBody ? OfBody(method) : [],
        ];

    private static IEnumerable<TypeReference?> OfBody(MethodDefinition method) =>
        [
            .. method.Body.Variables.Select(static variable => variable.VariableType),
            .. method.Body.ExceptionHandlers.Select(static handler => handler.CatchType),
            .. method.Body.Instructions.SelectMany(static instruction => OfOperand(instruction.Operand)),
        ];

    private static IEnumerable<TypeReference?> OfOperand(object? operand) =>
        operand switch
        {
            TypeReference type => [type],
            FieldReference field => [field.DeclaringType, field.FieldType],
            GenericInstanceMethod method => [.. Signature(method), .. method.GenericArguments],
            MethodReference method => Signature(method),
            _ => [],
        };

    private static IEnumerable<TypeReference?> Signature(MethodReference method) =>
        [
            method.DeclaringType,
            method.ReturnType,
            .. method.Parameters.Select(static parameter => parameter.ParameterType),
        ];

    private static IEnumerable<TypeReference> Constraints(GenericParameter parameter) =>
        parameter.Constraints.Select(static constraint => constraint.ConstraintType);

    private static void Add(TypeReference? type, HashSet<string> found)
    {
        switch (type)
        {
            case null or GenericParameter:
                return;
            case GenericInstanceType generic:
                foreach (TypeReference argument in generic.GenericArguments)
                {
                    Add(argument, found);
                }

                Add(generic.ElementType, found);
                return;
            case TypeSpecification specification:
                Add(specification.ElementType, found);
                return;
            default:
                while (type.DeclaringType is not null)
                {
                    type = type.DeclaringType;
                }

                found.Add(type.FullName);
                return;
        }
    }
}
