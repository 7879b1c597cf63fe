using System;
using System.Collections;
using System.Collections.Generic;
using System.Globalization;
using System.Management.Automation;
using System.Numerics;
using System.Security;
using System.Text;
using PSScim.Native;

namespace PSScim.Changes;

/// <summary>What scripts give as a value, as JSON: dates in UTC, objects and dictionaries by their members.</summary>
internal static class JsonValue
{
    internal static string Of(object? value)
    {
        var text = new StringBuilder();
        Write(text, value, 0);
        return text.ToString();
    }

    /// <summary>A resource as JSON: as it was received, or with what was set on it.</summary>
    internal static string OfResource(ScimResource resource)
    {
        if (resource.PresentEdits is not { IsEmpty: false } && !resource.HasEdits)
            return resource.ToJson();
        var text = new StringBuilder();
        WriteObject(text, resource.Values, 0);
        return text.ToString();
    }

    /// <exception cref="ScimException">The value is nothing that can be sent.</exception>
    internal static void Write(StringBuilder text, object? value, int depth)
    {
        if (depth > Limits.Depth)
            throw Unfit("The value is nested deeper than the limit of " + Limits.Depth + " levels.");
        switch (SetValue.Bare(value))
        {
            case null:
                text.Append("null");
                break;
            case string plain:
                JsonText.Quote(text, plain);
                break;
            case bool flag:
                text.Append(flag ? "true" : "false");
                break;
            case SwitchParameter flag:
                text.Append(flag.IsPresent ? "true" : "false");
                break;
            case DateTime time:
                JsonText.Quote(text, Utc(IsoDateTime.ToUtc(time)));
                break;
            case DateTimeOffset time:
                JsonText.Quote(text, Utc(time.UtcDateTime));
                break;
            case char or Guid or Enum or TimeSpan or Version:
                JsonText.Quote(text, Convert.ToString(SetValue.Bare(value), CultureInfo.InvariantCulture) ?? "");
                break;
            case Uri address:
                JsonText.Quote(text, address.OriginalString);
                break;
            case sbyte or byte or short or ushort or int or uint or long or ulong or decimal or BigInteger:
                text.Append(Convert.ToString(SetValue.Bare(value), CultureInfo.InvariantCulture));
                break;
            case float or double:
                WriteFraction(text, Convert.ToDouble(SetValue.Bare(value), CultureInfo.InvariantCulture));
                break;
            case SecureString:
                throw Unfit("A SecureString can be used only for the password.");
            case byte[] bytes:
                JsonText.Quote(text, Convert.ToBase64String(bytes));
                break;
            // A manager or a member given as the object.
            case ScimResource { Id: string id }:
                JsonText.Quote(text, id);
                break;
            case ScimObject complex:
                WriteObject(text, complex.Values, depth);
                break;
            case IDictionary dictionary:
                WriteObject(text, Entries(dictionary), depth);
                break;
            case PSObject custom:
                WriteObject(text, Properties(custom), depth);
                break;
            case IEnumerable list:
                WriteArray(text, list, depth);
                break;
            case object other:
                throw Unfit($"A value of type {other.GetType().Name} can't be sent.");
        }
    }

    internal static IEnumerable<KeyValuePair<string, object?>> Entries(IDictionary dictionary)
    {
        foreach (DictionaryEntry entry in dictionary)
            yield return new(Convert.ToString(entry.Key, CultureInfo.InvariantCulture) ?? "", entry.Value);
    }

    internal static IEnumerable<KeyValuePair<string, object?>> Properties(PSObject custom)
    {
        foreach (PSPropertyInfo property in custom.Properties)
            if (property.IsGettable)
                yield return new(property.Name, property.Value);
    }

    private static void WriteObject(StringBuilder text, IEnumerable<KeyValuePair<string, object?>> members, int depth)
    {
        text.Append('{');
        bool first = true;
        foreach (KeyValuePair<string, object?> member in members)
        {
            if (!first)
                text.Append(',');
            first = false;
            JsonText.Quote(text, member.Key);
            text.Append(':');
            Write(text, member.Value, depth + 1);
        }
        text.Append('}');
    }

    private static void WriteArray(StringBuilder text, IEnumerable list, int depth)
    {
        text.Append('[');
        bool first = true;
        foreach (object? element in list)
        {
            if (!first)
                text.Append(',');
            first = false;
            Write(text, element, depth + 1);
        }
        text.Append(']');
    }

    private static void WriteFraction(StringBuilder text, double number)
    {
        if (double.IsNaN(number) || double.IsInfinity(number))
            throw Unfit("JSON can't represent the number " + number.ToString(CultureInfo.InvariantCulture) + ".");
        text.Append(number.ToString("R", CultureInfo.InvariantCulture));
    }

    private static string Utc(DateTime utc) => utc.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);

    private static ScimException Unfit(string message) => new(
        ErrorId.InvalidValue,
        message + " No request was made.");
}
