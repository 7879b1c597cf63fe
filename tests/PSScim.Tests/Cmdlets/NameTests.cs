using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Net;
using Xunit;

namespace PSScim.Tests.Cmdlets;

/// <summary>
/// One rule for the names of attributes, on every server: <c>department</c> for reading, filtering, exporting and on the
/// objects; and names that nothing has are told before the request.
/// </summary>
public sealed class NameTests : IDisposable
{
    private const string Enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

    private readonly Engine _engine = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("psscim-names-").FullName;

    public NameTests() => _engine.Set("folder", _folder);

    public void Dispose()
    {
        _engine.Run("Disconnect-Scim; if ($e) { Stop-ScimEmulator $e }");
        _engine.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private void Entra() => _engine.Good("$e = Start-ScimEmulator -Users 120 -Groups 5 -PassThru; Connect-Scim -Emulator");

    private void Connect(OtherServer server) => _engine
        .Set("base", server.BaseUri)
        .Set("token", Engine.Secure("token"))
        .Good("Connect-Scim -BaseUri $base -AccessToken $token");

    private static (int, string)? List(params string[] users) =>
        (200, $$"""{"totalResults":{{users.Length}},"Resources":[{{string.Join(",", users)}}]}""");

    private string[] Texts(string script) => [.. _engine.Good(script).Select(o => o?.ToString() ?? "")];

    private long Requests => (long)_engine.Good("(Get-ScimContext).Requests")[0].BaseObject;

    private string Text(string file) => File.ReadAllText(Path.Combine(_folder, file));

    [Fact]
    public void Short_names_are_read_and_filtered_on_Entra()
    {
        Entra();
        string[] all = Texts($"Get-ScimUser | ForEach-Object {{ '{{0}} {{1}}' -f $_.id, $_.'{Enterprise}'.department }}");
        Assert.Contains(all, line => line.EndsWith(" Sales", StringComparison.Ordinal));
        Assert.Equal(all, Texts("Get-ScimUser -Attributes department | ForEach-Object { '{0} {1}' -f $_.id, $_.department }"));
        Assert.Equal(all, Texts("Get-ScimUser | ForEach-Object { '{0} {1}' -f $_.id, $_.department }"));
        Assert.Equal(all, Texts("(Get-ScimUser).id | Get-ScimUser -Attributes DEPARTMENT | ForEach-Object { '{0} {1}' -f $_.id, $_.department }"));
        string[] sales = [.. all.Where(line => line.EndsWith(" Sales", StringComparison.Ordinal)).Select(line => line.Split(' ')[0])];
        Assert.Equal(sales, Texts("(Get-ScimUser | Where-Object department -EQ Sales).id"));
        Assert.Equal(sales, Texts("(Get-ScimUser -Filter { department -eq 'Sales' } -ClientSideFilter).id"));
        Assert.Equal(sales, Texts("(Get-ScimUser -Attributes userName -Filter 'department eq \"Sales\"' -ClientSideFilter).id"));
        Assert.Empty(Texts("Get-ScimUser -ExcludedAttributes department | Where-Object department"));
        _engine.Good("$group = Get-ScimGroup -First 1");
        Assert.Equal(
            Texts($"Get-ScimGroupMember $group | ForEach-Object {{ $_.'{Enterprise}'.department }}"),
            Texts("Get-ScimGroupMember $group -Attributes userName, department | ForEach-Object department"));
        Assert.NotEmpty(Texts("Get-ScimUser -Filter { -not $_.usageLocation } -ClientSideFilter; Get-ScimUser -Filter { usageLocation } -ClientSideFilter"));
        Assert.Equal(
            Texts("Get-ScimUser | Where-Object { -not $_.department } | ForEach-Object id"),
            Texts("Get-ScimUser -Filter { -not $_.department } -ClientSideFilter | ForEach-Object id"));
        Assert.NotNull(_engine.Good("(Get-ScimUser -First 1 -Attributes givenName).name.givenName")[0]);
    }

    [Fact]
    public void Short_names_are_on_the_objects_and_nowhere_else()
    {
        Entra();
        _engine.Good("$u = Get-ScimUser -First 1; $was = $u.ToJson()");
        Assert.DoesNotContain("department", Texts("$u.PSObject.Properties.Name"));
        // A name that the core and an extension have is the core's.
        Assert.Equal(Texts("$u.userType"), Texts("$u.PSObject.Properties['userType'].Value"));
        _engine.Good("$u.department = 'Zoo'; $u.usageLocation = 'AT'; $u.costCenter = $null");
        Assert.Equal(["Zoo", "AT", "Zoo"], Texts($"$u.department; $u.usageLocation; $u.'{Enterprise}'.department"));
        Assert.Equal("True", Texts("$u.ToJson() -ceq $was")[0]);
        _engine.Good("$u | Set-ScimUser");
        Assert.Equal(["Zoo", "AT"], Texts("$now = Get-ScimUser -Id $u.id; $now.department; $now.usageLocation"));
        Assert.Null(_engine.Good("$now.costCenter")[0]);
        // In a runspace without the module, too.
        using var other = new Engine(import: false);
        Assert.Equal("Zoo", other.Set("u", _engine.Good("$u")[0]).Good("$u.department")[0].ToString());
    }

    [Theory]
    [InlineData("Get-ScimUser -Attributes usrname", "UnknownAttribute", "'userName'")]
    [InlineData("Get-ScimUser -Attributes userName, name.givnName", "UnknownAttribute", "'name.givenName'")]
    [InlineData("Get-ScimUser -ExcludedAttributes departmnt", "UnknownAttribute", "'department'")]
    [InlineData("Get-ScimUser -Id 00000000-0000-0000-0000-000000000001 -Attributes usrname", "UnknownAttribute", "'userName'")]
    [InlineData("'00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-000000000002' | Get-ScimUser -Attributes usrname", "UnknownAttribute", "'userName'")]
    [InlineData("Get-ScimGroupMember 00000000-0000-0000-0000-000000000001 -Attributes usrname", "UnknownAttribute", "'userName'")]
    [InlineData("Get-ScimGroup -Attributes owners, members", "UnknownAttribute", "-OwnerOf")]
    [InlineData("Get-ScimGroup -Attributes displayName, members", "UnknownAttribute", "Get-ScimGroupMember")]
    [InlineData("Export-ScimUser \"$folder/a.csv\" -Attributes usrname", "UnknownAttribute", "'userName'")]
    [InlineData("Export-ScimGroup \"$folder/a.jsonl\" -Attributes members", "UnknownAttribute", "Get-ScimGroupMember")]
    [InlineData("Get-ScimGroupMember 'All Sales'", "InvalidId", "-DisplayName")]
    [InlineData("Get-ScimUserMembership ann@contoso.com", "InvalidId", "-UserName")]
    [InlineData("Get-ScimUser -MemberOf 'All Sales'", "InvalidId", "-DisplayName")]
    [InlineData("Get-ScimUser -OwnerOf 'All Sales'", "InvalidId", "-DisplayName")]
    [InlineData("Get-ScimUser -Filter 'active eq true and groups[value eq \"All Sales\"]'", "InvalidId", "-DisplayName")]
    [InlineData("Get-ScimGroup -Member ann@contoso.com", "InvalidId", "-UserName")]
    [InlineData("Export-ScimUser \"$folder/a.csv\" -MemberOf 'All Sales'", "InvalidId", "-DisplayName")]
    public void What_nothing_has_is_an_error_before_the_request(string command, string id, string says)
    {
        Entra();
        ErrorRecord error = _engine.Bad(command);
        Assert.StartsWith(id + ",", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains(says, error.ToString(), StringComparison.Ordinal);
        Assert.Equal(0, Requests);
        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Fact]
    public void Another_servers_own_schemas_say_where_a_name_belongs()
    {
        const string Own = "urn:acme:params:2.0:HR";
        var queries = new List<string>();
        using var server = new OtherServer(request =>
        {
            string path = request.Url!.AbsolutePath;
            if (path.EndsWith("/Schemas", StringComparison.Ordinal))
                return (200, $$"""
                    {"Resources":[{"id":"urn:ietf:params:scim:schemas:core:2.0:User","attributes":[{"name":"userName"},{"name":"badge"}]},
                    {"id":"{{Own}}","attributes":[{"name":"department"},{"name":"shoeSize","type":"integer"}]}]}
                    """);
            lock (queries)
                queries.Add(WebUtility.UrlDecode(request.Url.Query));
            return List(
                $$$"""{"id":"1","userName":"a","badge":"b1","{{{Own}}}":{"department":"Sales","shoeSize":41}}""",
                $$$"""{"id":"2","userName":"b","{{{Own}}}":{"department":"IT"}}""");
        });
        Connect(server);
        Assert.Equal(["1 Sales 41", "2 IT "], Texts("Get-ScimUser -Attributes department, shoeSize | ForEach-Object { '{0} {1} {2}' -f $_.id, $_.department, $_.shoeSize }"));
        Assert.Contains($"attributes={Own}:department,{Own}:shoeSize", queries[0], StringComparison.Ordinal);
        Assert.Equal(["1"], Texts("(Get-ScimUser -Filter { department -eq 'Sales' } -ClientSideFilter).id"));
        _engine.Run("Get-ScimUser -Filter { department -eq 'Sales' }");
        Assert.Contains(queries, query => query.Contains($"filter={Own}:department eq \"Sales\"", StringComparison.Ordinal));
        _engine.Good("Export-ScimUser \"$folder/u.csv\" -Attributes userName, department, badge");
        Assert.Equal("userName,department,badge\r\na,Sales,b1\r\nb,IT,\r\n", Text("u.csv"));
        Assert.Single(server.Asked, asked => asked.EndsWith("/Schemas", StringComparison.Ordinal));
        int before = queries.Count;
        Assert.Contains("'badge'", _engine.Bad("Get-ScimUser -Attributes bagde").ToString(), StringComparison.Ordinal);
        Assert.Equal(before, queries.Count);
    }

    [Fact]
    public void A_server_without_schemas_is_asked_and_a_name_that_nobody_has_is_told()
    {
        var queries = new List<string>();
        using var server = new OtherServer(request =>
        {
            if (request.Url!.AbsolutePath.EndsWith("/Schemas", StringComparison.Ordinal))
                return (404, "");
            lock (queries)
                queries.Add(WebUtility.UrlDecode(request.Url.Query));
            return List($$$"""{"id":"1","userName":"a","shoeSize":41,"{{{Enterprise}}}":{"department":"Sales"}}""");
        });
        Connect(server);
        Engine.Result result = _engine.Run("Get-ScimUser -Attributes department, shoeSize, usrname");
        Assert.Empty(result.Errors);
        Assert.Equal("Sales", Assert.Single(result.Output).Properties["department"].Value);
        Assert.Contains($"attributes={Enterprise}:department,shoeSize,usrname", queries[0], StringComparison.Ordinal);
        Assert.Contains("'usrname'", Assert.Single(result.Warnings), StringComparison.Ordinal);
        Assert.Contains("'usrname'", Assert.Single(_engine.Run("Export-ScimUser \"$folder/u.csv\" -Attributes id, shoeSize, usrname").Warnings), StringComparison.Ordinal);
        Assert.Equal("id,shoeSize,usrname\r\n1,41,\r\n", Text("u.csv"));
        Assert.Equal(["1"], Texts("(Get-ScimUser -Filter { department -eq 'Sales' } -ClientSideFilter).id"));
    }

    [Fact]
    public void An_export_of_another_server_loses_no_value()
    {
        using var server = new OtherServer(request => request.Url!.AbsolutePath.EndsWith("/Users", StringComparison.Ordinal)
            ? List(
                """{"id":"1","ID":"01","emails":[{"type":"home","value":"h@x"},{"type":"school","value":"s@x"}],"phoneNumbers":["+1"]}""",
                """{"id":"2","emails":["bare@x"]}""")
            : request.Url.AbsolutePath.EndsWith("/Groups", StringComparison.Ordinal)
                ? List("""{"id":"g","members":[{"value":"1"},{"value":"2","type":"User"}]}""")
                : (404, ""));
        Connect(server);
        _engine.Good("Export-ScimUser \"$folder/u.csv\" -Attributes id, emails, phoneNumbers, 'emails[home].value' -GuardFormula");
        string[] lines = Text("u.csv").Split("\r\n");
        string[] titles = lines[0].Split(',');
        Assert.Equal(titles.Length, titles.Distinct(StringComparer.OrdinalIgnoreCase).Count());
        Assert.Equal("1", lines[1].Split(',')[0]);
        Assert.Contains(",h@x,", lines[1], StringComparison.Ordinal);
        Assert.Contains(",\"[{\"\"type\"\":\"\"school\"\",\"\"value\"\":\"\"s@x\"\"}]\",", lines[1], StringComparison.Ordinal);
        Assert.EndsWith(",'+1", lines[1], StringComparison.Ordinal);
        Assert.Contains(",bare@x,", lines[2], StringComparison.Ordinal);
        _engine.Good("Export-ScimGroup \"$folder/g.csv\" -Attributes id, members");
        Assert.Equal("id,members\r\ng,\"[{\"\"value\"\":\"\"1\"\"},{\"\"value\"\":\"\"2\"\",\"\"type\"\":\"\"User\"\"}]\"\r\n", Text("g.csv"));
    }

    [Fact]
    public void A_guarded_file_writes_back_what_was_there()
    {
        Entra();
        _engine.Good("$u, $v = Get-ScimUser -First 2; Set-ScimUser $u -Title '=1+1'; Set-ScimUser $v -Title \"'=2\"");
        _engine.Good("Export-ScimUser \"$folder/u.csv\" -Attributes id, title -GuardFormula; Set-ScimUser $u -Title x; Set-ScimUser $v -Title x");
        string[][] rows = [.. Text("u.csv").Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Skip(1).Take(2).Select(line => line.Split(','))];
        Assert.Equal(["'=1+1", "''=2"], rows.Select(row => row[1]));
        foreach (string[] row in rows)
            _engine.Set("id", row[0]).Set("title", row[1]).Good("[pscustomobject] @{ id = $id; title = $title } | Set-ScimUser");
        Assert.Equal(["=1+1", "'=2"], Texts("(Get-ScimUser -Id $u.id).title; (Get-ScimUser -Id $v.id).title"));
    }
}
