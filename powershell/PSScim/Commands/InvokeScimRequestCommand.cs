using System.Management.Automation;
using PSScim.Changes;
using PSScim.Native;

namespace PSScim.Commands;

/// <summary>
/// Sends a custom request with the connection's token, retries, meter, budget and errors. Use it for everything that
/// has no cmdlet.
/// </summary>
/// <example>
/// Read a path that no cmdlet supports.
/// <code>
/// Invoke-ScimRequest -Path 'users?filter=active eq false&amp;attributes=id,userName' | ForEach-Object { $_.resources.Count }
/// </code>
/// </example>
/// <example>
/// Send a custom change after you preview it.
/// <code>
/// $user = Get-ScimUser -First 1
/// $body = @{
///     schemas = @('urn:ietf:params:scim:api:messages:2.0:PatchOp')
///     Operations = @(@{ op = 'replace'; path = 'title'; value = 'Engineer' })
/// }
/// Invoke-ScimRequest -Method Patch -Path "users/$($user.id)" -Body $body -WhatIf
/// Invoke-ScimRequest -Method Patch -Path "users/$($user.id)" -Body $body
/// </code>
/// </example>
/// <example>
/// Get the JSON text of the response.
/// <code>
/// Invoke-ScimRequest -Path 'schemas' -Raw
/// </code>
/// </example>
/// <seealso cref="GetScimUserCommand"/>
/// <seealso cref="SetScimUserCommand"/>
/// <seealso cref="GetScimAccessTokenCommand"/>
[Cmdlet(VerbsLifecycle.Invoke, "ScimRequest", SupportsShouldProcess = true)]
[OutputType(typeof(ScimResource), typeof(string))]
public sealed class InvokeScimRequestCommand : ScimWriteCommand
{
    /// <summary>The HTTP method. Default: GET.</summary>
    [Parameter]
    [ValidateSet("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD")]
    public string Method { get; set; } = "GET";

    /// <summary>
    /// The path below the connection's base URI, with its query: <c>users/&lt;id&gt;?attributes=userName</c>.
    /// </summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    /// <summary>
    /// The body: JSON text, or an object or hashtable to convert to JSON. An object from Get-ScimUser or Get-ScimGroup is
    /// sent as a whole, with the values that you set on it. Each object from the pipeline is one request.
    /// </summary>
    [Parameter(ValueFromPipeline = true)]
    public PSObject? Body { get; set; }

    /// <summary>Returns the JSON text as the service sent it.</summary>
    [Parameter]
    public SwitchParameter Raw { get; set; }

    private protected override ResourceKind Kind => ResourceKind.Resource;

    /// <summary>Sends the request.</summary>
    protected override void ProcessRecord()
    {
        Submitted item = Next(Path, null);
        try
        {
            object? body = SetValue.Bare(Body);
            var change = new ChangeText("Request", Endpoint)
            {
                Request = (Method, Path, Json(body)),
            };
            bool changes = Method.ToUpperInvariant() is not ("GET" or "HEAD");
            if (changes || IsDryRun)
                Send(change, item, $"{Method.ToUpperInvariant()} {Path}");
            else
                Submit(change.ToString(), item);
        }
        catch (ScimException error)
        {
            Refuse(error, item);
        }
    }

    private string? Json(object? body) => body switch
    {
        null => null,
        string text => text,
        // Elsewhere a resource stands for its id.
        ScimResource resource => JsonValue.OfResource(resource),
        _ => JsonValue.Of(Body),
    };

    /// <summary>Answers have nothing to do with one another: none has the members of those before it.</summary>
    private protected override ResourceReader Reader() => Resolved.Types.Alone(Kind);

    private protected override void Done(WriteOperation operation, Submitted item)
    {
        if (Result(operation) is ScimResource resource)
            WriteObject(Raw ? resource.ToJson() : resource);
        else if (operation.Length > 0)
            WriteObject(operation.Read(bytes => bytes.Text(0, bytes.Length)));
    }
}
