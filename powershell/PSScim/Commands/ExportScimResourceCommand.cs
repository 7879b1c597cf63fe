using System.IO;
using System.Management.Automation;
using PSScim.Completion;
using PSScim.Native;

namespace PSScim.Commands;

/// <summary>
/// The base of Export-ScimUser and Export-ScimGroup: a list that the library writes to a file as its pages arrive.
/// </summary>
public abstract class ExportScimResourceCommand : ScimListCommand
{
    /// <summary>
    /// The file to write: <c>.csv</c>, or <c>.jsonl</c> with one JSON object per line as the service sent it. Until the
    /// export is complete, the file has <c>.partial</c> after its name.
    /// </summary>
    [Parameter(Mandatory = true, Position = 0)]
    [Alias("FilePath")]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    /// <summary>
    /// The attributes to request, and the columns to write: <c>userName</c>, <c>name.givenName</c>, <c>department</c>,
    /// or <c>emails[work].value</c> for the values of that type. An attribute with sub-attributes becomes one column
    /// for each of them. On servers other than Entra, another column with the name of the attribute contains, as JSON, the
    /// values that these columns don't hold. Default on Entra: all attributes except the manager, which would take ten times
    /// as many requests. On other servers, a <c>.csv</c> file requires this parameter.
    /// </summary>
    [Parameter]
    [Alias("Properties")]
    [ArgumentCompleter(typeof(AttributeCompleter))]
    [ValidateNotNullOrEmpty]
    public string[]? Attributes { get; set; }

    /// <summary>
    /// Resumes an interrupted export to the same path, even after the process was killed, so that the file contains
    /// each resource once. Starts a new export if there is nothing to resume. The other parameters must be the same as
    /// those of the interrupted export.
    /// </summary>
    [Parameter]
    public SwitchParameter Resume { get; set; }

    /// <summary>Replaces a read-only file, and restarts an interrupted export to the same path.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Reports an error if the file already exists.</summary>
    [Parameter]
    public SwitchParameter NoClobber { get; set; }

    /// <summary>
    /// The encoding: <c>utf8</c>, or <c>utf8BOM</c>, which Excel needs to recognize UTF-8 in a <c>.csv</c> file.
    /// </summary>
    [Parameter]
    [ValidateSet("utf8", "utf8BOM")]
    public string Encoding { get; set; } = "utf8";

    /// <summary>
    /// Puts a <c>'</c> before each value that starts with <c>=</c>, <c>+</c>, <c>-</c>, <c>@</c>, a tab or a line
    /// break, so that a spreadsheet doesn't run it as a formula. Cmdlets that read the rows of the file remove it. Applies
    /// only to <c>.csv</c> files.
    /// </summary>
    [Parameter]
    public SwitchParameter GuardFormula { get; set; }

    /// <summary>Runs the export.</summary>
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
            .Add("clientSideFilter", EvaluatesHere ? true : null)
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
