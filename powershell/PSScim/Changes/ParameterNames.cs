using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Reflection;

namespace PSScim.Changes;

/// <summary>
/// Which attributes a cmdlet's parameters stand for. A column of a CSV may be called by a parameter's name, by one of its
/// aliases, or by the attribute's own.
/// </summary>
internal sealed class ParameterNames
{
    private static readonly ConcurrentDictionary<Type, ParameterNames> s_all = new();
    private readonly Dictionary<string, string> _attributes = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<KeyValuePair<string, PropertyInfo>> _parameters = [];

    private ParameterNames(Type command)
    {
        foreach (PropertyInfo property in command.GetProperties())
        {
            if (property.GetCustomAttribute<AttributeNameAttribute>() is not { } attribute)
                continue;
            _parameters.Add(new(attribute.Name, property));
            IEnumerable<string> aliases = property.GetCustomAttributes<AliasAttribute>().SelectMany(a => a.AliasNames);
            foreach (string name in aliases.Prepend(property.Name))
                _attributes[name] = attribute.Name;
        }
    }

    internal static ParameterNames Of(Type command) => s_all.GetOrAdd(command, type => new ParameterNames(type));

    /// <summary>The attribute that a name stands for: itself, where no parameter has it.</summary>
    internal string AttributeOf(string name) => _attributes.TryGetValue(name, out string? attribute) ? attribute : name;

    /// <summary>The attributes whose parameters were given, with their values.</summary>
    internal IEnumerable<KeyValuePair<string, object?>> Given(PSCmdlet command)
    {
        foreach (KeyValuePair<string, PropertyInfo> parameter in _parameters)
            if (command.MyInvocation.BoundParameters.ContainsKey(parameter.Value.Name))
                yield return new(parameter.Key, parameter.Value.GetValue(command));
    }
}
