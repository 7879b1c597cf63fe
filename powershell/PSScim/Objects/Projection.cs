using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.RegularExpressions;

namespace PSScim;

/// <summary>
/// Which attributes a request asked for, as a tree. A node without children stands for the whole attribute.
/// </summary>
internal sealed class Projection
{
    /// <summary>Nothing was named: whatever the service returns.</summary>
    internal static readonly Projection None = new(Mode.All, new Node());

    /// <summary>A URN ends with a version and the resource's name; what follows is an attribute.</summary>
    private static readonly Regex s_urn = new(@"^(urn:.+:\d+(?:\.\d+)*:[^:.]+)(?::(.+))?$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private readonly Mode _mode;
    private readonly Node _node;

    private Projection(Mode mode, Node node) => (_mode, _node) = (mode, node);

    private enum Mode
    {
        All,
        Only,
        Except,
    }

    /// <summary>Just these, and the id, which services always return.</summary>
    internal static Projection Of(IEnumerable<string> attributes)
    {
        var root = new Node();
        Node[] asked = [.. attributes.Select(a => root.Add(Segments(a)))];
        if (asked.Length > 0 && root.Find("id") is null)
            root.Insert("id");
        return new Projection(Mode.Only, root);
    }

    /// <summary>All but these.</summary>
    internal static Projection Excluding(IEnumerable<string> attributes)
    {
        var root = new Node();
        foreach (string attribute in attributes)
            root.Add(Segments(attribute));
        return new Projection(Mode.Except, root);
    }

    /// <summary>The names of the members, where just those are wanted; null where the list is open.</summary>
    internal IReadOnlyList<string>? Names => _mode == Mode.Only && _node.Children.Count > 0 ? [.. _node.Children.Select(c => c.Name)] : null;

    /// <summary>A text that is the same for equal projections.</summary>
    internal string Key => _mode + ":" + _node;

    /// <summary>Whether a member is left out.</summary>
    internal bool Excludes(string name) => _mode == Mode.Except && _node.Find(name) is { Children.Count: 0 };

    /// <summary>What holds inside a member.</summary>
    internal Projection Inside(string name) =>
        _node.Find(name) is Node child && child.Children.Count > 0 ? new Projection(_mode, child) : None;

    /// <summary>
    /// The members to go through to an attribute: <c>name.givenName</c>, <c>urn:…:User:manager.value</c>. A core
    /// schema's URN is no member of the resource and falls away.
    /// </summary>
    private static string[] Segments(string attribute)
    {
        Match match = s_urn.Match(attribute);
        if (!match.Success)
            return attribute.Split('.');
        string urn = match.Groups[1].Value;
        string[] rest = match.Groups[2].Success ? match.Groups[2].Value.Split('.') : [];
        return urn.IndexOf(":schemas:core:", StringComparison.OrdinalIgnoreCase) >= 0 && rest.Length > 0 ? rest : [urn, .. rest];
    }

    private sealed class Node
    {
        internal string Name { get; private set; } = "";

        internal List<Node> Children { get; } = [];

        internal Node? Find(string name) => Children.Find(c => string.Equals(c.Name, name, StringComparison.OrdinalIgnoreCase));

        internal void Insert(string name) => Children.Insert(0, new Node { Name = name });

        internal Node Add(string[] segments)
        {
            Node node = this;
            bool isNew = false;
            foreach (string segment in segments)
            {
                Node? child = node.Find(segment);
                // The whole attribute was named before: naming a part of it asks for nothing more.
                if (child is not null && child.Children.Count == 0 && !isNew)
                    return child;
                if (child is null)
                {
                    child = new Node { Name = segment };
                    node.Children.Add(child);
                    isNew = true;
                }
                node = child;
            }
            // The whole attribute after a part of it.
            node.Children.Clear();
            return node;
        }

        public override string ToString() => Children.Count == 0 ? Name : Name + "(" + string.Join(",", Children) + ")";
    }
}
