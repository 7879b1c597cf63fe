using System;
using System.Collections;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Management.Automation;
using System.Reflection;

namespace PSScim.Generate;

/// <summary>A parameter, in one way to call its cmdlet or in all of them.</summary>
internal sealed record ParameterHelp(
    string Name,
    Prose Description,
    string Type,
    bool IsSwitch,
    bool IsRequired,
    string Position,
    string PipelineInput,
    IReadOnlyList<string> Aliases,
    IReadOnlyList<string> Values,
    string? Default,
    IReadOnlyList<string> Sets)
{
    internal bool IsFromPipeline => PipelineInput.Contains("ByValue", StringComparison.Ordinal);

    internal static ParameterHelp Of(CmdletInfo cmdlet, CommandParameterSetInfo set, CommandParameterInfo parameter, XmlComments comments)
    {
        PropertyInfo? property = cmdlet.ImplementingType.GetProperty(parameter.Name);
        Prose description = property is not null
            ? Prose.Of(comments.Of(property).Element("summary")).And(Prose.Of(comments.Of(property).Element("remarks")))
            : EngineParameters.Describe(parameter.Name)
                ?? throw new InvalidOperationException($"{cmdlet.Name} -{parameter.Name} is the engine's, and nothing is written about it.");
        List<string> pipeline = [];
        if (parameter.ValueFromPipeline)
            pipeline.Add("ByValue");
        if (parameter.ValueFromPipelineByPropertyName)
            pipeline.Add("ByPropertyName");
        return new ParameterHelp(
            parameter.Name,
            description,
            TypeName(parameter.ParameterType),
            parameter.ParameterType == typeof(SwitchParameter),
            parameter.IsMandatory,
            parameter.Position < 0 ? "named" : parameter.Position.ToString(CultureInfo.InvariantCulture),
            pipeline.Count == 0 ? "false" : $"true ({string.Join(", ", pipeline)})",
            [.. parameter.Aliases],
            [.. parameter.Attributes.OfType<ValidateSetAttribute>().SelectMany(a => a.ValidValues), .. EnumNames(parameter.ParameterType)],
            property is null ? null : DefaultOf(cmdlet.ImplementingType, property),
            [set.Name]);
    }

    /// <summary>The same parameter of several sets, as one.</summary>
    internal static ParameterHelp Joined(IReadOnlyList<ParameterHelp> all, int setCount) => all[0] with
    {
        IsRequired = all.All(p => p.IsRequired),
        PipelineInput = all.Select(p => p.PipelineInput).MaxBy(input => input.Length)!,
        Sets = all.Count == setCount ? [] : [.. all.SelectMany(p => p.Sets)],
    };

    private static string TypeName(Type type)
    {
        Type bare = Nullable.GetUnderlyingType(type) ?? type;
        if (bare.IsArray)
            return TypeName(bare.GetElementType()!) + "[]";
        return bare == typeof(string) ? "string"
            : bare == typeof(int) ? "int"
            : bare == typeof(long) ? "long"
            : bare == typeof(ulong) ? "ulong"
            : bare == typeof(bool) ? "bool"
            : bare == typeof(object) ? "object"
            : bare == typeof(double) ? "double"
            : bare == typeof(decimal) ? "decimal"
            : bare == typeof(byte) ? "byte"
            : bare.Name;
    }

    private static string[] EnumNames(Type type)
    {
        Type bare = Nullable.GetUnderlyingType(type) ?? type;
        return bare.IsEnum && bare.Assembly != typeof(Cmdlet).Assembly ? Enum.GetNames(bare) : [];
    }

    /// <summary>What the property holds before anyone sets it, where that says something.</summary>
    private static string? DefaultOf(Type cmdlet, PropertyInfo property)
    {
        object instance = Activator.CreateInstance(cmdlet)!;
        try
        {
            object? value = property.GetValue(instance);
            return value switch
            {
                null or SwitchParameter or (ICollection { Count: 0 }) => null,
                int and 0 or long and 0L => null,
                IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
                string[] list => string.Join(", ", list),
                _ => value.ToString(),
            };
        }
        finally
        {
            (instance as IDisposable)?.Dispose();
        }
    }
}
