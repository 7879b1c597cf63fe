using System;
using System.Globalization;

namespace PSScim;

/// <summary>The .NET value of what a record holds for one property of an object.</summary>
internal readonly struct ReceivedValue
{
    private readonly ScimObject _owner;
    private readonly int _slot;
    private readonly KnownAttribute? _known;

    private ReceivedValue(ScimObject owner, int slot) =>
        (_owner, _slot, _known) = (owner, slot, owner.Binding.KnownOf(slot));

    /// <summary>What was received, or null where nothing was.</summary>
    internal static object? Of(ScimObject owner, int slot)
    {
        RecordCursor at = owner.Members;
        if (!owner.Binding.Find(slot, ref at, out Tag tag))
            return null;
        var value = new ReceivedValue(owner, slot);
        // Some servers send the one value of a multi-valued attribute bare.
        if (tag != Tag.Array && tag != Tag.Null && value._known is { IsMultiValued: true })
            return new[] { value.Read(ref at, tag, "[0]", 0) };
        return value.Read(ref at, tag, "", 0);
    }

    /// <summary>The id that was received, a number in its digits; null where there is none, or something that is no id.</summary>
    internal static string? IdOf(ScimObject owner, int slot)
    {
        RecordCursor at = owner.Members;
        if (!owner.Binding.Find(slot, ref at, out Tag tag))
            return null;
        string? id = tag switch
        {
            Tag.Integer => at.ReadInteger().ToString(CultureInfo.InvariantCulture),
            Tag.Number => at.ReadNumber(),
            Tag.String => at.ReadText(),
            Tag.Name => owner.Binding.Names[at.ReadNameId()],
            _ => null,
        };
        return id is { Length: > 0 } ? id : null;
    }

    private object? Read(ref RecordCursor at, Tag tag, string index, int depth) => tag switch
    {
        Tag.False => false,
        Tag.True => true,
        Tag.Integer => Number(at.ReadInteger()),
        Tag.Number when IsText => at.ReadNumber(),
        Tag.Number => JsonNumber.Read(at.ReadNumber()),
        Tag.String => Text(at.ReadText()),
        Tag.Name => _owner.Binding.Names[at.ReadNameId()],
        Tag.Array => ReadArray(ref at, index, depth + 1),
        Tag.Object => ReadObject(at.ReadObject(), index, null),
        _ => null,
    };

    /// <summary>
    /// Walks over the elements before it makes room for them, since how many there are is only said; and gives the
    /// objects among them one type, so that what one of them has the others have as $null.
    /// </summary>
    private object?[] ReadArray(ref RecordCursor at, string index, int depth)
    {
        if (depth > Limits.Depth)
            throw new RecordFormatException("A record is inconsistent: it is nested too deeply.");
        RecordCursor elements = at.ReadArray(out int count);
        RecordCursor ahead = elements;
        Binding? binding = null;
        for (int i = 0; i < count; i++)
        {
            Tag tag = ahead.ReadTag();
            if (tag != Tag.Object)
            {
                ahead.Skip(tag);
                continue;
            }
            Binding next = _owner.Binding.Child(_slot, ahead.ReadObject());
            if (binding is null || next.Shape.Names.Count > binding.Shape.Names.Count)
                binding = next;
        }
        var values = new object?[count];
        for (int i = 0; i < count; i++)
        {
            Tag tag = elements.ReadTag();
            if (tag == Tag.Object)
                values[i] = ReadObject(elements.ReadObject(), index + Index(i), binding);
            else
                values[i] = Read(ref elements, tag, tag == Tag.Array ? index + Index(i) : "", depth);
        }
        return values;
    }

    private ScimComplex ReadObject(RecordCursor members, string index, Binding? binding)
    {
        binding ??= _owner.Binding.Child(_slot, members);
        var complex = (ScimComplex)binding.Shape.Create();
        complex.Place(_owner, binding, _owner.PathOf(_slot) + index, members);
        return complex;
    }

    private bool IsText => _known?.Type is "string";

    /// <summary>A number, or the text that the schema says it is: some servers number their objects.</summary>
    private object Number(long number) => IsText ? number.ToString(CultureInfo.InvariantCulture) : number;

    /// <summary>
    /// A string, or what the schema says that it stands for. A text that merely looks like a date stays a text where the
    /// schema does not call it one.
    /// </summary>
    private object Text(string text) => _known?.Type switch
    {
        "dateTime" when IsoDateTime.TryParse(text, out DateTime utc) => utc,
        "boolean" when bool.TryParse(text, out bool value) => value,
        _ => text,
    };

    private static string Index(int i) => "[" + i.ToString(CultureInfo.InvariantCulture) + "]";
}
