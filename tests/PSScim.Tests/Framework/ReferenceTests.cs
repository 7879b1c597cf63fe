using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using PSScim.Tests.Cmdlets;
using Xunit;

namespace PSScim.Tests.Framework;

/// <summary>
/// Whether all that the module's assembly uses is there where Windows PowerShell 5.1 runs: in .NET Framework 4.7.2 and
/// in its engine. netstandard2.0 alone does not say so.
/// </summary>
public sealed class ReferenceTests
{
    [Fact]
    public void Every_type_and_member_that_the_assembly_uses_is_in_NET_Framework_4_7_2()
    {
        using var surface = new FrameworkSurface(ReferenceAssemblies());
        using var image = new PEReader(File.OpenRead(Path.ChangeExtension(Engine.ModulePath, ".dll")));
        MetadataReader reader = image.GetMetadataReader();
        (List<string> types, List<string> members, List<string> missing) = Compare(reader, surface);

        Assert.True(missing.Count == 0, "Not in .NET Framework 4.7.2:\n" + string.Join('\n', missing));
        // That something was compared at all.
        Assert.Contains("System.Management.Automation.PSCmdlet", types);
        Assert.Contains("System.Runtime.InteropServices.SafeHandle", types);
        Assert.Contains("System.Reflection.Emit.TypeBuilder", types);
        Assert.True(members.Count > 200, $"{members.Count} members compared.");
    }

    [Fact]
    public void What_is_not_there_is_noticed()
    {
        using var surface = new FrameworkSurface(ReferenceAssemblies());
        using var image = new PEReader(File.OpenRead(typeof(ReferenceTests).Assembly.Location));
        List<string> missing = Compare(image.GetMetadataReader(), surface).Missing;
        Assert.Contains("System.Runtime.Loader.AssemblyLoadContext", missing);
        Assert.Contains(missing, m => m.StartsWith("System.String: ReplaceLineEndings ", StringComparison.Ordinal));
    }

    [Fact]
    public void The_assembly_refers_to_no_assembly_that_an_admin_would_have_to_install()
    {
        using var surface = new FrameworkSurface(ReferenceAssemblies());
        using var image = new PEReader(File.OpenRead(Path.ChangeExtension(Engine.ModulePath, ".dll")));
        MetadataReader reader = image.GetMetadataReader();
        foreach (AssemblyReference reference in reader.AssemblyReferences.Select(reader.GetAssemblyReference))
        {
            string name = reader.GetString(reference.Name);
            Assert.True(surface.Assemblies.TryGetValue(name, out Version? there), $"{name} is not part of Windows PowerShell 5.1.");
            Assert.True(reference.Version <= there, $"{name}: {reference.Version} is asked for, {there} is there.");
        }
    }

    private static (List<string> Types, List<string> Members, List<string> Missing) Compare(MetadataReader reader, FrameworkSurface surface)
    {
        var signatures = new SignatureText();
        List<string> types = [], members = [], missing = [];
        foreach (TypeReferenceHandle handle in reader.TypeReferences)
        {
            string type = SignatureText.Name(reader, handle);
            types.Add(type);
            if (!surface.HasType(type))
                missing.Add(type);
        }
        foreach (MemberReference member in reader.MemberReferences.Select(reader.GetMemberReference))
        {
            string? type = member.Parent.Kind switch
            {
                HandleKind.TypeReference => SignatureText.Name(reader, (TypeReferenceHandle)member.Parent),
                HandleKind.TypeSpecification => signatures.GetTypeFromSpecification(reader, null, (TypeSpecificationHandle)member.Parent, 0).Split('<')[0],
                _ => null,
            };
            // Members of the assembly's own generic types and of arrays are not the framework's.
            if (type is null || type.EndsWith(']') || type.StartsWith("PSScim.", StringComparison.Ordinal) || type.StartsWith('<') || !surface.HasType(type))
                continue;
            string text = reader.GetString(member.Name) + " " + (member.GetKind() == MemberReferenceKind.Method
                ? SignatureText.Text(member.DecodeMethodSignature(signatures, null))
                : member.DecodeFieldSignature(signatures, null));
            members.Add(type + ": " + text);
            if (!surface.HasMember(type, text))
                missing.Add(type + ": " + text);
        }
        return (types, members, missing);
    }

    /// <summary>Those of .NET Framework 4.7.2, and Windows PowerShell 5.1's engine, by the NuGet packages of the build.</summary>
    private static IEnumerable<string> ReferenceAssemblies()
    {
        string packages = Folder("NuGetPackages");
        string framework = Path.Combine(packages, "microsoft.netframework.referenceassemblies.net472", "1.0.3", "build", ".NETFramework", "v4.7.2");
        return
        [
            .. Directory.GetFiles(framework, "*.dll"),
            .. Directory.GetFiles(Path.Combine(framework, "Facades"), "*.dll"),
            Path.Combine(packages, "powershellstandard.library", "5.1.1", "lib", "netstandard2.0", "System.Management.Automation.dll"),
        ];
    }

    /// <summary>A folder that the build wrote into this assembly.</summary>
    private static string Folder(string key) => typeof(ReferenceTests).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == key).Value!;
}
