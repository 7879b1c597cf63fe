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
    private const string EntraUser = "urn:ietf:params:scim:schemas:extension:Microsoft:Entra:2.0:User";
    private const string EntraGroup = "urn:ietf:params:scim:schemas:extension:Microsoft:Entra:2.0:Group";

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
        Equal("groups.value", chosen.MemberOf),
        Equal(EntraUser + ":ownedGroups.value", chosen.OwnerOf),
    ];

    /// <summary>The terms of the parameters for groups.</summary>
    private protected static IEnumerable<string?> GroupTerms(IGroupFilter chosen) =>
        [Equal("members.value", chosen.Member), Equal(EntraGroup + ":owners.value", chosen.Owner)];

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
