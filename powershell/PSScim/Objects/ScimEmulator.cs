using System.Collections.Generic;
using System.Security;
using PSScim.Native;

namespace PSScim;

/// <summary>An emulator in this process. Its secret is always the same and protects nothing.</summary>
public sealed class ScimEmulator
{
    private readonly EmulatorHandle _handle;

    private ScimEmulator(EmulatorHandle handle, ScimResource record)
    {
        _handle = handle;
        BaseUri = (string)record.GetValue("baseUri")!;
        PlainBaseUri = (string)record.GetValue("plainBaseUri")!;
        Authority = (string)record.GetValue("authority")!;
        TenantId = (string)record.GetValue("tenantId")!;
        ClientId = (string)record.GetValue("clientId")!;
        ClientSecret = (string)record.GetValue("clientSecret")!;
        ControlToken = (string)record.GetValue("controlToken")!;
        Users = (long)record.GetValue("users")!;
        Groups = (long)record.GetValue("groups")!;
    }

    /// <summary>The SCIM base URI.</summary>
    public string BaseUri { get; }

    /// <summary>The base URI of its plain SCIM server, which has the quirks of Start-ScimEmulator -Quirk.</summary>
    public string PlainBaseUri { get; }

    /// <summary>The sign-in host.</summary>
    public string Authority { get; }

    /// <summary>The tenant that it plays.</summary>
    public string TenantId { get; }

    /// <summary>The application that it knows.</summary>
    public string ClientId { get; }

    /// <summary>The application's secret.</summary>
    public string ClientSecret { get; }

    /// <summary>
    /// What the header <c>x-emulator-token</c> must hold to inject faults under <c>/__emulator/</c>. Another one for each
    /// emulator.
    /// </summary>
    public string ControlToken { get; }

    /// <summary>Users it began with.</summary>
    public long Users { get; }

    /// <summary>Groups it began with.</summary>
    public long Groups { get; }

    /// <summary>Whether it still runs.</summary>
    public bool IsRunning => !_handle.IsClosed;

    internal SecureString SecureClientSecret
    {
        get
        {
            var secret = new SecureString();
            foreach (char c in ClientSecret)
                secret.AppendChar(c);
            secret.MakeReadOnly();
            return secret;
        }
    }

    internal static Operation Start(
        int users, int groups, int port, int latencyMilliseconds, long? seed,
        IReadOnlyList<string>? certificates = null, IReadOnlyList<string>? roles = null, string? tenant = null,
        IReadOnlyList<string>? quirks = null)
    {
        string config = new JsonText()
            .Add("users", users)
            .Add("groups", groups)
            .Add("port", port)
            .Add("latencyMilliseconds", latencyMilliseconds)
            .Add("seed", seed)
            .Add("certificates", certificates)
            .Add("roles", roles)
            .Add("tenantId", tenant)
            .Add("quirks", quirks)
            .ToString();
        return Emulators.Start(config);
    }

    /// <summary>Takes over the emulator that an operation has started.</summary>
    internal static ScimEmulator Add(Operation operation)
    {
        var handle = new EmulatorHandle(operation.MadeHandle);
        var types = new ResourceTypes(seedFromSchema: false);
        ResourceReader reader = types.Reader(ResourceKind.Resource, Projection.None);
        var emulator = new ScimEmulator(handle, reader.Read(operation)[0]);
        RunspaceState.Current.Emulators.Add(emulator);
        return emulator;
    }

    /// <summary>The one that this runspace started last and that still runs.</summary>
    internal static ScimEmulator? Latest => RunspaceState.Current.Emulators.FindLast(e => e.IsRunning);

    internal void Stop() => _handle.Dispose();

    internal static void StopAll()
    {
        List<ScimEmulator> emulators = RunspaceState.Current.Emulators;
        emulators.ForEach(e => e.Stop());
        emulators.Clear();
    }

    /// <summary>The address.</summary>
    public override string ToString() => BaseUri;
}
