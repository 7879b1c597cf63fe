using System;
using System.Collections;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Management.Automation;
using System.Security;
using PSScim.Native;

namespace PSScim.Changes;

/// <summary>
/// One object from the pipeline, read as an id and what is to be set: an id alone, a resource with what was set on it, a
/// dictionary, a row of Import-Csv, an object of ConvertFrom-Json.
/// </summary>
internal sealed class InputRow
{
    /// <summary>What every resource has and no one sets: rows that were exported have them too.</summary>
    private static readonly string[] s_envelope = ["schemas", "meta"];

    private InputRow()
    {
    }

    internal string? Id { get; private set; }

    /// <summary>Names and values, in order.</summary>
    internal List<KeyValuePair<string, object?>> Values { get; private set; } = [];

    /// <summary>The password, of which whoever takes it disposes; null where there is none.</summary>
    internal SecretBytes? Password { get; private set; }

    /// <summary>Whether the password came as text.</summary>
    internal bool PasswordWasText { get; private set; }

    /// <summary>A resource that was saved and read back: what was set on it cannot be told from what it had.</summary>
    internal bool IsSaved { get; private set; }

    /// <summary>The version that was read, where the server gives versions: a change must not undo another's.</summary>
    internal string? Version { get; private set; }

    /// <summary>What people know the object by.</summary>
    internal string? Label { get; private set; }

    /// <param name="input">The object.</param>
    /// <param name="names">What the cmdlet's parameters stand for.</param>
    /// <param name="isNew">Whether it is read as a pattern for a new object, all of it, or for what was changed.</param>
    /// <exception cref="ScimException">It cannot be read.</exception>
    internal static InputRow Read(object input, ParameterNames names, bool isNew)
    {
        var row = new InputRow();
        object? bare = SetValue.Bare(input);
        switch (bare)
        {
            case string or Guid or int or long:
                row.Id = Convert.ToString(bare, CultureInfo.InvariantCulture);
                break;
            case ScimResource resource:
                row.Id = resource.Id;
                row.Label = resource.ToString();
                row.Version = (resource.GetValue("meta") as ScimObject)?.GetValue("version") as string;
                row.Values = isNew ? Pattern.Of(resource) : [.. EditNames.Of(resource)];
                break;
            case IDictionary dictionary:
                row.Take(JsonValue.Entries(dictionary), names, isText: false);
                break;
            default:
                PSObject custom = PSObject.AsPSObject(input);
                if (IsSavedResource(custom))
                    row.TakeSaved(custom, isNew);
                else
                    row.Take(JsonValue.Properties(custom), names, isText: true);
                break;
        }
        if (isNew)
            row.Id = null;
        row.Label ??= row.Text("userName") ?? row.Text("displayName") ?? row.Id;
        return row;
    }

    /// <summary>An object of which an attribute is known, and nothing more.</summary>
    internal static InputRow Named(string attribute, string value) => new() { Values = [new(attribute, value)], Label = value };

    /// <summary>The value of a name as text, or null.</summary>
    internal string? Text(string name)
    {
        int at = Values.FindLastIndex(value => string.Equals(value.Key, name, StringComparison.OrdinalIgnoreCase));
        return at >= 0 && Values[at].Value is object value
            && Convert.ToString(SetValue.Bare(value), CultureInfo.InvariantCulture) is { Length: > 0 } text ? text : null;
    }

    private static bool IsSavedResource(PSObject custom) => custom.TypeNames.Any(name =>
        name.StartsWith("Deserialized.PSScim.", StringComparison.OrdinalIgnoreCase));

    /// <param name="members">Names and values.</param>
    /// <param name="names">What the cmdlet's parameters stand for.</param>
    /// <param name="isText">Whether an empty text is an empty cell, which says nothing, rather than somebody's word.</param>
    private void Take(IEnumerable<KeyValuePair<string, object?>> members, ParameterNames names, bool isText)
    {
        foreach (KeyValuePair<string, object?> member in members)
        {
            string name = names.AttributeOf(member.Key.Trim());
            object? value = SetValue.Bare(member.Value);
            if (Is(name, "password"))
                TakePassword(value);
            else if (Is(name, "id"))
                Id = Convert.ToString(value, CultureInfo.InvariantCulture) is { Length: > 0 } id ? id : null;
            else if (!s_envelope.Contains(name, StringComparer.OrdinalIgnoreCase) && !(isText && value is ""))
                Values.Add(new(name, member.Value));
        }
    }

    private void TakeSaved(PSObject custom, bool isNew)
    {
        IsSaved = true;
        Id = custom.Properties["id"]?.Value?.ToString();
        Label = (custom.Properties["userName"]?.Value ?? custom.Properties["displayName"]?.Value)?.ToString();
        if (isNew)
            Values = Pattern.Of(custom);
    }

    private void TakePassword(object? value)
    {
        switch (value)
        {
            case SecureString secret:
                Password = SecretText.Encode(secret);
                break;
            case string { Length: > 0 } text:
                Password = SecretBytes.Of(text);
                PasswordWasText = true;
                break;
        }
    }

    private static bool Is(string name, string other) => string.Equals(name, other, StringComparison.OrdinalIgnoreCase);
}
