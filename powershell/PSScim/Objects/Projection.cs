using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.RegularExpressions;

namespace PSScim;

/// <summary>
/// What <c>-Attributes</c> or <c>-ExcludedAttributes</c> named, as a tree. A node without children stands for the whole
/// attribute.
/// </summary>
internal sealed class Projection
{
    /// <summary>Nothing was named: whatever the service returns.</summary>
    internal static readonly Projection None = new(Mode.All, [], [], new Node(""));

    /// <summary>Most URNs end with a version and the resource's name; what follows is an attribute.</summary>
    private static readonly Regex s_urn = new(
        @"^(urn:.+:\d+(?:\.\d+)*:[^:.]+)(?::(.+))?$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private readonly Mode _mode;
    private readonly string[] _asked;
    private readonly IReadOnlyList<string> _urns;
    private readonly Node _node;

    private Projection(Mode mode, string[] asked, IReadOnlyList<string> urns, Node node)
    {
        (_mode, _asked, _urns, _node) = (mode, asked, urns, node);
        Names = mode == Mode.Only && node.Children.Count > 0 ? [.. node.Children.Select(c => c.Name)] : null;
    }

    private enum Mode
    {
        All,
        Only,
        Except,
    }

    /// <summary>The names of the members, where just those are wanted; null where the list is open.</summary>
    internal IReadOnlyList<string>? Names { get; }

    /// <summary>A text that is the same for equal projections.</summary>
    internal string Key => _mode + "\n" + string.Join("\n", _asked);

    /// <summary>Just these, and the id, which services always return.</summary>
    internal static Projection Of(IEnumerable<string> attributes) => Build(Mode.Only, [.. attributes], KnownSchema.Extensions);

    /// <summary>All but these. The id stays: services return it all the same, and pipelines need it.</summary>
    internal static Projection Excluding(IEnumerable<string> attributes) =>
        Build(Mode.Except, [.. attributes], KnownSchema.Extensions);

    /// <summary>Whether a member is left out.</summary>
    internal bool Excludes(string name) => _mode == Mode.Except && _node.Find(name) is { Children.Count: 0 };

    /// <summary>What holds inside a member.</summary>
    internal Projection Inside(string name) =>
        _node.Find(name) is Node child && child.Children.Count > 0 ? new Projection(_mode, _asked, _urns, child) : None;

    /// <summary>
    /// Where an extension's URN ends and its attribute begins cannot be told from the text alone. When a resource has
    /// a member with a URN for a name, this is the projection that takes it into account, or null where nothing changes.
    /// </summary>
    internal Projection? Learn(string name)
    {
        if (_asked.Length == 0 || !IsUrn(name) || _urns.Contains(name, StringComparer.OrdinalIgnoreCase)
            || !_asked.Any(asked => IsInside(asked, name)))
            return null;
        return Build(_mode, _asked, [name, .. _urns]);
    }

    internal static bool IsUrn(string name) => name.StartsWith("urn:", StringComparison.OrdinalIgnoreCase);

    private static Projection Build(Mode mode, string[] asked, IReadOnlyList<string> urns)
    {
        var root = new Node("");
        foreach (string attribute in asked)
        {
            string[] segments = Segments(attribute.Trim(), urns);
            // A core schema's URN alone asks for all its attributes: which those are, the service knows.
            if (segments.Length == 0 && mode == Mode.Only)
                return None;
            if (segments.Length > 0)
                root.Add(segments);
        }
        if (mode == Mode.Only && root.Children.Count > 0 && root.Find("id") is null)
            root.Children.Insert(0, new Node("id"));
        if (mode == Mode.Except)
            root.Children.RemoveAll(c => string.Equals(c.Name, "id", StringComparison.OrdinalIgnoreCase));
        return new Projection(mode, asked, urns, root);
    }

    /// <summary>
    /// The members to go through to an attribute: <c>name.givenName</c>, <c>urn:…:User:manager.value</c>. A core
    /// schema's URN is no member of the resource and falls away, and so does a filter in brackets.
    /// </summary>
    private static string[] Segments(string attribute, IReadOnlyList<string> urns)
    {
        int bracket = attribute.IndexOf('[');
        if (bracket > 0)
            attribute = attribute.Substring(0, bracket);
        if (!IsUrn(attribute))
            return attribute.Split('.');
        string? urn = urns.Where(u => IsInside(attribute, u)).OrderByDescending(u => u.Length).FirstOrDefault();
        string rest = "";
        if (urn is not null)
        {
            rest = attribute.Length > urn.Length ? attribute.Substring(urn.Length + 1) : "";
        }
        else
        {
            Match match = s_urn.Match(attribute);
            urn = match.Success ? match.Groups[1].Value : attribute;
            rest = match.Groups[2].Value;
        }
        string[] inside = rest.Length > 0 ? rest.Split('.') : [];
        return urn.IndexOf(":schemas:core:", StringComparison.OrdinalIgnoreCase) >= 0 ? inside : [urn, .. inside];
    }

    /// <summary>Whether an attribute is a URN, or is qualified by it.</summary>
    private static bool IsInside(string attribute, string urn) =>
        attribute.StartsWith(urn, StringComparison.OrdinalIgnoreCase)
        && (attribute.Length == urn.Length || attribute[urn.Length] == ':');

    private sealed class Node(string name)
    {
        internal string Name { get; } = name;

        internal List<Node> Children { get; } = [];

        internal Node? Find(string name) =>
            Children.Find(c => string.Equals(c.Name, name, StringComparison.OrdinalIgnoreCase));

        internal void Add(string[] segments)
        {
            Node node = this;
            bool isNew = false;
            foreach (string segment in segments)
            {
                Node? child = node.Find(segment);
                // The whole attribute was named before: naming a part of it asks for nothing more.
                if (child is not null && child.Children.Count == 0 && !isNew)
                    return;
                if (child is null)
                {
                    node.Children.Add(child = new Node(segment));
                    isNew = true;
                }
                node = child;
            }
            // The whole attribute after a part of it.
            node.Children.Clear();
        }
    }
}
