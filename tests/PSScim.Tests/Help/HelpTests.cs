using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Text.RegularExpressions;
using System.Threading.Tasks;
using PSScim.Tests.Cmdlets;
using PSScim.Tests.Pwsh;
using Xunit;

namespace PSScim.Tests.Help;

/// <summary>What Get-Help shows in the engine, that nothing lacks it, and that the examples hold.</summary>
public sealed class HelpTests : IDisposable
{
    private const string ModuleCommands = "(Get-Module PSScim).ExportedCmdlets.Values";
    private readonly Engine _engine = new();

    public void Dispose() => _engine.Dispose();

    public static TheoryData<string, int> Examples()
    {
        var examples = new TheoryData<string, int>();
        using var engine = new Engine();
        foreach (PSObject command in engine.Good(ModuleCommands))
        {
            string name = command.Properties["Name"].Value.ToString()!;
            int count = Codes(engine, name).Length;
            for (int i = 0; i < count; i++)
                examples.Add(name, i);
        }
        return examples;
    }

    [Fact]
    public void Every_cmdlet_has_a_synopsis_a_description_examples_and_related_links()
    {
        string[] lacking =
        [
            .. _engine.Good($$"""
                {{ModuleCommands}} | ForEach-Object {
                    $h = Get-Help $_.Name -Full
                    if (-not $h.Synopsis -or $h.Synopsis -match '\r|\n') { "$($_.Name): synopsis" }
                    if (-not $h.description) { "$($_.Name): description" }
                    if (-not $h.examples.example) { "$($_.Name): examples" }
                    if (-not $h.relatedLinks.navigationLink) { "$($_.Name): related links" }
                    foreach ($e in $h.examples.example) {
                        if ($e.title -notmatch ': .') { "$($_.Name): title of an example" }
                    }
                }
                """).Select(line => line.ToString()!),
        ];
        Assert.Empty(lacking);
    }

    [Fact]
    public void Every_parameter_and_output_is_described()
    {
        string[] lacking =
        [
            .. _engine.Good($$"""
                {{ModuleCommands}} | ForEach-Object {
                    $c = $_
                    foreach ($p in $c.Parameters.Keys | Where-Object { $_ -notin [System.Management.Automation.Cmdlet]::CommonParameters }) {
                        $h = Get-Help $c.Name -Parameter $p -ErrorAction SilentlyContinue
                        if (-not $h.description.Text) { "$c -$p" }
                    }
                    $written = @((Get-Help $c.Name -Full).returnValues.returnValue)
                    foreach ($o in $c.OutputType) {
                        if (-not ($written | Where-Object { $_.description.Text })) { "$c writes $o" }
                    }
                }
                """).Select(line => line.ToString()!),
        ];
        Assert.Empty(lacking);
    }

    [Fact]
    public async Task Get_Help_shows_examples_parameters_and_all()
    {
        string examples = await Shown("Get-Help Get-ScimUser -Examples");
        Assert.Contains("Example 1: Get all users with only", examples, StringComparison.Ordinal);
        Assert.Contains("Where-Object { -not $_.active } |", examples, StringComparison.Ordinal);
        string parameter = await Shown("Get-Help Get-ScimUser -Parameter Attributes");
        Assert.Contains("-Attributes <string[]>", parameter, StringComparison.Ordinal);
        Assert.Contains("Properties", parameter, StringComparison.Ordinal);
        string full = await Shown("Get-Help Get-ScimUser -Full");
        Assert.Contains("Get-ScimUser [[-Filter] <", full, StringComparison.Ordinal);
        Assert.Contains("-Skip <ulong>", full, StringComparison.Ordinal);
        Assert.Contains("about_PSScim", full, StringComparison.Ordinal);
        Assert.Contains("Global, USGov, USGovDoD, China", await Shown("Get-Help Connect-Scim -Parameter Environment"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("about_PSScim", "CONNECTIONS")]
    [InlineData("about_PSScim_Filters", "WHAT ENTRA SUPPORTS")]
    [InlineData("about_PSScim_Cost", "LIST THE ATTRIBUTES")]
    public async Task The_topics_are_found_and_are_plain_text_of_80_columns(string topic, string heading)
    {
        string path = Path.Combine(Path.GetDirectoryName(Engine.ModulePath)!, "en-US", topic + ".help.txt");
        string[] lines = File.ReadAllLines(path);
        Assert.Contains(heading, lines);
        Assert.DoesNotContain(lines, line => line.Length > 80 || line.Contains('\t', StringComparison.Ordinal));
        Assert.Contains(heading, await Shown("Get-Help " + topic), StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_topics_name_is_there()
    {
        string folder = Path.Combine(Path.GetDirectoryName(Engine.ModulePath)!, "en-US");
        string[] commands = [.. _engine.Good($"{ModuleCommands} | ForEach-Object Name").Select(n => n.ToString()!)];
        IEnumerable<string> named = Directory.GetFiles(folder, "about_*.txt")
            .SelectMany(file => Regex.Matches(File.ReadAllText(file), @"\b[A-Z][a-z]+-Scim\w*"))
            .Select(match => match.Value)
            .Distinct();
        Assert.Empty(named.Except(commands));
    }

    /// <summary><c>PSSCIM_WRITE_DOCS=1 dotnet test tests/PSScim.Tests --filter HelpTests</c> writes the pages anew.</summary>
    [Fact]
    public void The_pages_in_docs_are_those_of_the_comments()
    {
        string made = Path.Combine(Engine.Root, "target", "generated", "cmdlets");
        string kept = Path.Combine(Engine.Root, "docs", "cmdlets");
        if (Environment.GetEnvironmentVariable("PSSCIM_WRITE_DOCS") is not null)
        {
            Directory.CreateDirectory(kept);
            foreach (string old in Directory.GetFiles(kept, "*.md"))
                File.Delete(old);
            foreach (string page in Directory.GetFiles(made, "*.md"))
                File.Copy(page, Path.Combine(kept, Path.GetFileName(page)));
        }
        Assert.Equal(Names(made), Names(kept));
        foreach (string page in Names(made))
            Assert.True(
                File.ReadAllText(Path.Combine(made, page)) == File.ReadAllText(Path.Combine(kept, page)),
                $"docs/cmdlets/{page} is stale: PSSCIM_WRITE_DOCS=1 dotnet test tests/PSScim.Tests --filter HelpTests");

        static string[] Names(string folder) => [.. Directory.GetFiles(folder, "*.md").Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal)];
    }

    /// <summary>
    /// Each example on an emulator of its own, which the variables that the examples use name. One that cannot run here
    /// has a first line <c># Needs …</c> that says why; its commands and parameters have to be there all the same.
    /// </summary>
    [Theory]
    [MemberData(nameof(Examples))]
    public void Every_example_runs(string command, int index)
    {
        string code = Codes(_engine, command)[index];
        Assert.Contains(command, code, StringComparison.OrdinalIgnoreCase);
        if (code.StartsWith("# Needs ", StringComparison.Ordinal))
        {
            Binds(code);
            return;
        }
        _engine.Set("secret", Engine.Secure("emulator-secret"));
        _engine.Good("""
            $emulator = Start-ScimEmulator -Users 300 -Groups 20 -PassThru
            $tenantId, $clientId = $emulator.TenantId, $emulator.ClientId
            Connect-Scim -TenantId $tenantId -ClientId $clientId -ClientSecret $secret -BaseUri $emulator.BaseUri -Authority $emulator.Authority
            """);
        // What an example exports goes where nobody misses it.
        string folder = Directory.CreateTempSubdirectory("psscim-examples-").FullName;
        _engine.Set("folder", folder).Good("$null = $ExecutionContext.SessionState.Path.SetLocation($folder)");
        // To whom the examples connect that name no server: not to the real one.
        if (code.Contains("-TenantId", StringComparison.Ordinal) && !code.Contains("-BaseUri", StringComparison.Ordinal))
            _engine.Good("$PSDefaultParameterValues = @{ 'Connect-Scim:BaseUri' = $emulator.BaseUri; 'Connect-Scim:Authority' = $emulator.Authority }");
        try
        {
            _engine.Good(code);
        }
        finally
        {
            _engine.Run("Get-ScimContext -ListAvailable | Disconnect-Scim; Stop-ScimEmulator");
            Directory.Delete(folder, recursive: true);
        }
    }

    private void Binds(string code)
    {
        Ast script = Parser.ParseInput(code, out _, out ParseError[] errors);
        Assert.Empty(errors);
        foreach (CommandAst call in script.FindAll(node => node is CommandAst, searchNestedScriptBlocks: true).Cast<CommandAst>())
        {
            if (call.GetCommandName() is not string name || !name.Contains("-Scim", StringComparison.Ordinal))
                continue;
            string[] parameters = [.. _engine.Good($"(Get-Command {name}).Parameters.Keys").Select(k => k.ToString()!)];
            Assert.All(
                call.CommandElements.OfType<CommandParameterAst>(),
                parameter => Assert.Contains(parameter.ParameterName, parameters, StringComparer.OrdinalIgnoreCase));
        }
    }

    /// <summary>What stands on the screen.</summary>
    private static async Task<string> Shown(string command)
    {
        PwshResult shown = await PwshProcess.Run(
            ["-Command", command],
            new Dictionary<string, string?> { ["PSModulePath"] = Path.Combine(Engine.Root, "out") });
        Assert.Equal("", shown.Error);
        return shown.Output;
    }

    private static string[] Codes(Engine engine, string command) =>
        [.. engine.Good($"(Get-Help {command} -Examples).examples.example | ForEach-Object {{ $_.code }}").Select(code => code.ToString()!)];
}
