using System.Collections.Generic;
using System.Globalization;
using System.Text;

namespace PSScim.Native;

/// <summary>Writes the small JSON objects in which parameters cross the border. A null value is left out.</summary>
internal sealed class JsonText
{
    private readonly StringBuilder _text = new("{");

    internal JsonText Add(string name, string? value)
    {
        if (value is not null)
            Quote(Name(name), value);
        return this;
    }

    internal JsonText Add(string name, long? value)
    {
        if (value is not null)
            Name(name).Append(value.Value.ToString(CultureInfo.InvariantCulture));
        return this;
    }

    internal JsonText Add(string name, double? value)
    {
        if (value is not null)
            Name(name).Append(value.Value.ToString("R", CultureInfo.InvariantCulture));
        return this;
    }

    internal JsonText Add(string name, bool? value)
    {
        if (value is not null)
            Name(name).Append(value.Value ? "true" : "false");
        return this;
    }

    internal JsonText Add(string name, JsonText value)
    {
        Name(name).Append(value);
        return this;
    }

    internal JsonText Add(string name, IReadOnlyList<string>? values)
    {
        if (values is null || values.Count == 0)
            return this;
        Name(name).Append('[');
        for (int i = 0; i < values.Count; i++)
            Quote(i == 0 ? _text : _text.Append(','), values[i]);
        _text.Append(']');
        return this;
    }

    /// <summary>Adds a value that is JSON already.</summary>
    internal JsonText AddJson(string name, string json)
    {
        Name(name).Append(json);
        return this;
    }

    public override string ToString() => _text + "}";

    /// <summary>A text as a JSON string.</summary>
    internal static string Quoted(string value) => Quote(new StringBuilder(), value).ToString();

    private StringBuilder Name(string name)
    {
        if (_text.Length > 1)
            _text.Append(',');
        return Quote(_text, name).Append(':');
    }

    /// <summary>Appends a text as a JSON string.</summary>
    internal static StringBuilder Quote(StringBuilder text, string value)
    {
        text.Append('"');
        foreach (char c in value)
        {
            if (c is '"' or '\\')
                text.Append('\\').Append(c);
            // Half of a surrogate pair cannot cross as UTF-8; as an escape it arrives, and is refused there by name.
            else if (c < ' ' || char.IsSurrogate(c))
                text.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture));
            else
                text.Append(c);
        }
        return text.Append('"');
    }
}
