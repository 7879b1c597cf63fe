using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace PSScim.Bench;

/// <summary>
/// (d): what Invoke-RestMethod makes of a body. The text is read into Newtonsoft's tree, and each object of the tree
/// becomes a PSObject with a note property for each member, each array an object[].
/// </summary>
internal static class NoteProperties
{
    private static readonly JsonSerializerSettings s_settings = new()
    {
        TypeNameHandling = TypeNameHandling.None,
        MetadataPropertyHandling = MetadataPropertyHandling.Ignore,
        MaxDepth = 1024,
    };

    internal static PSObject Read(string body) =>
        Of(JsonConvert.DeserializeObject<JObject>(body, s_settings) ?? throw new InvalidOperationException("The body is null."));

    private static PSObject Of(JObject members)
    {
        var result = new PSObject();
        // Two names that differ in case alone cannot both be properties, so it looks for them.
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (KeyValuePair<string, JToken?> member in members)
        {
            if (member.Key.Length == 0 || !seen.Add(member.Key))
                throw new InvalidOperationException($"'{member.Key}' cannot be a property.");
            result.Properties.Add(new PSNoteProperty(member.Key, Value(member.Value)));
        }
        return result;
    }

    private static object? Value(JToken? token) => token switch
    {
        JObject members => Of(members),
        JArray items => items.Select(Value).ToArray(),
        JValue value => value.Value,
        _ => null,
    };
}
