using System.Globalization;
using System.Text;

namespace PSScim;

/// <summary>A record as the JSON that it was received as: same members, order, spelling and numbers; compact.</summary>
internal static class RecordJson
{
    internal static string Write(RecordCursor members, NameTable names)
    {
        var text = new StringBuilder();
        WriteObject(text, members, names, 0);
        return text.ToString();
    }

    private static void WriteObject(StringBuilder text, RecordCursor members, NameTable names, int depth)
    {
        text.Append('{');
        for (bool first = true; !members.IsAtEnd; first = false)
        {
            if (!first)
                text.Append(',');
            WriteString(text, names[members.ReadNameId()]);
            text.Append(':');
            WriteValue(text, ref members, names, depth);
        }
        text.Append('}');
    }

    private static void WriteArray(StringBuilder text, RecordCursor elements, int count, NameTable names, int depth)
    {
        text.Append('[');
        for (int i = 0; i < count; i++)
        {
            if (i > 0)
                text.Append(',');
            WriteValue(text, ref elements, names, depth);
        }
        text.Append(']');
    }

    private static void WriteValue(StringBuilder text, ref RecordCursor at, NameTable names, int depth)
    {
        if (depth > Limits.Depth || text.Length > Limits.JsonLength)
            throw new RecordFormatException("A record is inconsistent: it is nested too deeply or is too long.");
        switch (at.ReadTag())
        {
            case Tag.Null:
                text.Append("null");
                break;
            case Tag.False:
                text.Append("false");
                break;
            case Tag.True:
                text.Append("true");
                break;
            case Tag.Integer:
                text.Append(at.ReadInteger().ToString(CultureInfo.InvariantCulture));
                break;
            case Tag.Number:
                text.Append(at.ReadNumber());
                break;
            case Tag.String:
                WriteString(text, at.ReadText());
                break;
            case Tag.Name:
                WriteString(text, names[at.ReadNameId()]);
                break;
            case Tag.Array:
                RecordCursor elements = at.ReadArray(out int count);
                WriteArray(text, elements, count, names, depth + 1);
                break;
            case Tag.Object:
                WriteObject(text, at.ReadObject(), names, depth + 1);
                break;
        }
    }

    private static void WriteString(StringBuilder text, string value)
    {
        text.Append('"');
        foreach (char c in value)
        {
            _ = c switch
            {
                '"' => text.Append("\\\""),
                '\\' => text.Append("\\\\"),
                '\n' => text.Append("\\n"),
                '\r' => text.Append("\\r"),
                '\t' => text.Append("\\t"),
                < ' ' => text.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture)),
                _ => text.Append(c),
            };
        }
        text.Append('"');
    }
}
