using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace PSScim.Generate;

/// <summary>Paragraphs of a comment, as plain text for the console and as Markdown.</summary>
internal sealed partial record Prose(IReadOnlyList<string> Plain, IReadOnlyList<string> Markdown)
{
    internal static Prose None { get; } = new([], []);

    internal bool IsEmpty => Plain.Count == 0;

    /// <summary>The first sentence, of the first paragraph.</summary>
    internal Prose FirstSentence => IsEmpty ? this : new([SentenceEnd().Split(Plain[0])[0]], [SentenceEnd().Split(Markdown[0])[0]]);

    internal static Prose Text(params string[] paragraphs) => new(paragraphs, paragraphs);

    /// <summary>Some nodes of a comment. A <c>para</c> begins and ends a paragraph; other breaks of lines do not count.</summary>
    internal static Prose Of(IEnumerable<XNode> nodes)
    {
        List<XNode> all = [.. nodes];
        return new(Paragraphs(all, code => code), Paragraphs(all, code => "`" + code + "`"));
    }

    internal static Prose Of(XElement? element) => element is null ? None : Of(element.Nodes());

    internal Prose And(Prose more) => new([.. Plain, .. more.Plain], [.. Markdown, .. more.Markdown]);

    private static List<string> Paragraphs(IEnumerable<XNode> nodes, Func<string, string> code)
    {
        List<string> paragraphs = [];
        var present = new StringBuilder();
        foreach (XNode node in nodes)
        {
            if (node is XElement { Name.LocalName: "para" } paragraph)
            {
                Close();
                present.Append(Inline(paragraph.Nodes(), code));
                Close();
            }
            else
                present.Append(Inline([node], code));
        }
        Close();
        return paragraphs;

        void Close()
        {
            string text = Space().Replace(present.ToString(), " ").Trim();
            if (text.Length > 0)
                paragraphs.Add(text);
            present.Clear();
        }
    }

    private static string Inline(IEnumerable<XNode> nodes, Func<string, string> code) => string.Concat(nodes.Select(node => node switch
    {
        XText text => text.Value,
        XElement { Name.LocalName: "c" } element => code(element.Value),
        XElement { Name.LocalName: "see" or "paramref" } element => Reference(element),
        XElement element => throw new InvalidOperationException($"<{element.Name}> in a comment cannot be made help of: {element}"),
        _ => "",
    }));

    private static string Reference(XElement element)
    {
        string name = (element.Attribute("cref") ?? element.Attribute("langword") ?? element.Attribute("name"))!.Value;
        return CommandHelp.NameOf(name[(name.LastIndexOf('.') + 1)..]);
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();

    [GeneratedRegex(@"(?<=[.!?])\s+(?=[A-Z])")]
    private static partial Regex SentenceEnd();
}
