using System;
using System.Management.Automation;
using PSScim.Changes;
using PSScim.Completion;
using PSScim.Native;

namespace PSScim.Commands;

/// <summary>The base of Get-ScimUser and Get-ScimGroup: a list by filter, or single resources by id.</summary>
public abstract class GetScimResourceCommand : ScimListCommand
{
    private protected const string IdSet = "Id";

    /// <summary>
    /// Entra returns more users per page than this only if the request lists its attributes, without the manager.
    /// </summary>
    private const int EntraUsersWithManager = 100;

    /// <summary>A list with this many users is long: it took ten requests instead of two.</summary>
    private const ulong LongList = 1000;

    private ResourceReader? _byId;
    private string[]? _named;
    private ulong _skipped;
    private ulong _written;
    private ResolvedNames? _names;

    /// <summary>Ids of single resources, or objects that have an id. Each takes one request.</summary>
    [Parameter(ParameterSetName = IdSet, Mandatory = true, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [IdTransformation(IsPiped = true)]
    public string[] Id { get; set; } = [];

    /// <summary>
    /// The attributes to return: <c>userName</c>, <c>name.givenName</c>, <c>department</c>. An attribute of an extension doesn't
    /// need its URN. A name that no schema has is an error before the request. Services always return the id too. On Entra,
    /// pages of users are then ten times larger, so a list takes a tenth of the requests, unless the manager is one of the
    /// attributes.
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
    /// The number of resources per page. Default: as many as the service allows. For more than 100 users per page,
    /// Entra requires a list of attributes. If you don't specify -Attributes, PSScim requests all attributes except the
    /// manager.
    /// </summary>
    [Parameter(ParameterSetName = ListSet)]
    [ValidateRange(1, int.MaxValue)]
    public int PageSize { get; set; }

    /// <summary>
    /// Where to resume: the Cursor of the error of an interrupted list. The other parameters must be the same as those
    /// of the interrupted command.
    /// </summary>
    [Parameter(ParameterSetName = ListSet)]
    [ValidateNotNullOrEmpty]
    public string? Cursor { get; set; }

    /// <summary>
    /// The maximum number of requests in progress at the same time, for ids. Default: 8. Objects are returned in the
    /// order of the ids. If the pipeline stops early, fewer than this number of extra requests were sent. On Entra,
    /// where each request is billed, the number starts at two and grows as results are used.
    /// </summary>
    [Parameter(ParameterSetName = IdSet)]
    [ValidateRange(1, 256)]
    public int ThrottleLimit { get; set; } = 8;

    private protected override int InFlight => ThrottleLimit;

    /// <summary>Reads the list, or the ids of the current input.</summary>
    protected override void ProcessRecord()
    {
        if (ParameterSetName == IdSet)
            foreach (string id in Id)
                ReadOne(id);
        else
            ReadList();
    }

    /// <summary>Waits for what is still in flight.</summary>
    protected override void EndProcessing()
    {
        base.EndProcessing();
        if (ParameterSetName == IdSet && _names is not null)
            WarnOfUnseen(_names, ObjectNoun);
    }

    private string ObjectNoun => Kind == ResourceKind.User ? "user" : "group";

    private protected override void Done(WriteOperation operation, Submitted item)
    {
        _byId ??= Resolved.Types.Reader(Kind, Projection());
        if (operation.Count == 0)
            return;
        ScimResource[] read = _byId.Read(operation);
        _names!.See(read);
        _written++;
        WriteObject(read[0]);
    }

    /// <summary>-Skip skips ids without a request. -First counts the resources that were found.</summary>
    private void ReadOne(string id)
    {
        if (_skipped < PagingParameters.Skip)
        {
            _skipped++;
            return;
        }
        try
        {
            _names ??= Resolve(Endpoint, Attributes, ExcludedAttributes, filter: null);
            var read = new ChangeText("Read", Endpoint) { Attributes = _names.Attributes, ExcludedAttributes = _names.ExcludedAttributes };
            if (Kind == ResourceKind.User && IdTransformationAttribute.NameOf(id) is string name)
                read.Key = new("userName", name);
            else
                read.Id = IdOf(id);
            Read(read, id, () => PagingParameters.First - _written);
        }
        catch (ScimException error)
        {
            Refuse(error, new Submitted(null, ""));
        }
    }

    private static string IdOf(string id) => IdTransformationAttribute.IsName(id)
        ? throw new ScimException(ErrorId.InvalidId, "The input object has no id. No request was made.", "Add the id to the object.")
        : id;

    private void ReadList()
    {
        NameAllButManager();
        string? filter = WholeFilter();
        try
        {
            _names = Resolve(Endpoint, Attributes, ExcludedAttributes, filter);
            var list = new ListWriter(this, Resolved.Types.Reader(Kind, Projection()), _names, AdviseOfCost);
            string query = Query()
                .Add("filter", _names.Filter)
                .Add("clientSideFilter", EvaluatesHere ? true : null)
                .Add("pageSize", PageSize == 0 ? null : PageSize)
                .Add("wanted", list.Wanted)
                .Add("cursor", Cursor)
                // The total comes before the objects, and a server may say it behind them.
                .Add("wholePages", PagingParameters.IncludeTotalCount ? true : null)
                .ToString();
            WriteDebug("Query: " + query);
            if (list.Wanted == 0)
                return;
            Run(() => Resolved.Session.List(query), list.Write);
            WarnOfUnseen(_names, ObjectNoun);
        }
        catch (ScimException error)
        {
            // What came is downstream already. Nothing downstream may take it for the whole.
            ThrowTerminating(error, filter);
        }
    }

    private JsonText Query() => new JsonText()
        .Add("endpoint", Endpoint)
        .Add("attributes", _names!.Attributes ?? _named)
        .Add("excludedAttributes", _names.ExcludedAttributes);

    private Projection Projection() =>
        _named is not null ? PSScim.Projection.Excluding([KnownSchema.Manager]) : _names!.Projection;

    /// <summary>
    /// For pages of more than 100 users, Entra requires a list of attributes. Without -Attributes, requests all
    /// attributes that the service returns, except the manager.
    /// </summary>
    private void NameAllButManager()
    {
        if (Kind != ResourceKind.User || !Resolved.IsEntra || PageSize <= EntraUsersWithManager
            || Attributes is not null || ExcludedAttributes is not null)
            return;
        _named = KnownSchema.AllUserAttributesButManager;
        WriteVerbose(
            $"For pages of more than {EntraUsersWithManager} users, PSScim requests all attributes except the manager. With the manager, Entra returns at most {EntraUsersWithManager} users per page.");
    }

    /// <summary>
    /// Warns once per connection that a long list could cost a tenth, as soon as the list is known to be long.
    /// </summary>
    private void AdviseOfCost(ulong received)
    {
        if (received < LongList || Kind != ResourceKind.User || Attributes is not null || _named is not null || !Resolved.IsEntra
            || !Resolved.TakeAdvice())
            return;
        WriteWarning(
            $"Without -Attributes, Entra returns {EntraUsersWithManager} users per request. With -Attributes and without the manager, it returns 999, which takes a tenth of the requests and costs a tenth. This warning appears once per connection. See about_PSScim_Cost.");
    }
}
