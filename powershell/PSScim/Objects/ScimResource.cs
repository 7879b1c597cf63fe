using System;
using System.Collections.Generic;
using System.ComponentModel;
using System.Globalization;
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
public abstract class ScimResource : ScimObject
{
    // With these three references a resource is 40 bytes beside its record: there may be a million of them.
    private Edits? _edits;

    /// <summary>For the emitted types only.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    protected ScimResource()
    {
    }

    /// <summary>The id, as text; null where the resource has none.</summary>
    internal string? Id => Convert.ToString(GetValue("id"), CultureInfo.InvariantCulture) is { Length: > 0 } id ? id : null;

    /// <summary>Whether a property was set to something other than what was received.</summary>
    internal bool HasEdits => _edits is { Count: > 0 };

    /// <summary>
    /// What was set, in order, by paths such as <c>title</c>, <c>name.givenName</c>, <c>emails[0].value</c>. A value may
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

    internal void Edit(string path, object? value)
    {
        if (_edits is null)
            Interlocked.CompareExchange(ref _edits, new Edits(), null);
        _edits.Set(path, value);
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
