using System;
using System.Collections.Generic;
using System.IO;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Threading.Tasks;

namespace PSScim.Bench;

/// <summary>The pages of the list by HttpClient, one after another; another part turns a body into objects.</summary>
internal sealed class Pages : IDisposable
{
    private readonly HttpClient _http = new();
    private readonly string _first;

    private Pages(Job job) => _first = $"{job.BaseUri}/users?{job.Query}";

    internal static async Task<Pages> Open(Job job)
    {
        var pages = new Pages(job);
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "client_credentials",
            ["client_id"] = job.ClientId,
            ["client_secret"] = job.ClientSecret,
            ["scope"] = "https://graph.microsoft.com/.default",
        });
        using HttpResponseMessage answer = await pages._http.PostAsync(new Uri($"{job.Authority}/{job.TenantId}/oauth2/v2.0/token"), form);
        answer.EnsureSuccessStatusCode();
        JsonElement token = await answer.Content.ReadFromJsonAsync<JsonElement>();
        pages._http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token.GetProperty("access_token").GetString());
        pages._http.DefaultRequestHeaders.Accept.ParseAdd("application/json");
        return pages;
    }

    /// <summary>Fetches a page and hands its body over.</summary>
    internal async Task<T> Get<T>(string? cursor, Func<HttpContent, Task<T>> read)
    {
        string address = cursor is null ? _first : _first + "&cursor=" + Uri.EscapeDataString(cursor);
        using HttpResponseMessage answer = await _http.GetAsync(new Uri(address), HttpCompletionOption.ResponseHeadersRead);
        answer.EnsureSuccessStatusCode();
        return await read(answer.Content);
    }

    public void Dispose() => _http.Dispose();
}
