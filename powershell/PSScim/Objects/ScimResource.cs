using System;
using System.Collections.Generic;
using System.ComponentModel;
using System.Management.Automation;
using System.Threading;

namespace PSScim;

/// <summary>What a resource is.</summary>
internal enum ResourceKind
{
    /// <summary>Anything of which nothing is known.</summary>
    Resource,

    /// <summary>A user.</summary>
    User,

    /// <summary>A group.</summary>
    Group,

    /// <summary>A schema (RFC 7643 section 7).</summary>
    Schema,

    /// <summary>A resource type (RFC 7643 section 6).</summary>
    ResourceType,

    /// <summary>A service provider configuration (RFC 7643 section 5).</summary>
    ServiceProviderConfig,
}

/// <summary>A SCIM resource (RFC 7643 section 3).</summary>
#pragma warning disable CA1036 // What is compared is who it is; equality stays that of references.
public abstract class ScimResource : ScimObject, IComparable, ICloneable
#pragma warning restore CA1036
{
    // With these three references a resource is 40 bytes beside its record: there may be a million of them.
    private Edits? _edits;

    /// <summary>For the emitted types only.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    protected ScimResource()
    {
    }

    /// <summary>The id, as text; null where the resource has none.</summary>
    internal string? Id
    {
        get
        {
            if (!Binding.Shape.TryGetSlot("id", out int slot))
                return null;
            return _edits is Edits edits && edits.TryGet(PathOf(slot), out object? set) ? ResourceId.Of(set) : ReceivedValue.IdOf(this, slot);
        }
    }

    /// <summary>Whether some of it couldn't be read.</summary>
    internal bool IsIncomplete => Binding.IsIncomplete;

    /// <summary>Whether a property was set to something other than what the service has, as far as is known.</summary>
    internal bool HasEdits => Edits.Count > 0;

    /// <summary>
    /// What was set and not sent yet, in order, by paths such as <c>title</c>, <c>name.givenName</c>, <c>emails[0].value</c>. A value may
    /// be null (clear it), a plain value, a dictionary, a <see cref="ScimComplex"/>, or an object[] of these.
    /// </summary>
    internal IReadOnlyList<KeyValuePair<string, object?>> Edits => _edits?.InOrder() ?? [];

    internal Edits? PresentEdits => _edits;

    internal override ScimResource Root => this;

    internal override RecordCursor Members => new(Record, 0, Record.Length);

    internal static ScimResource Of(byte[] record, Binding binding)
    {
        var resource = (ScimResource)binding.Shape.Create();
        resource.Attach(record, binding);
        return resource;
    }

    /// <summary>Notes that some of it couldn't be read, for PSScim and for scripts.</summary>
    internal void MarkIncomplete()
    {
        Attach(Record, Binding.OfIncomplete());
        PSObject.AsPSObject(this).Properties.Add(new PSNoteProperty(IncompleteResource.Mark, true));
    }

    internal void Edit(string path, object? value) => EditsToKeep().Set(path, value);

    /// <summary>The same array each time someone looks, so that an element can be assigned.</summary>
    internal object?[] Lend(string path, object?[] array) => EditsToKeep().Lend(path, array);

    /// <summary>The service that it was read from; null where that isn't known.</summary>
    internal ServiceOrigin? Origin => Binding.Origin;

    /// <summary>Its version: that after the last change by PSScim, else the one that was read. Null where it isn't known.</summary>
    internal string? Version => _edits?.Changed is { IsKnown: true } changed
        ? changed.Version
        : (GetValue("meta") as ScimObject)?.GetValue("version") as string;

    /// <summary>Takes note of a change by PSScim, after which it has this version.</summary>
    internal void Change(string? version)
    {
        if (_edits is not null || version is not null || Version is not null)
            EditsToKeep().Changed = (true, version);
    }

    /// <summary>Takes note that these edits were sent.</summary>
    internal void Settle(IEnumerable<KeyValuePair<string, object?>> sent) => _edits?.Settle(sent);

    /// <summary>A copy with edits of its own: <c>$user.PSObject.Copy()</c>.</summary>
    /// <returns>The copy.</returns>
    public object Clone()
    {
        ScimResource copy = Of(Record, Binding);
        if (_edits is not null)
        {
            IReadOnlyList<KeyValuePair<string, object?>> open = Edits;
            foreach (KeyValuePair<string, object?> edit in _edits.Assigned())
                copy.Edit(edit.Key, SetValue.ToKeep(edit.Value, null));
            copy.Settle(copy.Edits);
            foreach (KeyValuePair<string, object?> edit in open)
                copy.Edit(edit.Key, SetValue.ToKeep(edit.Value, null));
        }
        return copy;
    }

    /// <summary>
    /// Compares by id: two objects of one id are the same user or group. Compare-Object should see a change as well, so two
    /// that hold the same attributes are equal only where their values are.
    /// </summary>
    /// <param name="obj">Another resource.</param>
    /// <returns>Less than, equal to or greater than 0.</returns>
    public int CompareTo(object? obj)
    {
        if (SetValue.Bare(obj) is not ScimResource other)
            return obj is null ? 1 : string.Compare(ToString(), obj.ToString(), StringComparison.OrdinalIgnoreCase);
        if (ReferenceEquals(this, other))
            return 0;
        if (Id is not string id || other.Id is not string otherId)
            return Id is null == other.Id is null ? string.CompareOrdinal(Content(), other.Content()) : Id is null ? -1 : 1;
        int order = string.CompareOrdinal(id, otherId);
        bool sameAttributes = Binding.Shape == other.Binding.Shape || (IsWhole(this) && IsWhole(other));
        return order != 0 || !sameAttributes ? order : string.CompareOrdinal(Content(), other.Content());

        static bool IsWhole(ScimResource resource) => resource is ScimFullUser or ScimFullGroup;
    }

    private string Content() => PresentEdits is { IsEmpty: false } ? Changes.JsonValue.OfResource(this) : ToJson();

    private Edits EditsToKeep()
    {
        if (_edits is null)
            Interlocked.CompareExchange(ref _edits, new Edits(), null);
        return _edits;
    }

    internal override string PathOf(int slot) => Binding.Shape.Names[slot];

    /// <summary>The name that people know it by: displayName, userName, name, or the id.</summary>
    public override string ToString() => Describe("displayName", "userName", "name", "id");
}

/// <summary>A user.</summary>
public abstract class ScimUser : ScimResource
{
    /// <summary>For the emitted types only.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    protected ScimUser()
    {
    }
}

/// <summary>A group.</summary>
public abstract class ScimGroup : ScimResource
{
    /// <summary>For the emitted types only.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    protected ScimGroup()
    {
    }
}

/// <summary>
/// A user with all that the service returns. One of which only some attributes were asked for is none: the views of this
/// class have columns that it lacks, and the engine then shows what it has.
/// </summary>
public abstract class ScimFullUser : ScimUser
{
    /// <summary>For the emitted types only.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    protected ScimFullUser()
    {
    }
}

/// <summary>A group with all that the service returns; see <see cref="ScimFullUser"/>.</summary>
public abstract class ScimFullGroup : ScimGroup
{
    /// <summary>For the emitted types only.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    protected ScimFullGroup()
    {
    }
}
