using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Management.Automation;
using System.Net.Http;
using System.Text;
using System.Text.Json.Nodes;

namespace PSScim.Model;

/// <summary>An emulator in this process, and its directory, read without PSScim.</summary>
internal sealed class Emulator : IDisposable
{
    private static readonly HttpClient s_http = new();
    private readonly Engine _engine;
    private readonly PSObject _emulator;
    private readonly Case _case;

    internal Emulator(Engine engine, Case run)
    {
        _engine = engine;
        _case = run;
        string script = "Start-ScimEmulator -PassThru -Seed $seed -Users $users -Groups $groups";
        engine.Set("seed", (long)run.Directory.Seed);
        engine.Set("users", run.IsEntra ? run.Directory.Users : 0);
        engine.Set("groups", run.IsEntra ? run.Directory.Groups : 0);
        if (run.Quirks.Length > 0)
            script += " -Quirk " + string.Join(",", run.Quirks);
        _emulator = engine.Good(script)[0];
        if (!run.IsEntra)
            Fill(People.Make(run.Directory, run.Has("numeric-ids")));
    }

    /// <summary>Where it is, without a path.</summary>
    internal Uri Address => new(Text("Authority"));

    /// <summary>The path of the side that the case runs against.</summary>
    internal string Path => new Uri(Text(_case.IsEntra ? "BaseUri" : "PlainBaseUri")).AbsolutePath;

    internal string Text(string property) => (string)_emulator.Properties[property].Value;

    /// <summary>All that the directory holds.</summary>
    internal People Read()
    {
        if (_case.IsEntra)
            return ReadEntra();
        JsonObject contents = Get(new Uri(Address, "/__emulator/plain"), null);
        return new People { Users = Objects(contents["users"]!), Groups = Objects(contents["groups"]!) };
    }

    private void Fill(People people)
    {
        var contents = new JsonObject
        {
            ["users"] = new JsonArray([.. people.Users]),
            ["groups"] = new JsonArray([.. people.Groups]),
            ["pageSize"] = _case.Directory.PageSize,
        };
        using var body = new StringContent(contents.ToJsonString(), Encoding.UTF8, "application/json");
        using var request = new HttpRequestMessage(HttpMethod.Put, new Uri(Address, "/__emulator/plain")) { Content = body };
        request.Headers.Add("x-emulator-token", Text("ControlToken"));
        using HttpResponseMessage response = s_http.Send(request);
        response.EnsureSuccessStatusCode();
    }

    private People ReadEntra()
    {
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "client_credentials",
            ["client_id"] = Text("ClientId"),
            ["client_secret"] = Text("ClientSecret"),
            ["scope"] = "https://graph.microsoft.com/.default",
        });
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Address, $"/{Text("TenantId")}/oauth2/v2.0/token")) { Content = form };
        using HttpResponseMessage response = s_http.Send(request);
        string token = (string)Body(response)["access_token"]!;
        var people = new People { Users = [.. Pages("/users", token)], Groups = [.. Pages("/groups", token)] };
        foreach (JsonObject group in people.Groups)
        {
            string filter = Uri.EscapeDataString($"groups.value eq \"{People.Id(group)}\"");
            group["members"] = new JsonArray([.. Pages($"/users?attributes=id&count=999&filter={filter}", token)
                .Select(user => new JsonObject { ["value"] = People.Id(user) })]);
        }
        return people;
    }

    private IEnumerable<JsonObject> Pages(string path, string token)
    {
        string? cursor = null;
        do
        {
            string more = cursor is null ? "" : (path.Contains('?', StringComparison.Ordinal) ? "&" : "?") + "cursor=" + cursor;
            JsonObject page = Get(new Uri(Text("BaseUri") + path + more), token);
            foreach (JsonObject resource in Objects(page["resources"]!))
                yield return resource;
            cursor = (string?)page["nextCursor"];
        }
        while (cursor is not null);
    }

    private static List<JsonObject> Objects(JsonNode array) => [.. ((JsonArray)array).Select(node => (JsonObject)node!.DeepClone())];

    private JsonObject Get(Uri address, string? token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.Add("Accept", "application/json");
        request.Headers.Add("x-emulator-token", Text("ControlToken"));
        if (token is not null)
            request.Headers.Add("Authorization", "Bearer " + token);
        using HttpResponseMessage response = s_http.Send(request);
        return Body(response);
    }

    private static JsonObject Body(HttpResponseMessage response)
    {
        response.EnsureSuccessStatusCode();
        using System.IO.Stream stream = response.Content.ReadAsStream();
        return (JsonObject)JsonNode.Parse(stream)!;
    }

    public void Dispose()
    {
        _engine.Set("emulator", _emulator);
        _engine.Good("Stop-ScimEmulator $emulator");
    }
}
