using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using PSScim.Native;
using PSScim.Tests.Cmdlets;
using Xunit;

namespace PSScim.Tests.Objects;

/// <summary>
/// No error has an id that docs/errors.md lacks: the module raises its own by <see cref="ErrorId"/>, which is made from the
/// table that the page is made from, and passes on those of the library.
/// </summary>
public sealed class ErrorTableTests
{
    [Fact]
    public void Every_id_is_on_the_page_with_its_category_and_advice()
    {
        string[] page = File.ReadAllLines(Path.Combine(Engine.Root, "docs", "errors.md"));
        foreach (ErrorId id in Enum.GetValues<ErrorId>())
        {
            string line = Assert.Single(page, line => line.StartsWith($"| `{id}` |", StringComparison.Ordinal));
            Assert.Contains($"| {ErrorTable.Category(id)} |", line, StringComparison.Ordinal);
            Assert.EndsWith($"| {ErrorTable.Advice(id)} |", line, StringComparison.Ordinal);
            Assert.True(Enum.TryParse(ErrorTable.Category(id), out ErrorCategory _), $"{id} has a category that the engine does not know");
        }
    }

    [Fact]
    public void Errors_are_made_in_one_place_of_a_row_of_the_table_or_of_what_the_library_says()
    {
        Assert.Equal(["ScimException.ToErrorRecord"], MakersOf("ErrorRecord"));
        Assert.Equal(["Operation.Read", "ScimException..ctor"], MakersOf("ScimFailure"));
    }

    /// <summary>The methods of PSScim.dll in which an object of a type is made.</summary>
    private static List<string> MakersOf(string type)
    {
        using var image = new PEReader(File.OpenRead(Path.ChangeExtension(Engine.ModulePath, ".dll")));
        MetadataReader metadata = image.GetMetadataReader();
        int[] constructors =
        [
            .. metadata.MemberReferences
                .Where(handle => metadata.GetMemberReference(handle) is var member && metadata.GetString(member.Name) == ".ctor"
                    && member.Parent.Kind == HandleKind.TypeReference
                    && metadata.GetString(metadata.GetTypeReference((TypeReferenceHandle)member.Parent).Name) == type)
                .Select(handle => MetadataTokens.GetToken(handle)),
            .. metadata.MethodDefinitions
                .Where(handle => metadata.GetMethodDefinition(handle) is var method && metadata.GetString(method.Name) == ".ctor"
                    && metadata.GetString(metadata.GetTypeDefinition(method.GetDeclaringType()).Name) == type)
                .Select(handle => MetadataTokens.GetToken(handle)),
        ];
        Assert.NotEmpty(constructors);
        var makers = new List<string>();
        foreach (MethodDefinitionHandle handle in metadata.MethodDefinitions)
        {
            MethodDefinition method = metadata.GetMethodDefinition(handle);
            if (method.RelativeVirtualAddress != 0 && constructors.Any(token => Makes(image.GetMethodBody(method.RelativeVirtualAddress).GetILBytes()!, token)))
                makers.Add(metadata.GetString(metadata.GetTypeDefinition(method.GetDeclaringType()).Name) + "." + metadata.GetString(method.Name));
        }
        makers.Sort(StringComparer.Ordinal);
        return [.. makers.Distinct()];
    }

    /// <summary>Whether a method's code has newobj with this token.</summary>
    private static bool Makes(byte[] code, int token)
    {
        const byte NewObj = 0x73;
        for (int at = 0; at + 5 <= code.Length; at++)
            if (code[at] == NewObj && BinaryPrimitives.ReadInt32LittleEndian(code.AsSpan(at + 1)) == token)
                return true;
        return false;
    }
}
