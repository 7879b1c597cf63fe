using System.Net.Http;
using System.Text;

namespace PSScim.Tests.Cmdlets;

/// <summary>Faults of the emulator that an engine knows as <c>$e</c>.</summary>
internal static class EmulatorFaults
{
    private static readonly HttpClient s_http = new();

    /// <summary>Adds a fault, or several: rust/scim-emulator/src/faults.rs says which there are.</summary>
    internal static void Inject(this Engine engine, string fault)
    {
        Send(engine, HttpMethod.Post, new StringContent(fault, Encoding.UTF8, "application/json"));
    }

    /// <summary>Takes all faults away.</summary>
    internal static void ClearFaults(this Engine engine) => Send(engine, HttpMethod.Delete, null);

    private static void Send(Engine engine, HttpMethod method, HttpContent? body)
    {
        using var request = new HttpRequestMessage(method, engine.Good("$e.Authority")[0] + "/__emulator/faults") { Content = body };
        request.Headers.Add("x-emulator-token", (string)engine.Good("$e.ControlToken")[0].BaseObject);
        using HttpResponseMessage response = s_http.Send(request);
        response.EnsureSuccessStatusCode();
    }
}
