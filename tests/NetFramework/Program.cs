using System;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Security;
using PSScim;
using PSScim.Changes;
using PSScim.Native;

namespace NetFramework;

/// <summary>
/// Goes through the assembly's Native and Objects parts (P/Invoke, SafeHandles, records, emitted types) on the .NET
/// Framework's runtime or mono, without a PowerShell engine. Prints what it found, a line each.
/// </summary>
internal static class Program
{
    private static int Main()
    {
        Library.Load();
        using Operation started = Emulators.Start(new JsonText().Add("users", 250).Add("groups", 3).ToString());
        ScimResource emulator = One(started);
        using var handle = new EmulatorHandle(started.MadeHandle);
        string config = new JsonText()
            .Add("baseUri", Text(emulator, "baseUri")).Add("authority", Text(emulator, "authority"))
            .Add("tenantId", Text(emulator, "tenantId")).Add("clientId", Text(emulator, "clientId"))
            .Add("credential", "clientSecret").ToString();

        using Session session = Session.Open(config, Secure(Text(emulator, "clientSecret")));
        var reader = new ResourceTypes(seedFromSchema: true).Reader(ResourceKind.User, Projection.None);
        using (Operation list = session.List(new JsonText().Add("endpoint", "Users").ToString()))
        {
            int count = 0;
            ScimResource? first = null;
            while (Next(list))
            {
                ScimResource[] page = reader.Read(list);
                first ??= page[0];
                count += page.Length;
                list.Continue();
            }
            Console.WriteLine($"users {count}");
            Describe(first!);
        }

        using (Operation missing = session.Get(new JsonText().Add("endpoint", "Users").Add("id", Guid.NewGuid().ToString()).ToString()))
        {
            Wait(missing);
            Console.WriteLine($"missing {missing.Failure().Id}");
        }

        Write(session);
        Export(session);

        using Session wrong = Session.Open(config, Secure("wr\u00f6ng"));
        using Operation refused = wrong.SignIn();
        Wait(refused);
        Console.WriteLine($"refused {refused.Failure().Id}");

        session.Dispose();
        using Operation late = session.SignIn();
        Console.WriteLine($"closed {late.Wait(1000)}");
        return 0;
    }

    /// <summary>Creates one user twice: the second has to be refused, and neither ends the operation.</summary>
    private static void Write(Session session)
    {
        var change = new ChangeText("Create", "Users") { HasPassword = true };
        change.Set.Add(new("userName", "z\u00f6e@contoso.com"));
        change.Set.Add(new("displayName", "Zo\u00eb \u5c71\u7530"));
        change.Set.Add(new("name.givenName", "Zo\u00eb"));
        change.Set.Add(new("name.familyName", "\u5c71\u7530"));
        using WriteOperation writing = session.Write(new JsonText().Add("throttleLimit", 1).ToString());
        using var password = SecretBytes.Of("P\u00e4ss-w0rd!");
        for (int i = 0; i < 2; i++)
            while (!writing.Submit(change.ToString(), password))
                Wait(writing);
        writing.Finish();
        var reader = new ResourceTypes(seedFromSchema: true).Reader(ResourceKind.User, Projection.None);
        while (Next(writing))
        {
            string name = writing.Outcome == ScimOutcome.Done ? Text(reader.Read(writing).Single(), "displayName") : "";
            Console.WriteLine($"wrote {writing.Outcome} {name == "Zo\u00eb \u5c71\u7530"} {writing.ReplyFailure()?.Id}");
        }
        Console.WriteLine($"written {writing.Wait(1000)}");
    }

    private static void Export(Session session)
    {
        string path = Path.Combine(Path.GetTempPath(), "psscim-" + Guid.NewGuid().ToString("N") + ".csv");
        try
        {
            using Operation export = session.Export(new JsonText()
                .Add("endpoint", "Users").Add("path", path).Add("format", "csv").Add("attributes", ["id", "userName"]).ToString());
            while (Next(export))
            {
            }
            string[] lines = File.ReadAllLines(path);
            Console.WriteLine($"exported {lines.Length} {lines.Count(line => line.EndsWith(",z\u00f6e@contoso.com", StringComparison.Ordinal))}");
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static void Describe(ScimResource user)
    {
        Type type = user.GetType();
        object name = type.GetProperty("name")!.GetValue(user)!;
        object emails = type.GetProperty("emails")!.GetValue(user)!;
        object meta = type.GetProperty("meta")!.GetValue(user)!;
        object created = meta.GetType().GetProperty("created")!.GetValue(meta)!;
        Console.WriteLine($"type {user is ScimUser} {type.Assembly.IsDynamic}");
        Console.WriteLine($"userName {type.GetProperty("userName")!.GetValue(user) is string { Length: > 0 }}");
        Console.WriteLine($"givenName {name.GetType().GetProperty("givenName")!.GetValue(name) is string { Length: > 0 }}");
        Console.WriteLine($"emails {emails.GetType().IsArray}");
        Console.WriteLine($"created {created is DateTime { Kind: DateTimeKind.Utc }}");
        PropertyInfo title = type.GetProperty("title")!;
        title.SetValue(user, "Captain");
        Console.WriteLine($"title {title.GetValue(user)}");
        Console.WriteLine($"json {user.ToJson().Contains("\"userName\"")}");
    }

    private static ScimResource One(Operation operation)
    {
        if (!Next(operation))
            throw operation.Failure();
        return new ResourceTypes(seedFromSchema: false).Reader(ResourceKind.Resource, Projection.None)
            .Read(operation).Single();
    }

    /// <summary>Takes the next reply; false when there is none.</summary>
    private static bool Next(Operation operation)
    {
        ScimState state = Wait(operation);
        if (state == ScimState.Failed)
            throw operation.Failure();
        if (state != ScimState.Ready)
            return false;
        operation.Take();
        return true;
    }

    private static ScimState Wait(Operation operation)
    {
        ScimState state;
        while ((state = operation.Wait(100)) == ScimState.Pending)
        {
        }
        return state;
    }

    private static string Text(ScimResource resource, string name) => (string)resource.GetValue(name)!;

    private static SecureString Secure(string text)
    {
        var secure = new SecureString();
        foreach (char c in text)
            secure.AppendChar(c);
        return secure;
    }
}
