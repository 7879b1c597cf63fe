using System.IO;
using System.Management.Automation;
using PSScim.Completion;
using PSScim.Native;

namespace PSScim.Commands;

/// <summary>Export-ScimUser and Export-ScimGroup: a list that the library writes to a file as its pages arrive.</summary>
public abstract class ExportScimResourceCommand : ScimListCommand
{
    /// <summary>
    /// The file: <c>.csv</c>, or <c>.jsonl</c> for one JSON object a line as the service sent it. It gets its name when it
    /// is whole; until then it is beside it, with <c>.partial</c> behind the name.
    /// </summary>
    [Parameter(Mandatory = true, Position = 0)]
    [Alias("FilePath")]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    /// <summary>
    /// The columns, and the attributes to ask for: <c>userName</c>, <c>name.givenName</c>, <c>department</c>,
    /// <c>emails[work].value</c> for the elements of that type. An attribute with parts becomes a column for each part.
    /// Left out: on Entra all that it returns but the manager, which would make it ten times as many requests; on other
    /// servers a <c>.csv</c> file needs them.
    /// </summary>
    [Parameter]
    [Alias("Properties")]
    [ArgumentCompleter(typeof(AttributeCompleter))]
    [ValidateNotNullOrEmpty]
    public string[]? Attributes { get; set; }

    /// <summary>
    /// Goes on where an export to the same path broke off, even by a kill, so that each resource is in the file once. Where
    /// none broke off, it begins. The other parameters must be those of the export that broke off.
    /// </summary>
    [Parameter]
    public SwitchParameter Resume { get; set; }

    /// <summary>Replaces a read-only file, and begins anew where an export to the same path broke off.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Replaces no file that is there.</summary>
    [Parameter]
    public SwitchParameter NoClobber { get; set; }

    /// <summary>The encoding: <c>utf8</c>, or <c>utf8BOM</c>, by which Excel knows UTF-8 when it opens a <c>.csv</c> file.</summary>
    [Parameter]
    [ValidateSet("utf8", "utf8BOM")]
    public string Encoding { get; set; } = "utf8";

    /// <summary>
    /// Puts a <c>'</c> before each value that begins with <c>=</c>, <c>+</c>, <c>-</c>, <c>@</c>, a tab or a line break, which
    /// a spreadsheet would run as a formula. Of a <c>.csv</c> file only.
    /// </summary>
    [Parameter]
    public SwitchParameter GuardFormula { get; set; }

    /// <summary>Exports.</summary>
    protected override void ProcessRecord()
    {
        string path = SessionState.Path.GetUnresolvedProviderPathFromPSPath(Path);
        string? filter = WholeFilter();
        string order = new JsonText()
            .Add("endpoint", Endpoint)
            .Add("path", path)
            .Add("format", Format(path))
            .Add("attributes", Attributes)
            .Add("filter", filter)
            .Add("clientSideFilter", ClientSideFilter ? true : null)
            .Add("resume", Resume ? true : null)
            .Add("force", Force ? true : null)
            .Add("noClobber", NoClobber ? true : null)
            .Add("byteOrderMark", Encoding == "utf8BOM" ? true : null)
            .Add("guardFormula", GuardFormula ? true : null)
            .ToString();
        WriteDebug("Export: " + order);
        if (!ShouldProcess(path, $"Export {ProgressNoun}{(filter is null ? "" : " where " + filter)}"))
            return;
        try
        {
            Run(() => Resolved.Session.Export(order), operation =>
            {
                Tell(operation.Incomplete);
                if (!operation.HasMore)
                    WriteObject(Result(path, operation));
            });
        }
        catch (ScimException error)
        {
            Report(error, path);
        }
    }

    private protected override void Took(Operation operation)
    {
        if (operation.HasMore)
            Progress.Stand(operation.Count, operation.TotalResults);
    }

    private string? Format(string path)
    {
        switch (System.IO.Path.GetExtension(path).ToUpperInvariant())
        {
            case ".CSV":
                return "csv";
            case ".JSONL" or ".NDJSON":
                return "jsonLines";
            default:
                ThrowTerminating(
                    new ScimException(ErrorId.InvalidExport, $"The extension of '{Path}' isn't a supported export format.", "Use a path that ends in .csv or .jsonl."),
                    Path);
                return null;
        }
    }

    private static ScimExport Result(string path, Operation operation)
    {
        ScimResource said = new ResourceTypes(seedFromSchema: false)
            .Reader(ResourceKind.Resource, Projection.None)
            .Read(operation)[0];
        return new ScimExport(new FileInfo(path), said);
    }
}
