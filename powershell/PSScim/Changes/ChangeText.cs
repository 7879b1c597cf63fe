using System.Collections.Generic;
using System.Text;
using PSScim.Native;

namespace PSScim.Changes;

/// <summary>What is to be done to one object, as the JSON of scim-client's <c>Change</c>.</summary>
internal sealed class ChangeText
{
    private readonly string _verb;
    private readonly string _endpoint;

    internal ChangeText(string verb, string endpoint) => (_verb, _endpoint) = (verb, endpoint);

    internal string? Id { get; set; }

    /// <summary>By which attribute, and which value of it, the object is found where there is no id.</summary>
    internal KeyValuePair<string, string>? Key { get; set; }

    /// <summary>Names and values to set; null clears. Of two values for one name the later counts.</summary>
    internal List<KeyValuePair<string, object?>> Set { get; } = [];

    internal List<KeyValuePair<string, object?>> Add { get; } = [];

    internal List<KeyValuePair<string, object?>> Remove { get; } = [];

    internal List<string> Clear { get; } = [];

    internal string? Member { get; set; }

    internal string? IfMatch { get; set; }

    /// <summary>Whether only what differs from what the service has is sent.</summary>
    internal bool Compares { get; set; }

    internal bool HasPassword { get; set; }

    internal bool ReturnsState { get; set; }

    internal IReadOnlyList<string>? Attributes { get; set; }

    internal IReadOnlyList<string>? ExcludedAttributes { get; set; }

    /// <summary>The request of the user's own: method, path, body.</summary>
    internal (string Method, string Path, string? Body)? Request { get; set; }

    /// <summary>Whether it says nothing to be changed.</summary>
    internal bool IsEmpty => Set.Count == 0 && Add.Count == 0 && Remove.Count == 0 && Clear.Count == 0 && !HasPassword;

    /// <exception cref="ScimException">A value cannot be sent.</exception>
    public override string ToString()
    {
        JsonText json = new JsonText()
            .Add("verb", _verb)
            .Add("endpoint", _endpoint)
            .Add("id", Id)
            .Add("clear", Clear)
            .Add("member", Member)
            .Add("ifMatch", IfMatch)
            .Add("password", HasPassword ? true : null)
            .Add("compare", Compares ? true : null)
            .Add("returnState", ReturnsState ? true : null)
            .Add("attributes", Attributes)
            .Add("excludedAttributes", ExcludedAttributes);
        if (Key is { } key)
            json.AddJson("key", new JsonText().Add("attribute", key.Key).Add("value", key.Value).ToString());
        if (Request is { } request)
        {
            json.AddJson(
                "request",
                new JsonText().Add("method", request.Method).Add("path", request.Path).Add("body", request.Body).ToString());
        }
        AddAll(json, "set", Set);
        AddAll(json, "add", Add);
        AddAll(json, "remove", Remove);
        return json.ToString();
    }

    private static void AddAll(JsonText json, string name, List<KeyValuePair<string, object?>> assignments)
    {
        if (assignments.Count == 0)
            return;
        var text = new StringBuilder("[");
        foreach (KeyValuePair<string, object?> assignment in assignments)
        {
            text.Append(text.Length > 1 ? ",{\"name\":" : "{\"name\":");
            JsonText.Quote(text, assignment.Key);
            text.Append(",\"value\":");
            JsonValue.Write(text, assignment.Value, 0);
            text.Append('}');
        }
        json.AddJson(name, text.Append(']').ToString());
    }
}
