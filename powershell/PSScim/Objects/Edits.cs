using System;
using System.Collections.Generic;

namespace PSScim;

/// <summary>
/// What was set on a resource, by path. The last value wins; setting a whole attribute forgets its parts. Any thread.
/// </summary>
internal sealed class Edits
{
    private readonly object _lock = new();
    private readonly List<KeyValuePair<string, object?>> _list = [];

    internal int Count
    {
        get
        {
            lock (_lock)
                return _list.Count;
        }
    }

    internal IReadOnlyList<KeyValuePair<string, object?>> InOrder()
    {
        lock (_lock)
            return _list.ToArray();
    }

    internal bool TryGet(string path, out object? value)
    {
        lock (_lock)
        {
            int i = _list.FindIndex(edit => string.Equals(edit.Key, path, StringComparison.OrdinalIgnoreCase));
            value = i < 0 ? null : _list[i].Value;
            return i >= 0;
        }
    }

    /// <summary>Whether something was set below a path.</summary>
    internal bool AnyBelow(string path)
    {
        lock (_lock)
            return _list.Exists(edit => edit.Key.Length > path.Length && IsWithin(edit.Key, path));
    }

    internal void Set(string path, object? value)
    {
        lock (_lock)
        {
            Forget(path);
            _list.Add(new KeyValuePair<string, object?>(path, value));
        }
    }

    internal void Remove(string path)
    {
        lock (_lock)
            Forget(path);
    }

    private void Forget(string path) => _list.RemoveAll(edit => IsWithin(edit.Key, path));

    private static bool IsWithin(string edited, string path) =>
        edited.StartsWith(path, StringComparison.OrdinalIgnoreCase)
        && (edited.Length == path.Length || edited[path.Length] is '.' or '[' or ':');
}
