using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;

namespace PSScim.Changes;

/// <summary>What a cmdlet's parameters say, as names and values.</summary>
internal static class Assignments
{
    /// <summary>Adds the entries of a dictionary such as -Replace, whose keys may be parameters' names too.</summary>
    internal static void AddAll(this List<KeyValuePair<string, object?>> list, IDictionary? dictionary, ParameterNames names)
    {
        if (dictionary is null)
            return;
        foreach (KeyValuePair<string, object?> entry in JsonValue.Entries(dictionary))
            list.Add(new(names.AttributeOf(entry.Key), entry.Value));
    }

    /// <summary>Adds the parameters that stand for attributes and were given; they go before what the input says.</summary>
    /// <param name="list">To where.</param>
    /// <param name="command">The cmdlet.</param>
    /// <param name="except">The attribute by which the object is found, and which therefore is not set.</param>
    internal static void AddGiven(this List<KeyValuePair<string, object?>> list, PSCmdlet command, string? except = null) =>
        list.AddRange(ParameterNames.Of(command.GetType()).Given(command).Where(given => given.Key != except));
}
