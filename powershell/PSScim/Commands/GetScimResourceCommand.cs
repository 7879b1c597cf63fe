using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using PSScim.Completion;
using PSScim.Filters;
using PSScim.Native;

namespace PSScim.Commands;

/// <summary>Get-ScimUser and Get-ScimGroup: a list by filter, or single resources by id.</summary>
public abstract class GetScimResourceCommand : ScimConnectionCommand
{
    private protected const string ListSet = "List";
    private protected const string IdSet = "Id";

    /// <summary>Entra gives users more than this a page only when the request names its attributes, manager not among them.</summary>
    private const int EntraUsersWithManager = 100;

    private ResourceReader? _byId;
    private string[]? _named;

    /// <summary>
    /// Which resources: a SCIM filter (RFC 7644 section 3.4.2.2), such as <c>userName ew "@contoso.com"</c>, or a script
    /// block in PowerShell's operators, such as <c>{ userName -like '*@contoso.com' -and active -eq $true }</c>, whose
    /// variables are those of the caller. It is checked before anything is sent.
    /// </summary>
    [Parameter(ParameterSetName = ListSet, Position = 0)]
    [ArgumentCompleter(typeof(FilterCompleter))]
    [FilterTransformation]
    [ValidateNotNullOrEmpty]
    public string? Filter { get; set; }

    /// <summary>The display name. A <c>*</c> at its beginning means: ends with the rest.</summary>
    [Parameter(ParameterSetName = ListSet)]
    [ValidateNotNullOrEmpty]
    public string? DisplayName { get; set; }

    /// <summary>The id in the system that feeds the directory. Entra takes it alone only.</summary>
    [Parameter(ParameterSetName = ListSet)]
    [ValidateNotNullOrEmpty]
    public string? ExternalId { get; set; }

    /// <summary>Ids of single resources, or objects that have an id. One request each.</summary>
    [Parameter(ParameterSetName = IdSet, Mandatory = true, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [IdTransformation]
    public string[] Id { get; set; } = [];

    /// <summary>
    /// The attributes to return, and no others (and the id, which services always return). On Entra this makes pages of
    /// users ten times larger, so a list costs a tenth of the requests, unless the manager is among them.
    /// </summary>
    [Parameter]
    [Alias("Properties")]
    [ArgumentCompleter(typeof(AttributeCompleter))]
    [ValidateNotNullOrEmpty]
    public string[]? Attributes { get; set; }

    /// <summary>The attributes to leave out.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(AttributeCompleter))]
    [ValidateNotNullOrEmpty]
    public string[]? ExcludedAttributes { get; set; }

    /// <summary>
    /// Resources a page. Left out: as many as the service allows. Over 100 users a page, Entra asks that the attributes
    /// be named; when you name none, all but the manager are named for you.
    /// </summary>
    [Parameter(ParameterSetName = ListSet)]
    [ValidateRange(1, int.MaxValue)]
    public int PageSize { get; set; }

    /// <summary>Where to go on: the cursor that the error of an interrupted list carries, or that a page ended with.</summary>
    [Parameter(ParameterSetName = ListSet)]
    [ValidateNotNullOrEmpty]
    public string? Cursor { get; set; }

    private protected abstract string Endpoint { get; }

    /// <summary>The parameters that choose, as terms of a filter that all must hold.</summary>
    private protected virtual IEnumerable<string?> Terms => [Like("displayName", DisplayName), Equal("externalId", ExternalId)];

    private protected abstract ResourceKind Kind { get; }

    /// <summary>Reads what the parameters or the present input ask for.</summary>
    protected override void ProcessRecord()
    {
        if (ParameterSetName == IdSet)
            foreach (string id in Id)
                ReadOne(id);
        else
            ReadList();
    }

    private void ReadOne(string id)
    {
        try
        {
            _byId ??= Resolved.Types.Reader(Kind, Projection());
            string query = Query().Add("id", id).ToString();
            Run(() => Resolved.Session.Get(query), operation =>
                WriteObject(_byId.Read(operation.Buffer, operation.Length)[0]));
        }
        catch (ScimException error)
        {
            Report(error, id);
        }
    }

    private protected static string? Equal(string attribute, object? value) =>
        value is null ? null : $"{attribute} eq {FilterText.Value(attribute, value)}";

    private protected string? Like(string attribute, string? pattern)
    {
        if (pattern is null)
            return null;
        string? term = FilterText.Like(attribute, pattern);
        if (term is null)
            ThrowTerminating(
                Invalid("FilterSyntax", $"'{pattern}' has a * inside.", "A * can stand at the beginning and at the end; -Filter takes any text."),
                pattern);
        return term;
    }

    /// <summary>-Filter and the parameters that choose, joined by <c>and</c>.</summary>
    private string? WholeFilter()
    {
        string[] terms = [.. Terms.Where(term => term is not null).Select(term => term!)];
        if (terms.Length == 0)
            return Filter;
        return string.Join(" and ", Filter is null ? terms : ["(" + Filter + ")", .. terms]);
    }

    private void ReadList()
    {
        NameAllButManager();
        string? filter = WholeFilter();
        var list = new ListWriter(this, Resolved.Types.Reader(Kind, Projection()));
        string query = Query()
            .Add("filter", filter)
            .Add("pageSize", PageSize == 0 ? null : PageSize)
            .Add("wanted", list.Wanted)
            .Add("cursor", Cursor)
            .ToString();
        if (list.Wanted == 0)
            return;
        try
        {
            Run(() => Resolved.Session.List(query), list.Write);
        }
        catch (ScimException error)
        {
            Report(error, filter);
        }
    }

    private JsonText Query() => new JsonText()
        .Add("endpoint", Endpoint)
        .Add("attributes", Attributes ?? _named)
        .Add("excludedAttributes", ExcludedAttributes);

    private Projection Projection() =>
        Attributes is not null ? PSScim.Projection.Of(Attributes)
        : ExcludedAttributes is not null ? PSScim.Projection.Excluding(ExcludedAttributes)
        : _named is not null ? PSScim.Projection.Excluding([KnownSchema.Manager])
        : PSScim.Projection.None;

    /// <summary>
    /// A page of more than 100 users has its price on Entra: the attributes must be named. When someone asks for such
    /// pages and names none, all that the service returns are named, less the manager.
    /// </summary>
    private void NameAllButManager()
    {
        if (Kind != ResourceKind.User || !Resolved.IsEntra || PageSize <= EntraUsersWithManager
            || Attributes is not null || ExcludedAttributes is not null)
            return;
        _named = KnownSchema.AllUserAttributesButManager;
        WriteVerbose(
            $"Pages of more than {EntraUsersWithManager} users: all attributes are named but the manager, which Entra serves {EntraUsersWithManager} a page only.");
    }

    /// <summary>Writes a list's objects and decides when the next page is worth a request.</summary>
    private sealed class ListWriter
    {
        private readonly GetScimResourceCommand _command;
        private readonly ResourceReader _reader;
        private readonly ulong _first;
        private ulong _skip;
        private ulong _written;
        private bool _isFirstPage = true;

        internal ListWriter(GetScimResourceCommand command, ResourceReader reader)
        {
            _command = command;
            _reader = reader;
            _first = command.PagingParameters.First;
            _skip = command.PagingParameters.Skip;
        }

        /// <summary>How many resources are needed at most, or null for all.</summary>
        internal long? Wanted => _first > long.MaxValue - _skip ? null : (long)(_first + _skip);

        /// <summary>Writes a page; false when no more is wanted.</summary>
        internal bool Write(Operation operation)
        {
            if (_isFirstPage && _command.PagingParameters.IncludeTotalCount)
                WriteTotal(operation.TotalResults);
            _isFirstPage = false;
            ScimResource[] page = _reader.Read(operation.Buffer, operation.Length);
            ulong length = (ulong)page.Length;
            bool more = operation.HasMore && (_skip >= length || _first - _written > length - _skip);
            for (int i = 0; i < page.Length; i++)
            {
                // Past the middle of the page the reader has shown that it goes on: now the next is fetched ahead.
                if (more && i > page.Length / 2)
                {
                    operation.Continue();
                    more = false;
                }
                if (_skip > 0)
                {
                    _skip--;
                    continue;
                }
                if (_written == _first)
                    return false;
                _written++;
                _command.WriteObject(page[i]);
            }
            if (more)
                operation.Continue();
            return _written < _first;
        }

        private void WriteTotal(long? total) => _command.WriteObject(
            _command.PagingParameters.NewTotalCount((ulong)(total ?? 0), total is null ? 0.0 : 1.0));
    }
}
