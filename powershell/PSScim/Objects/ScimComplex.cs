using System.ComponentModel;

namespace PSScim;

/// <summary>
/// A complex value inside a resource (RFC 7643 section 2.3.8): a name, one e-mail address, an extension. It is made
/// anew each time someone looks; what is set on it is kept by the resource.
/// </summary>
public abstract class ScimComplex : ScimObject, System.ICloneable
{
    private ScimResource _root = null!;
    private string _path = null!;
    private int _start;
    private int _end;
    private char _separator;

    /// <summary>For the emitted types only.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    protected ScimComplex()
    {
    }

    internal override ScimResource Root => _root;

    internal override RecordCursor Members => new(Record, _start, _end);

    /// <summary>Whether something was set inside it.</summary>
    internal bool HasEdits => _root.PresentEdits?.AnyBelow(_path) == true;

    /// <summary>An extension, a member of the resource itself, is parted from its attributes by a colon; all else by a dot.</summary>
    internal static char SeparatorBehind(string topLevelName) => Projection.IsUrn(topLevelName) ? ':' : '.';

    internal void Place(ScimObject owner, Binding binding, string path, RecordCursor members)
    {
        Attach(owner.Record, binding);
        (_root, _path, _start, _end) = (owner.Root, path, members.At, members.End);
        _separator = owner is ScimResource ? SeparatorBehind(path) : '.';
    }

    internal bool IsAt(ScimComplex other) => _root == other._root && _path == other._path && _start == other._start;

    /// <summary>A copy with what was set on it up to now, which changes no more with the resource.</summary>
    internal ScimComplex Detached()
    {
        ScimResource root = ScimResource.Of(Record, _root.Binding);
        foreach (var edit in _root.PresentEdits?.Assigned() ?? [])
            if (edit.Key.Length > _path.Length && edit.Key.StartsWith(_path, System.StringComparison.OrdinalIgnoreCase))
                root.Edit(edit.Key, edit.Value);
        var copy = (ScimComplex)Binding.Shape.Create();
        copy.Attach(Record, Binding);
        (copy._root, copy._path, copy._start, copy._end, copy._separator) = (root, _path, _start, _end, _separator);
        return copy;
    }

    /// <summary>A copy that changes no more with the resource.</summary>
    /// <returns>The copy.</returns>
    public object Clone() => Detached();

    internal override string PathOf(int slot) => _path + _separator + Binding.Shape.Names[slot];

    /// <summary>The value, the display name, the formatted text, or else the JSON.</summary>
    public override string ToString() => Describe("value", "display", "displayName", "formatted");
}
