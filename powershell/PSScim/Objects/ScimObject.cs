using System;
using System.Collections.Generic;
using System.ComponentModel;

namespace PSScim;

/// <summary>
/// A resource, or a complex value inside one. The types of real objects are emitted: they have a property for each
/// attribute, named as on the wire, which reads the received bytes when someone looks, and not before.
/// </summary>
public abstract class ScimObject
{
    private byte[] _record = null!;
    private Binding _binding = null!;

    /// <summary>For the emitted types only.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    protected ScimObject()
    {
    }

    internal Binding Binding => _binding;

    internal byte[] Record => _record;

    /// <summary>The resource, which remembers what was set anywhere inside it.</summary>
    internal abstract ScimResource Root { get; }

    /// <summary>The members as they were received.</summary>
    internal abstract RecordCursor Members { get; }

    /// <summary>The attributes that have a value, set or received, by name; in the order of the properties.</summary>
    internal IEnumerable<KeyValuePair<string, object?>> Values
    {
        get
        {
            for (int slot = 0; slot < _binding.Shape.Names.Count; slot++)
                if (GetSlot(slot) is object value)
                    yield return new KeyValuePair<string, object?>(_binding.Shape.Names[slot], value);
        }
    }

    /// <summary>
    /// The object as it was received, as compact JSON: the same members in the same order, numbers as they were written.
    /// What was set since is not in it.
    /// </summary>
    public string ToJson() => RecordJson.Write(Members, _binding.Names);

    /// <summary>
    /// An attribute by its name, in any case: also one that is no property because .NET or PowerShell has a member of this
    /// name, such as <c>$user['count']</c>. Null where there is none.
    /// </summary>
    /// <param name="name">The attribute's name.</param>
    public object? this[string name]
    {
        get => GetValue(name);
        set
        {
            if (!_binding.Shape.TryGetSlot(name ?? throw new ArgumentNullException(nameof(name)), out int slot))
                throw new ArgumentException($"The object has no attribute '{name}'.", nameof(name));
            SetSlot(slot, value);
        }
    }

    /// <summary>The value of an attribute by its name, in any case; null where there is none.</summary>
    internal object? GetValue(string name) => _binding.Shape.TryGetSlot(name, out int slot) ? GetSlot(slot) : null;

    /// <summary>
    /// The path of a property from the resource, as RFC 7644 section 3.5.2 spells paths, with indexes for elements:
    /// <c>title</c>, <c>name.givenName</c>, <c>emails[0].value</c>, <c>urn:…:User:department</c>.
    /// </summary>
    internal abstract string PathOf(int slot);

    /// <summary>Reads a property. For the emitted types only.</summary>
    /// <param name="slot">Its place.</param>
    /// <returns>What was set, else what was received, else null.</returns>
    [EditorBrowsable(EditorBrowsableState.Never)]
    protected internal object? GetSlot(int slot)
    {
        ScimResource root = Root;
        if (root.PresentEdits is { IsEmpty: false } edits && edits.TryGet(PathOf(slot), out object? set))
            return set;
        object? received = ReceivedValue.Of(this, slot);
        return received is object?[] { Length: > 0 } values ? root.Lend(PathOf(slot), values) : received;
    }

    /// <summary>Sets a property. For the emitted types only.</summary>
    /// <param name="slot">Its place.</param>
    /// <param name="value">The new value; null to clear it.</param>
    [EditorBrowsable(EditorBrowsableState.Never)]
    protected internal void SetSlot(int slot, object? value)
    {
        ScimResource root = Root;
        string path = PathOf(slot);
        object? bare = SetValue.Bare(value);
        // The value that the property has now: what was set inside it stays.
        if (SetValue.IsItself(bare, GetSlot(slot)))
            return;
        if (SetValue.IsSame(bare, Baseline(slot)))
            root.PresentEdits?.Remove(path);
        else
            root.Edit(path, SetValue.ToKeep(bare, _binding.KnownOf(slot)));
    }

    /// <summary>What the service has, as far as is known: what it was told last, else what was received.</summary>
    internal object? Baseline(int slot) =>
        Root.PresentEdits is Edits edits && edits.TryGetSent(PathOf(slot), out object? sent) ? sent : ReceivedValue.Of(this, slot);

    /// <summary>The same by name.</summary>
    internal object? Baseline(string name) => _binding.Shape.TryGetSlot(name, out int slot) ? Baseline(slot) : null;

    /// <summary>Reads an attribute of an extension. For the emitted types only.</summary>
    /// <param name="urn">The extension's name.</param>
    /// <param name="name">The attribute's.</param>
    /// <returns>What was set, else what was received, else null.</returns>
    [EditorBrowsable(EditorBrowsableState.Never)]
    protected internal object? GetInside(string urn, string name)
    {
        // Where the extension itself lacks it, it was set beside it.
        if (Root.PresentEdits is { IsEmpty: false } edits && edits.TryGet(urn + ":" + name, out object? assigned))
            return assigned;
        return GetValue(urn) switch
        {
            ScimObject inside => inside.GetValue(name),
            System.Collections.IDictionary set => set[name],
            _ => null,
        };
    }

    /// <summary>Sets an attribute of an extension. For the emitted types only.</summary>
    /// <param name="urn">The extension's name.</param>
    /// <param name="name">The attribute's.</param>
    /// <param name="value">The new value; null to clear it.</param>
    [EditorBrowsable(EditorBrowsableState.Never)]
    protected internal void SetInside(string urn, string name, object? value)
    {
        object? extension = GetValue(urn);
        if (extension is ScimObject inside && inside.Binding.Shape.TryGetSlot(name, out int slot))
            inside.SetSlot(slot, value);
        else if (extension is System.Collections.IDictionary set)
            set[name] = SetValue.Bare(value);
        else
            Root.Edit(urn + ":" + name, SetValue.ToKeep(SetValue.Bare(value), KnownSchema.Find(ResourceKind.User, urn + ":" + name)));
    }

    private protected void Attach(byte[] record, Binding binding) => (_record, _binding) = (record, binding);

    /// <summary>The first of these attributes that has a plain value, as text; else the JSON.</summary>
    private protected string Describe(params string[] names)
    {
        foreach (string name in names)
            if (GetValue(name) is object value and not (ScimObject or System.Collections.IList) && value.ToString() is { Length: > 0 } text)
                return text;
        return ToJson();
    }
}
