using System;
using System.Collections;
using System.Collections.Generic;
using System.ComponentModel;
using System.Globalization;
using System.Linq;

namespace PSScim;

/// <summary>
/// Attributes as text for people, for the views (PSScim.Format.ps1xml and the lists that the build makes), without what a
/// terminal would act on. Scripts have no use for it: they have the attributes.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class AttributeText
{
    private const int Indentation = 2;

    /// <summary>
    /// A value: several a line each; a complex one as <c>value (type, primary)</c> where it has a value, else as
    /// <c>name: value</c> pairs; dates in UTC.
    /// </summary>
    /// <param name="value">What a property gave.</param>
    /// <returns>The text; empty where there is no value.</returns>
    public static string Of(object? value) => value switch
    {
        null => "",
        string text => DisplayText.Of(text),
        DateTime time => time.ToString("u", CultureInfo.InvariantCulture),
        ScimObject complex => Complex(complex),
        IList { Count: 0 } => "",
        IList list => string.Join("\n", list.Cast<object?>().Select(Inline)),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => DisplayText.Of(value.ToString() ?? ""),
    };

    /// <summary>A complex value as a block: a line for each attribute that has a value, the values below one another.</summary>
    /// <param name="value">What a property gave.</param>
    /// <returns>The lines; empty where there are none.</returns>
    public static string Block(object? value) => value is ScimObject complex ? Lines([.. Filled(complex)]) : Of(value);

    /// <summary>The attributes of a resource that the offline schema does not know, as a block.</summary>
    /// <param name="value">A resource.</param>
    /// <returns>The lines; empty where there are none.</returns>
    public static string Unknown(object? value)
    {
        if (value is not ScimResource resource)
            return "";
        ResourceKind kind = resource switch
        {
            ScimUser => ResourceKind.User,
            ScimGroup => ResourceKind.Group,
            _ => ResourceKind.Resource,
        };
        HashSet<string> known = new(KnownSchema.TopLevelNames(kind), StringComparer.OrdinalIgnoreCase);
        return Lines([.. Filled(resource).Where(a => !known.Contains(a.Key))]);
    }

    /// <summary>The attributes that a schema defines, as a tree: an attribute a line, those inside a complex one below it.</summary>
    /// <param name="value">The attributes of a schema.</param>
    /// <returns>The lines.</returns>
    public static string Tree(object? value)
    {
        var rows = new List<(string Name, string Facts)>();
        void Add(object? attributes, int depth)
        {
            foreach (ScimObject attribute in (attributes as IEnumerable ?? Array.Empty<object>()).OfType<ScimObject>())
            {
                rows.Add((new string(' ', depth * Indentation) + Of(attribute.GetValue("name")), Facts(attribute)));
                Add(attribute.GetValue("subAttributes"), depth + 1);
            }
        }
        Add(value, 0);
        int width = rows.Count == 0 ? 0 : rows.Max(row => row.Name.Length);
        return string.Join("\n", rows.Select(row => row.Name.PadRight(width) + " " + row.Facts));
    }

    /// <summary>The type of an attribute that a schema defines, with brackets where it may have several values.</summary>
    /// <param name="value">The attribute.</param>
    /// <returns><c>string</c>, <c>complex[]</c> …</returns>
    public static string TypeOf(object? value) => value is ScimObject attribute
        ? Of(attribute.GetValue("type")) + (attribute.GetValue("multiValued") is true ? "[]" : "")
        : "";

    private static string Facts(ScimObject attribute) => string.Join(", ", new[]
    {
        TypeOf(attribute),
        Of(attribute.GetValue("mutability")),
        attribute.GetValue("required") is true ? "required" : null,
        attribute.GetValue("returned") is string returned and not "default" ? "returned " + Of(returned) : null,
    }.Where(fact => !string.IsNullOrEmpty(fact)));

    private static string Complex(ScimObject complex)
    {
        KeyValuePair<string, object?>[] parts = [.. Filled(complex)];
        KeyValuePair<string, object?> value = Array.Find(parts, p => Is(p.Key, "value"));
        if (value.Value is null)
            return string.Join(", ", parts.Select(p => Of(p.Key) + ": " + Inline(p.Value)));
        string[] rest = [.. parts.Where(p => !Is(p.Key, "value")).Select(p => Is(p.Key, "primary") ? (p.Value is true ? "primary" : "") : Inline(p.Value)).Where(t => t.Length > 0)];
        return Inline(value.Value) + (rest.Length > 0 ? " (" + string.Join(", ", rest) + ")" : "");
    }

    private static string Inline(object? value) => Of(value).Replace("\n", "; ");

    private static IEnumerable<KeyValuePair<string, object?>> Filled(ScimObject complex) =>
        complex.Values.Where(a => a.Value is not IList { Count: 0 });

    private static string Lines(KeyValuePair<string, object?>[] attributes)
    {
        int width = attributes.Length == 0 ? 0 : attributes.Max(a => Of(a.Key).Length);
        return string.Join("\n", attributes.Select(a => Of(a.Key).PadRight(width) + " : " + Inline(a.Value)));
    }

    private static bool Is(string name, string other) => string.Equals(name, other, StringComparison.OrdinalIgnoreCase);
}
