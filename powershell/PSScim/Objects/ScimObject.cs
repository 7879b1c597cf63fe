using System;
using System.ComponentModel;
using System.Globalization;
using System.Management.Automation;
using System.Numerics;

namespace PSScim;

/// <summary>
/// A resource, or a complex value inside one. The types of real objects are emitted: they have a property for each
/// attribute, named as on the wire, which reads the received bytes when someone looks, and not before.
/// </summary>
public abstract class ScimObject
{
    private byte[] _record = [];
    private Binding _binding = null!;

    /// <summary>For the emitted types only.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    protected ScimObject()
    {
    }

    internal Binding Binding => _binding;

    /// <summary>The object that remembers what was set, and the path from it to here.</summary>
    private protected abstract ScimResource Root { get; }

    /// <summary>The path of the member of this name, as RFC 7644 section 3.5.2 spells paths.</summary>
    private protected abstract string PathOf(string name);

    private protected byte[] Record => _record;

    private protected abstract RecordCursor Members { get; }

    internal void Attach(byte[] record, Binding binding) => (_record, _binding) = (record, binding);

    /// <summary>The object as it was received, as compact JSON: the same members in the same order, numbers as they were written.</summary>
    public string ToJson() => RecordJson.Write(Members, _binding.Names);

    /// <summary>The value of an attribute by its name, in any case; null where there is none.</summary>
    internal object? GetValue(string name) => _binding.Shape.TryGetSlot(name, out int slot) ? GetSlot(slot) : null;

    /// <summary>Reads a property. For the emitted types only.</summary>
    /// <param name="slot">Its place.</param>
    /// <returns>What was set, else what was received, else null.</returns>
    [EditorBrowsable(EditorBrowsableState.Never)]
    protected internal object? GetSlot(int slot)
    {
        if (Root.PresentEdits is Edits edits && edits.TryGet(PathOf(_binding.Shape.Names[slot]), out object? set))
            return set;
        return Received(slot);
    }

    /// <summary>Sets a property. For the emitted types only.</summary>
    /// <param name="slot">Its place.</param>
    /// <param name="value">The new value; null to clear it.</param>
    [EditorBrowsable(EditorBrowsableState.Never)]
    protected internal void SetSlot(int slot, object? value)
    {
        if (value is PSObject wrapped && wrapped.BaseObject is not PSCustomObject)
            value = wrapped.BaseObject;
        string path = PathOf(_binding.Shape.Names[slot]);
        if (Equals(value, Received(slot)))
            Root.PresentEdits?.Remove(path);
        else
            Root.Edit(path, value);
    }

    private object? Received(int slot)
    {
        if (!_binding.Find(Members, slot, out RecordCursor at, out Tag tag))
            return null;
        KnownAttribute? known = _binding.KnownOf(slot);
        string path = PathOf(_binding.Shape.Names[slot]);
        if (tag != Tag.Array && tag != Tag.Null && known is { IsMultiValued: true })
            return new[] { Value(ref at, tag, slot, known, path + "[0]") };
        return Value(ref at, tag, slot, known, path);
    }

    private object? Value(ref RecordCursor at, Tag tag, int slot, KnownAttribute? known, string path)
    {
        switch (tag)
        {
            case Tag.False:
                return false;
            case Tag.True:
                return true;
            case Tag.Integer:
                return at.ReadInteger();
            case Tag.Number:
                return Number(at.ReadText());
            case Tag.String:
                return Text(at.ReadText(), known);
            case Tag.Name:
                return _binding.Names[at.ReadNameId()];
            case Tag.Array:
                RecordCursor elements = at.ReadArray(out int count);
                var values = new object?[count];
                for (int i = 0; i < count; i++)
                    values[i] = Value(ref elements, elements.ReadTag(), slot, known, path + "[" + i.ToString(CultureInfo.InvariantCulture) + "]");
                return values;
            case Tag.Object:
                RecordCursor members = at.ReadObject();
                Binding child = _binding.Child(slot, members);
                var complex = (ScimComplex)child.Shape.Create();
                complex.Attach(_record, child);
                complex.Place(Root, path, members.At, members.End);
                return complex;
            default:
                return null;
        }
    }

    /// <summary>A number beyond 64 bits, or with a fraction or an exponent.</summary>
    private static object Number(string text)
    {
        if (text == "-0")
            return -0.0;
        if (BigInteger.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out BigInteger whole))
            return whole;
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && !double.IsInfinity(number)
            ? number
            : text;
    }

    /// <summary>
    /// A string, or what the schema says that it stands for. A text that merely looks like a date stays a text where the
    /// schema does not call it one.
    /// </summary>
    private static object Text(string text, KnownAttribute? known) => known?.Type switch
    {
        "dateTime" when text.Length >= 10 && text[4] == '-' && DateTimeOffset.TryParse(
            text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset date) => date.UtcDateTime,
        "boolean" when bool.TryParse(text, out bool value) => value,
        _ => text,
    };
}
