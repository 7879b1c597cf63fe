using System;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Net.Http;
using System.Reflection;
using System.Text.Json;
using System.Threading.Tasks;

namespace PSScim.Soak;

/// <summary>The emulator in a process of its own.</summary>
internal sealed class Service : IDisposable
{
    private readonly Process _process;
    private readonly HttpClient _http = new();
    private readonly JsonElement _said;

    internal Service(int users, params string[] more)
    {
        string name = "scim-emulator" + (OperatingSystem.IsWindows() ? ".exe" : "");
        string program = new[] { "release", "debug" }.Select(profile => Path.Combine(Root, "target", profile, name)).First(File.Exists);
        var start = new ProcessStartInfo(program) { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (string word in (string[])["--users", users.ToString(CultureInfo.InvariantCulture), "--groups", "50", "--exit-with-stdin", .. more])
            start.ArgumentList.Add(word);
        _process = Process.Start(start)!;
        string line = _process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("The emulator ended at once.");
        _said = JsonSerializer.Deserialize<JsonElement>(line);
    }

    internal static string Root { get; } = typeof(Service).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .First(a => a.Key == "RepositoryRoot").Value!;

    internal string BaseUri => Said("baseUri");

    /// <summary>A command that connects, with more parameters behind it. The secret is in $secret.</summary>
    internal string Connect =>
        $"Connect-Scim -BaseUri {BaseUri} -Authority {Said("authority")} -TenantId {Said("tenantId")} -ClientId {Said("clientId")} -ClientSecret $secret";

    internal string Secret => Said("clientSecret");

    /// <summary>How many requests it has had, those for tokens included.</summary>
    internal async Task<long> Requests()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Said("authority") + "/__emulator/stats"));
        request.Headers.Add("x-emulator-token", Said("controlToken"));
        using HttpResponseMessage answer = await _http.SendAsync(request);
        answer.EnsureSuccessStatusCode();
        JsonElement stats = JsonSerializer.Deserialize<JsonElement>(await answer.Content.ReadAsStringAsync());
        return stats.GetProperty("total").GetInt64();
    }

    public void Dispose()
    {
        // It ends when its standard input does.
        _process.StandardInput.Close();
        _process.WaitForExit(5000);
        _process.Dispose();
        _http.Dispose();
    }

    private string Said(string name) => _said.GetProperty(name).GetString()!;
}
