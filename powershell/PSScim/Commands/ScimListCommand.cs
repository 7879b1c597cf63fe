using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using PSScim.Completion;
using PSScim.Filters;
using PSScim.Native;

namespace PSScim.Commands;

/// <summary>The base of the cmdlets that list resources: the filter, and the parameters for common filters.</summary>
public abstract class ScimListCommand : ScimSendingCommand
{
    private protected const string ListSet = "List";
    /// <summary>Ids in one filter, whose text is limited.</summary>
    private const int MostIds = 1000;

    private const string EntraUser = "urn:ietf:params:scim:schemas:extension:Microsoft:Entra:2.0:User";
    private const string EntraGroup = "urn:ietf:params:scim:schemas:extension:Microsoft:Entra:2.0:Group";
    private bool _hasIds;

    /// <summary>
    /// A SCIM filter (RFC 7644 section 3.4.2.2), such as <c>userName ew "@contoso.com"</c>, or a script block with
    /// PowerShell operators, such as <c>{ userName -like '*@contoso.com' -and active -eq $true }</c>. A script block
    /// can use your variables. The filter is checked before anything is sent.
    /// </summary>
    [Parameter(ParameterSetName = ListSet, Position = 1)]
    [ArgumentCompleter(typeof(FilterCompleter))]
    [FilterTransformation]
    [ValidateNotNullOrEmpty]
    public string? Filter { get; set; }

    /// <summary>
    /// Lets PSScim evaluate the parts of the filter that the service can't: all operators of RFC 7644, on all
    /// attributes that the service returns. Entra still evaluates the parts that it supports. From other servers,
    /// PSScim gets all resources and evaluates the whole filter. This takes requests for every resource that is
    /// evaluated. <c>-Verbose</c> shows them.
    /// </summary>
    [Parameter(ParameterSetName = ListSet)]
    public SwitchParameter ClientSideFilter { get; set; }

    /// <summary>
    /// Gets resources with this display name. With a <c>*</c> at the start, matches the end of the name.
    /// </summary>
    [Parameter(ParameterSetName = ListSet)]
    [ValidateNotNullOrEmpty]
    public string? DisplayName { get; set; }

    /// <summary>
    /// Gets the resource with this id in the source system. Entra can't combine it with other filters.
    /// </summary>
    [Parameter(ParameterSetName = ListSet)]
    [ValidateNotNullOrEmpty]
    public string? ExternalId { get; set; }

    private protected abstract string Endpoint { get; }

    /// <summary>The parameters that choose, as terms of a filter that all must hold.</summary>
    private protected virtual IEnumerable<string?> Terms => [Like("displayName", DisplayName), Equal("externalId", ExternalId)];

    private protected abstract ResourceKind Kind { get; }

    private protected override string ProgressNoun => Kind == ResourceKind.User ? "users" : "groups";

    /// <summary>The terms of the parameters for users.</summary>
    private protected IEnumerable<string?> UserTerms(IUserFilter chosen) =>
    [
        Like("userName", chosen.UserName),
        Like(EntraUser + ":mailNickname", chosen.MailNickname),
        Equal("active", chosen.Enabled),
        Membership("groups.value", chosen.MemberOf, (string id, out bool isTold) => new MemberList(Resolved, Run).Of(id, out isTold)),
        Equal(EntraUser + ":ownedGroups.value", chosen.OwnerOf),
    ];

    /// <summary>The terms of the parameters for groups.</summary>
    private protected IEnumerable<string?> GroupTerms(IGroupFilter chosen) =>
        [Membership("members.value", chosen.Member, (string id, out bool isTold) => new MemberList(Resolved, Run).GroupsOf(id, out isTold)), Equal(EntraGroup + ":owners.value", chosen.Owner)];

    /// <summary>Whether the filter is evaluated by PSScim.</summary>
    private protected bool EvaluatesHere => ClientSideFilter || _hasIds;

    private delegate List<string> Finder(string id, out bool isTold);

    /// <summary>
    /// A term for a membership. On Entra it is a filter. Other servers may accept the filter and find nobody, so there the
    /// ids come from the group, and the resources are selected by their ids.
    /// </summary>
    private string? Membership(string attribute, string? id, Finder find)
    {
        if (id is null || Resolved.IsEntra)
            return Equal(attribute, id);
        List<string> ids;
        bool isTold;
        try
        {
            ids = find(id, out isTold);
        }
        catch (ScimException error)
        {
            ThrowTerminating(error, id);
            return null;
        }
        if (!isTold)
            ThrowTerminating(GetScimUserMembershipCommand.NotTold("who is in the group or which groups the user is in"), id);
        if (ids.Count > MostIds)
            ThrowTerminating(
                new ScimException(ErrorId.InvalidFilter, $"{id} has {ids.Count} memberships. On this server a filter can select {MostIds} at most.", "Use Get-ScimGroupMember or Get-ScimUserMembership, and Where-Object."),
                id);
        _hasIds = true;
        return ids.Count == 0 ? "id eq null" : "(" + string.Join(" or ", ids.Select(one => Equal("id", one))) + ")";
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
                new ScimException(ErrorId.FilterSyntax, $"'{pattern}' has a * in the middle, but a * can be only the first or the last character.", "To match a literal *, use -Filter."),
                pattern);
        return term;
    }

    /// <summary>-Filter and the parameters that choose, joined by <c>and</c>.</summary>
    private protected string? WholeFilter()
    {
        string[] terms = [.. Terms.Where(term => term is not null).Select(term => term!)];
        if (terms.Length == 0)
            return Filter;
        return string.Join(" and ", Filter is null ? terms : ["(" + Filter + ")", .. terms]);
    }
}
