using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Threading.Tasks;
using PSScim.Tests.Pwsh;
using Xunit;

namespace PSScim.Tests.Cmdlets;

/// <summary>Export-ScimUser and Export-ScimGroup through the engine: the file, the object, and a process that is killed.</summary>
public sealed class ExportTests : IDisposable
{
    private readonly Engine _engine = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("psscim-export-").FullName;

    public ExportTests()
    {
        _engine.Good("$e = Start-ScimEmulator -Users 1250 -Groups 40 -PassThru; Connect-Scim -Emulator");
        _engine.Set("folder", _folder);
    }

    public void Dispose()
    {
        _engine.Run("Disconnect-Scim; Stop-ScimEmulator $e");
        _engine.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private string Emulator(string property) => _engine.Good("$e." + property)[0].ToString();

    private string Text(string file) => File.ReadAllText(Path.Combine(_folder, file));

    [Fact]
    public void A_file_holds_everyone_and_the_object_says_what_it_took()
    {
        PSObject done = Assert.Single(_engine.Good("Export-ScimUser \"$folder/users.csv\""));
        var export = Assert.IsType<ScimExport>(done.BaseObject);
        Assert.Equal((1250L, 0L, 2L, 0.004m), (export.Count, export.Resumed, export.Requests, export.EstimatedCost));
        var file = new FileInfo(Path.Combine(_folder, "users.csv"));
        Assert.Equal((file.FullName, file.Length), (export.Path, export.Bytes));
        string[] rows = Text("users.csv").Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(1251, rows.Length);
        Assert.Equal(_engine.Good("Get-ScimUser | ForEach-Object id").Select(i => i.ToString()), rows.Skip(1).Select(row => row.Split(',')[0]));
        Assert.Equal(["users.csv"], Directory.GetFiles(_folder).Select(Path.GetFileName));
    }

    [Fact]
    public void Columns_and_filters_are_those_that_were_asked_for()
    {
        _engine.Good("$u = (Get-ScimUser -First 1); Export-ScimUser \"$folder/one.csv\" -UserName $u.userName -Attributes userName, 'emails[work].value', active -Encoding utf8BOM");
        byte[] bytes = File.ReadAllBytes(Path.Combine(_folder, "one.csv"));
        Assert.Equal([0xEF, 0xBB, 0xBF], bytes[..3]);
        string name = _engine.Good("$u.userName")[0].ToString();
        string mail = _engine.Good("($u.emails | Where-Object type -EQ work).value")[0].ToString();
        string active = _engine.Good("$u.active")[0].ToString().ToLowerInvariant();
        Assert.Equal($"userName,emails[work].value,active\r\n{name},{mail},{active}\r\n", Text("one.csv"));
        _engine.Good("Export-ScimGroup \"$folder/groups.jsonl\" { displayName -like '*e*' } -ClientSideFilter -Attributes displayName");
        string[] lines = Text("groups.jsonl").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.NotEmpty(lines);
        Assert.Equal(_engine.Good("Get-ScimGroup -Attributes displayName | Where-Object displayName -Like '*e*' | ForEach-Object ToJson").Select(j => j.ToString()), lines);
    }

    [Fact]
    public void What_a_spreadsheet_would_take_for_a_formula_is_disarmed_on_request()
    {
        _engine.Good("$u = Get-ScimUser -First 1; Set-ScimUser $u -Title '=cmd|calc'; $q = @{ UserName = $u.userName; Attributes = 'title' }");
        _engine.Good("Export-ScimUser \"$folder/bare.csv\" @q; Export-ScimUser \"$folder/guarded.csv\" @q -GuardFormula");
        Assert.Equal("title\r\n=cmd|calc\r\n", Text("bare.csv"));
        Assert.Equal("title\r\n'=cmd|calc\r\n", Text("guarded.csv"));
    }

    [Fact]
    public void WhatIf_sends_nothing_and_writes_nothing()
    {
        Assert.Empty(_engine.Good("Export-ScimUser \"$folder/users.csv\" -WhatIf"));
        Assert.Empty(Directory.GetFiles(_folder));
        Assert.Equal(0L, _engine.Good("(Get-ScimContext).Requests")[0].BaseObject);
    }

    [Theory]
    [InlineData("Export-ScimUser \"$folder/users.txt\"", "InvalidExport")]
    [InlineData("Export-ScimUser \"$folder/there.csv\" -NoClobber", "FileExists")]
    [InlineData("Export-ScimUser \"$folder/no/folder.csv\"", "FileNotWritten")]
    [InlineData("Export-ScimUser \"$folder/a.csv\" 'title pr'", "InvalidFilter")]
    [InlineData("Export-ScimUser \"$folder/a.csv\" -Attributes 'a b'", "InvalidExport")]
    public void What_cannot_be_is_told_before_a_request(string command, string id)
    {
        File.WriteAllText(Path.Combine(_folder, "there.csv"), "mine");
        Assert.StartsWith(id + ",", _engine.Bad(command).FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal("mine", Text("there.csv"));
        Assert.Equal(["there.csv"], Directory.GetFiles(_folder).Select(Path.GetFileName));
        Assert.Equal(0L, _engine.Good("(Get-ScimContext).Requests")[0].BaseObject);
    }

    /// <summary>A process that is killed in the middle, as a runbook is, and another that goes on.</summary>
    [UnixFact]
    public async Task A_killed_process_loses_nobody_and_doubles_nobody()
    {
        // Pages of 100, each late enough that the disk is waited for between them; the ninth never comes.
        _engine.Inject("""
            [{"action":"delay","milliseconds":300,"times":8,"path":"/users"}, {"action":"hang","times":1,"skip":8,"path":"/users"}]
            """);
        const string Attributes = "-Attributes id, userName, urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager";
        string file = Path.Combine(_folder, "users.csv");
        string script = PwshProcess.Script($$"""
            $secret = [securestring]::new()
            foreach ($c in 'emulator-secret'.ToCharArray()) { $secret.AppendChar($c) }
            Connect-Scim -TenantId {{Emulator("TenantId")}} -ClientId {{Emulator("ClientId")}} -ClientSecret $secret -BaseUri {{Emulator("BaseUri")}} -Authority {{Emulator("Authority")}}
            Export-ScimUser '{{file}}' {{Attributes}}
            """);
        var module = new Dictionary<string, string?> { ["PSModulePath"] = Path.Combine(Engine.Root, "out") };
        PwshResult killed = await PwshProcess.Run(["-File", script], module, meanwhile: async pwsh =>
        {
            for (var clock = Stopwatch.StartNew(); !File.Exists(file + ".resume"); await Task.Delay(20))
                Assert.True(!pwsh.HasExited && clock.Elapsed < TimeSpan.FromMinutes(1), "The export did not come so far.");
            pwsh.Kill(entireProcessTree: true);
        });
        Assert.NotEqual(0, killed.ExitCode);
        Assert.False(File.Exists(file));

        var export = (ScimExport)_engine.Good($"Export-ScimUser '{file}' {Attributes} -Resume")[0].BaseObject;
        Assert.Equal(1250, export.Count);
        Assert.InRange(export.Resumed, 100, 800);
        string[] ids = [.. Text("users.csv").Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(row => row.Split(',')[0])];
        Assert.Equal(_engine.Good("Get-ScimUser | ForEach-Object id").Select(i => i.ToString()), ids);
        Assert.Equal(["users.csv"], Directory.GetFiles(_folder).Select(Path.GetFileName));
    }
}
