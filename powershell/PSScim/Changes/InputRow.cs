using System;
using System.Collections;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Management.Automation;
using System.Security;
using System.Text.RegularExpressions;
using PSScim.Native;

namespace PSScim.Changes;

/// <summary>
/// One object from the pipeline, read as an id and what is to be set: an id alone, a resource with what was set on it, a
/// dictionary, a row of Import-Csv, an object of ConvertFrom-Json, or what Select-Object, Clixml or a job made of a resource.
/// </summary>
internal sealed class InputRow
{
    /// <summary>What every resource has and no one sets: rows that were exported have them too.</summary>
    private static readonly string[] s_envelope = ["schemas", "meta"];

    private static readonly Regex s_untitled = new(@"^H\d+$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase);

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

    /// <summary>The resource itself, on which values were set; null for every other form of input.</summary>
    internal ScimResource? Resource { get; private set; }

    /// <summary>Whether the input says values without saying which of them are new: a row, or a copy of a resource.</summary>
    internal bool IsRow { get; private set; }

    /// <summary>Columns of a row that were left out, since only the service sets them.</summary>
    internal List<string> Ignored { get; } = [];

    /// <summary>The version that the object had when it was read or changed last, where the server gives versions.</summary>
    internal string? Version { get; private set; }

    /// <summary>What people know the object by.</summary>
    internal string? Label { get; private set; }

    /// <param name="input">The object.</param>
    /// <param name="names">What the cmdlet's parameters stand for.</param>
    /// <param name="kind">What it is to be.</param>
    /// <param name="isNew">Whether it is read as a pattern for a new object, all of it, or for what was changed.</param>
    /// <param name="clears">Whether an empty cell of a row clears the attribute.</param>
    /// <exception cref="ScimException">It cannot be read.</exception>
    internal static InputRow Read(object input, ParameterNames names, ResourceKind kind, bool isNew, bool clears = false)
    {
        var row = new InputRow();
        object? bare = SetValue.Bare(input);
        switch (bare)
        {
            case string or Guid or int or long:
                row.Id = KeyText.Of(bare) ?? throw Nameless();
                break;
            case ScimResource resource:
                if (resource.IsIncomplete)
                    throw IncompleteResource.Refusal(resource.Id);
                row.Id = resource.Id;
                row.Resource = resource;
                row.Label = (resource.GetValue("userName") ?? resource.GetValue("displayName"))?.ToString();
                row.Version = resource.Version;
                TakeAdded(resource, PSObject.AsPSObject(input), kind);
                row.Values = isNew ? Pattern.Of(resource) : [.. EditNames.Of(resource)];
                break;
            case IDictionary dictionary:
                row.Take([.. JsonValue.Entries(dictionary)], names, new RowValue(kind, clears, isWritten: true), isCopy: false, clears);
                break;
            default:
                PSObject custom = PSObject.AsPSObject(input);
                if (custom.Properties[IncompleteResource.Mark]?.Value is true)
                    throw IncompleteResource.Refusal(ResourceId.Of(custom.Properties["id"]?.Value));
                if (isNew && IsSavedResource(custom))
                    row.Values = Pattern.Of(custom);
                else
                    row.Take([.. JsonValue.Properties(custom)], names, new RowValue(kind, clears), IsCopy(custom), clears);
                break;
        }
        if (isNew)
            row.Id = null;
        row.Label ??= row.Text("userName") ?? row.Text("displayName") ?? row.Id;
        return row;
    }

    /// <summary>An object of which an attribute is known, and nothing more.</summary>
    internal static InputRow Named(string attribute, string value)
    {
        string key = KeyText.Of(value) ?? throw Nameless();
        return new() { Values = [new(attribute, key)], Label = key };
    }

    /// <summary>The value of a name as text, or null.</summary>
    internal string? Text(string name)
    {
        int at = Values.FindLastIndex(value => string.Equals(value.Key, name, StringComparison.OrdinalIgnoreCase));
        return at >= 0 && Values[at].Value is object value
            && Convert.ToString(SetValue.Bare(value), CultureInfo.InvariantCulture) is { Length: > 0 } text ? text : null;
    }

    /// <summary>What errors and prompts call it: its name, and its id where it has another one.</summary>
    internal string Name => Label is null ? Id ?? "" : Id is null || Id == Label ? Label : $"{Label} (id {Id})";

    /// <summary>What names it to a script that handles its error: the id, else the name. Never the row, which may hold a password.</summary>
    internal string? Key => Id ?? Label;

    private static bool IsSavedResource(PSObject custom) => custom.TypeNames.Any(name =>
        name.StartsWith("Deserialized.PSScim.", StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether an object was a resource once: what Select-Object, Import-Clixml, a job or ConvertFrom-Json made of one.</summary>
    private static bool IsCopy(PSObject custom) =>
        custom.TypeNames.Any(name => name.IndexOf("PSScim.Emitted.", StringComparison.OrdinalIgnoreCase) >= 0)
        || (SetValue.Bare(custom.Properties["schemas"]?.Value) is IEnumerable and not string && custom.Properties["id"] is not null);

    /// <summary>
    /// Takes what Add-Member put on a resource as if it had been assigned, where the schema has the attribute: the object has no
    /// property for what the service didn't return. Other members are the script's own.
    /// </summary>
    private static void TakeAdded(ScimResource resource, PSObject wrapped, ResourceKind kind)
    {
        foreach (PSPropertyInfo property in wrapped.Properties)
        {
            if (!property.IsInstance || property.MemberType != PSMemberTypes.NoteProperty || KnownSchema.FindShort(kind, property.Name) is not { } known)
                continue;
            object? value = SetValue.ToKeep(SetValue.Bare(property.Value), known);
            object? sent = null;
            if (resource.Binding.Shape.TryGetSlot(property.Name, out int slot))
                resource.SetSlot(slot, value);
            else if (resource.PresentEdits?.TryGetSent(known.Name, out sent) != true ? value is not null : JsonValue.Of(sent) != JsonValue.Of(value))
                resource.Edit(known.Name, value);
        }
    }

    private void Take(List<KeyValuePair<string, object?>> members, ParameterNames names, RowValue values, bool isCopy, bool clears)
    {
        IsRow = true;
        CheckTitles(members);
        foreach (KeyValuePair<string, object?> member in members)
        {
            string name = names.AttributeOf(KeyText.Trim(member.Key));
            object? value = values.Unguarded(SetValue.Bare(member.Value));
            bool isKey = IsKey(name);
            if (Is(name, "password"))
                TakePassword(value);
            else if (Is(name, "id"))
                Id = RowValue.IsEmpty(value) ? null : KeyText.Of(ResourceId.Of(value) ?? throw NoId(value!));
            else if (s_envelope.Any(known => Is(name, known) || name.StartsWith(known + ".", StringComparison.OrdinalIgnoreCase)))
                continue;
            else if (values.IsReadOnly(name))
                Ignore(name, isCopy || RowValue.IsEmpty(value));
            else if (!RowValue.IsEmpty(value))
                Add(name, isKey ? KeyText.Of(value) : values.Of(name, value is string ? value : member.Value), member.Key);
            else if (clears && !isKey)
                Values.Add(new(name, null));
        }
    }

    private void Add(string name, object? value, string title)
    {
        if (value is null)
            return;
        if (s_untitled.IsMatch(name))
            throw new ScimException(
                ErrorId.InvalidValue,
                $"The value '{value}' stands in a column without a title, which Import-Csv calls {title}. No request was made.",
                "Give each column of the file a title, and check the -Delimiter.");
        Values.Add(new(name, value));
    }

    private void Ignore(string name, bool isSilent)
    {
        if (!isSilent)
            Ignored.Add(name);
    }

    /// <summary>A file whose columns were not told apart has one column, or one with a separator in its title.</summary>
    private static void CheckTitles(List<KeyValuePair<string, object?>> members)
    {
        foreach (KeyValuePair<string, object?> member in members)
        {
            int at = member.Key.IndexOfAny([';', '\t', ',', '|']);
            if (at < 0 || member.Key.IndexOf('[') >= 0)
                continue;
            string delimiter = member.Key[at] == '\t' ? "\"`t\"" : $"'{member.Key[at]}'";
            throw new ScimException(
                ErrorId.InvalidValue,
                $"The row has a column '{member.Key}', so the columns of the file were not told apart. No request was made.",
                $"Use Import-Csv -Delimiter {delimiter}.");
        }
    }

    private static ScimException NoId(object value) => new(
        ErrorId.InvalidId,
        $"The object's id is a {value.GetType().Name}, not a string or a number. No request was made.",
        "Pass the id exactly as the service returned it.");

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

    private static bool IsKey(string name) => Is(name, "userName") || Is(name, "externalId");

    private static bool Is(string name, string other) => string.Equals(name, other, StringComparison.OrdinalIgnoreCase);

    private static ScimException Nameless() => new(
        ErrorId.InvalidId,
        "The id or name is empty. No request was made.",
        "Give an id, a user name, or an object that has one.");
}
