using System;
using System.Collections.Generic;

namespace PSScim;

/// <summary>What was set on a resource, by path. The last value wins; setting a whole attribute forgets its parts.</summary>
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
            int i = Find(path);
            value = i < 0 ? null : _list[i].Value;
            return i >= 0;
        }
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

    private void Forget(string path) => _list.RemoveAll(edit =>
        edit.Key.StartsWith(path, StringComparison.OrdinalIgnoreCase)
        && (edit.Key.Length == path.Length || edit.Key[path.Length] is '.' or '[' or ':'));

    private int Find(string path) => _list.FindIndex(edit => string.Equals(edit.Key, path, StringComparison.OrdinalIgnoreCase));
}
