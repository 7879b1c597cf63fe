using System.Management.Automation;
using PSScim.Native;

namespace PSScim.Commands;

/// <summary>The base of the cmdlets that read a service's description of itself (RFC 7644 section 4).</summary>
public abstract class GetScimDiscoveryCommand : ScimConnectionCommand
{
    private protected abstract string Endpoint { get; }

    private protected abstract ResourceKind Kind { get; }

    /// <summary>Reads the resources with these ids, or all resources if there are no ids.</summary>
    private protected void ReadEach(string[]? ids)
    {
        if (ids is null)
            Read(null, isList: true);
        else
            foreach (string id in ids)
                Read(id, isList: false);
    }

    /// <summary>Reads one resource, or all resources of the endpoint.</summary>
    private protected void Read(string? id, bool isList)
    {
        ResourceReader reader = Resolved.Types.Reader(Kind, Projection.None);
        string query = new JsonText().Add("endpoint", Endpoint).Add("id", id).ToString();
        try
        {
            Run(() => isList ? Resolved.Session.List(query) : Resolved.Session.Get(query), operation =>
            {
                Tell(operation.Incomplete);
                foreach (ScimResource resource in reader.Read(operation))
                    WriteObject(resource);
            });
        }
        catch (ScimException error)
        {
            Report(error, id ?? Endpoint);
        }
    }
}
