using System;
using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Threading.Tasks;
using PSScim.Tests.SignIn;

namespace PSScim.Tests.Cmdlets;

/// <summary>
/// A SCIM server that is not Entra, says nothing of itself, and answers all else as a test says. What it was asked is kept.
/// </summary>
internal sealed class OtherServer : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly Func<HttpListenerRequest, (int Status, string Body)?> _answer;
    private readonly Action<HttpListenerContext>? _handle;

    /// <param name="answer">The answer to a request; null closes the connection without one.</param>
    internal OtherServer(Func<HttpListenerRequest, (int Status, string Body)?> answer)
    {
        _answer = answer;
        BaseUri = $"http://127.0.0.1:{Ports.Free()}/scim";
        _listener.Prefixes.Add(BaseUri + "/");
        _listener.Start();
        _ = Task.Run(Serve);
    }

    /// <param name="handle">Answers each request, those for discovery too.</param>
    internal OtherServer(Action<HttpListenerContext> handle)
        : this(_ => null) => _handle = handle;

    internal string BaseUri { get; }

    /// <summary>Method, path and If-Match of each request, oldest first.</summary>
    internal ConcurrentQueue<string> Asked { get; } = new();

    public void Dispose() => _listener.Close();

    private async Task Serve()
    {
        while (true)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
            _ = Task.Run(() => Answer(context));
        }
    }

    private void Answer(HttpListenerContext context)
    {
        HttpListenerRequest request = context.Request;
        if (_handle is not null)
        {
            Asked.Enqueue($"{request.HttpMethod} {request.Url!.PathAndQuery}");
            _handle(context);
            return;
        }
        if (request.Url!.AbsolutePath.EndsWith("/ResourceTypes", StringComparison.Ordinal) || request.Url.AbsolutePath.EndsWith("/ServiceProviderConfig", StringComparison.Ordinal))
        {
            context.Response.StatusCode = 404;
            context.Response.Close();
            return;
        }
        Asked.Enqueue($"{request.HttpMethod} {request.Url.AbsolutePath} {request.Headers["If-Match"]}".TrimEnd());
        if (_answer(request) is not var (status, body))
        {
            context.Response.Abort();
            return;
        }
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/scim+json";
        byte[] bytes = Encoding.UTF8.GetBytes(body);
        context.Response.Close(bytes, willBlock: false);
    }
}
