using System;
using System.Collections.Generic;
using System.Linq;
using PSScim.Changes;

namespace PSScim;

/// <summary>
/// What was set on a resource, by path. The last value wins; setting a whole attribute forgets its parts. What was sent is
/// no edit any more, and stays visible. Any thread.
/// </summary>
internal sealed class Edits
{
    private readonly object _lock = new();
    private readonly List<KeyValuePair<string, object?>> _pending = [];
    private readonly List<Sent> _sent = [];
    private readonly List<Lent> _lent = [];
    private (bool IsKnown, string? Version) _changed;

    /// <summary>Whether nothing was set, now or before.</summary>
    internal bool IsEmpty
    {
        get
        {
            lock (_lock)
                return _pending.Count == 0 && _sent.Count == 0;
        }
    }

    /// <summary>The version after a change by PSScim, and whether there was one. Null: the server gave none.</summary>
    internal (bool IsKnown, string? Version) Changed
    {
        get
        {
            lock (_lock)
                return _changed;
        }
        set
        {
            lock (_lock)
                _changed = value;
        }
    }

    /// <summary>What is still to be sent.</summary>
    internal IReadOnlyList<KeyValuePair<string, object?>> InOrder()
    {
        lock (_lock)
        {
            List<KeyValuePair<string, object?>> all = [.. _pending];
            // A list or a hashtable may have been changed in place.
            foreach (Sent sent in _sent)
                if (sent.Json is not null && JsonValue.Of(sent.Value) != sent.Json && !all.Exists(edit => IsWithin(sent.Path, edit.Key)))
                    Replace(all, sent.Path, sent.Value);
            foreach (Lent lent in _lent)
                if (!lent.Array.SequenceEqual(lent.Before, ReferenceComparer.Instance))
                    Replace(all, lent.Path, SetValue.ToKeep(lent.Array, null));
            return all;
        }
    }

    /// <summary>What was assigned, sent or not, so that a copy shows the same.</summary>
    internal IReadOnlyList<KeyValuePair<string, object?>> Assigned()
    {
        lock (_lock)
            return [.. _sent.Select(sent => new KeyValuePair<string, object?>(sent.Path, sent.Value)), .. _pending];
    }

    internal bool TryGet(string path, out object? value)
    {
        lock (_lock)
        {
            int i = _pending.FindIndex(edit => Is(edit.Key, path));
            if (i >= 0)
            {
                value = _pending[i].Value;
                return true;
            }
            return TryGetSent(path, out value);
        }
    }

    /// <summary>What the service was told last.</summary>
    internal bool TryGetSent(string path, out object? value)
    {
        lock (_lock)
        {
            int i = _sent.FindIndex(sent => Is(sent.Path, path));
            value = i < 0 ? null : _sent[i].Value;
            return i >= 0;
        }
    }

    /// <summary>
    /// The same array each time for one path, so that <c>$u.emails[1] = …</c> is not lost: it goes to an array that
    /// nobody holds.
    /// </summary>
    internal object?[] Lend(string path, object?[] array)
    {
        lock (_lock)
        {
            foreach (Lent lent in _lent)
                if (Is(lent.Path, path))
                    return lent.Array;
            _lent.Add(new Lent(path, array));
            return array;
        }
    }

    /// <summary>Whether something was set below a path.</summary>
    internal bool AnyBelow(string path)
    {
        lock (_lock)
            return _pending.Exists(edit => IsBelow(edit.Key, path)) || _sent.Exists(sent => IsBelow(sent.Path, path));
    }

    internal void Set(string path, object? value)
    {
        lock (_lock)
        {
            Forget(path);
            _pending.Add(new KeyValuePair<string, object?>(path, value));
        }
    }

    internal void Remove(string path)
    {
        lock (_lock)
            Forget(path);
    }

    /// <summary>Takes note that these were sent. What was set to another value meanwhile is still to be sent.</summary>
    internal void Settle(IEnumerable<KeyValuePair<string, object?>> sent)
    {
        lock (_lock)
        {
            IReadOnlyList<KeyValuePair<string, object?>> now = InOrder();
            foreach (KeyValuePair<string, object?> edit in sent)
            {
                if (!now.Any(each => Is(each.Key, edit.Key) && JsonValue.Of(each.Value) == JsonValue.Of(edit.Value)))
                    continue;
                // The object that the property shows, which scripts may hold.
                object? shown = TryGet(edit.Key, out object? present) && JsonValue.Of(present) == JsonValue.Of(edit.Value) ? present : edit.Value;
                Forget(edit.Key);
                _sent.RemoveAll(each => IsWithin(each.Path, edit.Key));
                _sent.Add(new Sent(edit.Key, shown));
            }
        }
    }

    private void Forget(string path)
    {
        _pending.RemoveAll(edit => IsWithin(edit.Key, path));
        _lent.RemoveAll(lent => IsWithin(lent.Path, path));
    }

    private static void Replace(List<KeyValuePair<string, object?>> all, string path, object? value)
    {
        all.RemoveAll(edit => IsWithin(edit.Key, path));
        all.Add(new KeyValuePair<string, object?>(path, value));
    }

    private static bool Is(string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);

    private static bool IsBelow(string edited, string path) => edited.Length > path.Length && IsWithin(edited, path);

    private static bool IsWithin(string edited, string path) =>
        edited.StartsWith(path, StringComparison.OrdinalIgnoreCase)
        && (edited.Length == path.Length || edited[path.Length] is '.' or '[' or ':');

    private sealed class Sent(string path, object? value)
    {
        internal string Path { get; } = path;

        internal object? Value { get; } = value;

        /// <summary>What it was when it was sent, where it can be changed in place.</summary>
        internal string? Json { get; } = value is null or string or ValueType ? null : JsonValue.Of(value);
    }

    private sealed class Lent(string path, object?[] array)
    {
        internal string Path { get; } = path;

        internal object?[] Array { get; } = array;

        internal object?[] Before { get; } = (object?[])array.Clone();
    }

    private sealed class ReferenceComparer : IEqualityComparer<object?>
    {
        internal static readonly ReferenceComparer Instance = new();

        public new bool Equals(object? x, object? y) => ReferenceEquals(x, y);

        public int GetHashCode(object? obj) => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(obj!);
    }
}
