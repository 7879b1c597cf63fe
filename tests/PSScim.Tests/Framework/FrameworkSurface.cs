using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace PSScim.Tests.Framework;

/// <summary>What a folder of reference assemblies offers: types by full name, with their members as text.</summary>
internal sealed class FrameworkSurface : IDisposable
{
    private readonly List<PEReader> _files = [];
    private readonly Dictionary<string, (MetadataReader Reader, TypeDefinitionHandle Handle)> _types = [];
    private readonly Dictionary<string, HashSet<string>> _members = [];
    private readonly SignatureText _signatures = new();

    internal FrameworkSurface(IEnumerable<string> files)
    {
        foreach (string file in files)
        {
            var image = new PEReader(File.OpenRead(file));
            _files.Add(image);
            if (!image.HasMetadata)
                continue;
            MetadataReader reader = image.GetMetadataReader();
            if (!reader.IsAssembly)
                continue;
            AssemblyDefinition assembly = reader.GetAssemblyDefinition();
            Assemblies[reader.GetString(assembly.Name)] = assembly.Version;
            foreach (TypeDefinitionHandle type in reader.TypeDefinitions)
                _types.TryAdd(SignatureText.Name(reader, type), (reader, type));
        }
    }

    /// <summary>The assemblies by name, and their versions.</summary>
    internal Dictionary<string, Version> Assemblies { get; } = [];

    internal bool HasType(string name) => _types.ContainsKey(name);

    /// <summary>Whether a type has a member of this name and signature, its own or a base type's.</summary>
    internal bool HasMember(string type, string member)
    {
        for (string? at = type; at is not null && _types.ContainsKey(at); at = BaseOf(at))
            if (Members(at).Contains(member))
                return true;
        return false;
    }

    public void Dispose() => _files.ForEach(file => file.Dispose());

    private HashSet<string> Members(string type)
    {
        if (_members.TryGetValue(type, out HashSet<string>? known))
            return known;
        (MetadataReader reader, TypeDefinitionHandle handle) = _types[type];
        TypeDefinition definition = reader.GetTypeDefinition(handle);
        HashSet<string> members =
        [
            .. definition.GetMethods().Select(reader.GetMethodDefinition)
                .Select(m => reader.GetString(m.Name) + " " + SignatureText.Text(m.DecodeSignature(_signatures, null))),
            .. definition.GetFields().Select(reader.GetFieldDefinition)
                .Select(f => reader.GetString(f.Name) + " " + f.DecodeSignature(_signatures, null)),
        ];
        return _members[type] = members;
    }

    private string? BaseOf(string type)
    {
        (MetadataReader reader, TypeDefinitionHandle handle) = _types[type];
        EntityHandle parent = reader.GetTypeDefinition(handle).BaseType;
        return parent.IsNil ? null : parent.Kind switch
        {
            HandleKind.TypeDefinition => SignatureText.Name(reader, (TypeDefinitionHandle)parent),
            HandleKind.TypeReference => SignatureText.Name(reader, (TypeReferenceHandle)parent),
            _ => _signatures.GetTypeFromSpecification(reader, null, (TypeSpecificationHandle)parent, 0).Split('<')[0],
        };
    }
}
