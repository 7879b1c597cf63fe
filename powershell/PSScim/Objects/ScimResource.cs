using System.Collections.Generic;
using System.ComponentModel;
using System.Globalization;

namespace PSScim;

/// <summary>What a resource is.</summary>
internal enum ResourceKind
{
    /// <summary>Anything: a schema, a resource type, a service provider configuration.</summary>
    Resource,

    /// <summary>A user.</summary>
    User,

    /// <summary>A group.</summary>
    Group,
}

/// <summary>A SCIM resource (RFC 7643 section 3).</summary>
public abstract class ScimResource : ScimObject
{
    private Edits? _edits;

    /// <summary>For the emitted types only.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    protected ScimResource()
    {
    }

    /// <summary>The id, as text; null where the resource has none.</summary>
    internal string? Id => System.Convert.ToString(GetValue("id"), CultureInfo.InvariantCulture) is { Length: > 0 } id ? id : null;

    /// <summary>Whether a property was set to something other than what was received.</summary>
    internal bool HasEdits => _edits is { Count: > 0 };

    /// <summary>What was set, in order, by paths such as <c>title</c>, <c>name.givenName</c>, <c>emails[0].value</c>.</summary>
    internal IReadOnlyList<KeyValuePair<string, object?>> Edits => _edits?.InOrder() ?? [];

    internal Edits? PresentEdits => _edits;

    private protected override ScimResource Root => this;

    private protected override RecordCursor Members => new(Record, 0, Record.Length);

    internal void Edit(string path, object? value) => (_edits ??= new Edits()).Set(path, value);

    private protected override string PathOf(string name) => name;

    /// <summary>The name that people know it by: displayName, userName, name, or the id.</summary>
    public override string ToString() =>
        (GetValue("displayName") ?? GetValue("userName") ?? GetValue("name") ?? GetValue("id") ?? ToJson()).ToString()!;
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

/// <summary>A complex value inside a resource (RFC 7643 section 2.3.8): a name, one e-mail address, an extension.</summary>
public abstract class ScimComplex : ScimObject
{
    private ScimResource _root = null!;
    private string _path = "";
    private int _start;
    private int _end;

    /// <summary>For the emitted types only.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    protected ScimComplex()
    {
    }

    private protected override ScimResource Root => _root;

    private protected override RecordCursor Members => new(Record, _start, _end);

    internal void Place(ScimResource root, string path, int start, int end) => (_root, _path, _start, _end) = (root, path, start, end);

    /// <summary>An extension's URN, a member of the resource itself, is parted from its attributes by a colon; all else by a dot.</summary>
    private protected override string PathOf(string name)
    {
        bool isExtension = _path.StartsWith("urn:", System.StringComparison.OrdinalIgnoreCase)
            && Root.Binding.Shape.TryGetSlot(_path, out _);
        return _path + (isExtension ? ":" : ".") + name;
    }

    /// <summary>The value, the display name, the formatted text, or else the JSON.</summary>
    public override string ToString() =>
        (GetValue("value") ?? GetValue("displayName") ?? GetValue("display") ?? GetValue("formatted") ?? ToJson()).ToString()!;
}
