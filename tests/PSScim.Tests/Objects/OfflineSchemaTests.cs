using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Management.Automation;
using PSScim.Tests.Cmdlets;
using Xunit;

namespace PSScim.Tests.Objects;

/// <summary>
/// Whether schema/attributes.tsv has just what Entra's documentation lists, and is what the emulator serves. The lists
/// below are the documentation's (schema/README.md says which), so a slip in the table cannot hide.
/// </summary>
public sealed class OfflineSchemaTests
{
    private const string Core = "urn:ietf:params:scim:schemas:core:2.0:";
    private const string Extension = "urn:ietf:params:scim:schemas:extension:";

    private static readonly string[] s_header = Lines()[0];

    public static TheoryData<string, string> Documented => new()
    {
        { Core + "User", """
            active addresses addresses.country addresses.locality addresses.postalCode addresses.region
            addresses.streetAddress addresses.type displayName emails emails.primary emails.type emails.value groups
            groups.value ims ims.type ims.value name name.familyName name.givenName password phoneNumbers
            phoneNumbers.type phoneNumbers.value preferredLanguage title userName userType
            """ },
        { Extension + "enterprise:2.0:User", """
            costCenter department division employeeNumber manager manager.value organization
            """ },
        { Extension + "Microsoft:Entra:2.0:User", """
            creationType employeeHireDate employeeLeaveDateTime lastPasswordChangeDateTime mailNickname officeLocation
            onPremisesDistinguishedName onPremisesDomainName onPremisesExtensionAttributes
            onPremisesExtensionAttributes.extensionAttribute1 onPremisesExtensionAttributes.extensionAttribute2
            onPremisesExtensionAttributes.extensionAttribute3 onPremisesExtensionAttributes.extensionAttribute4
            onPremisesExtensionAttributes.extensionAttribute5 onPremisesExtensionAttributes.extensionAttribute6
            onPremisesExtensionAttributes.extensionAttribute7 onPremisesExtensionAttributes.extensionAttribute8
            onPremisesExtensionAttributes.extensionAttribute9 onPremisesExtensionAttributes.extensionAttribute10
            onPremisesExtensionAttributes.extensionAttribute11 onPremisesExtensionAttributes.extensionAttribute12
            onPremisesExtensionAttributes.extensionAttribute13 onPremisesExtensionAttributes.extensionAttribute14
            onPremisesExtensionAttributes.extensionAttribute15 onPremisesImmutableId onPremisesSAMAccountName
            onPremisesSecurityIdentifier onPremisesSyncEnabled onPremisesUserPrincipalName ownedGroups ownedGroups.value
            passwordForceChangeOnNextSignIn passwordForceChangeOnNextSignInWithMFA preferredDataLocation proxyAddresses
            securityIdentifier usageLocation userType
            """ },
        { Core + "Group", "displayName members members.value" },
        { Extension + "Microsoft:Entra:2.0:Group", """
            description expirationDateTime groupTypes mailEnabled mailNickname onPremisesSAMAccountName
            onPremisesSecurityIdentifier onPremisesSyncEnabled owners owners.value proxyAddresses securityEnabled
            securityIdentifier
            """ },
        { "", """
            externalId id meta meta.created meta.lastModified meta.location meta.resourceType meta.version schemas
            """ },
    };

    [Theory]
    [MemberData(nameof(Documented))]
    public void The_table_has_the_documented_attributes_and_no_others(string schema, string names) => Assert.Equal(
        names.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal),
        Table().Where(row => row["schema"] == schema).Select(row => row["path"]).Order(StringComparer.Ordinal));

    [Theory]
    [InlineData("userName", "string", "required", "readWrite", "default", "server")]
    [InlineData("id", "string", "required", "readOnly", "always", "global")]
    [InlineData("password", "string", "required", "writeOnly", "never", "none")]
    [InlineData("active", "boolean", "required", "readWrite", "default", "none")]
    [InlineData("title", "string", "", "readWrite", "default", "none")]
    [InlineData("groups", "complex", "", "readOnly", "never", "none")]
    [InlineData("members", "complex", "", "readWrite", "never", "none")]
    [InlineData("employeeHireDate", "dateTime", "", "readWrite", "default", "none")]
    [InlineData("onPremisesImmutableId", "string", "", "readWrite", "default", "none")]
    [InlineData("securityEnabled", "boolean", "required", "readWrite", "default", "none")]
    public void Characteristics_are_those_of_the_documents(
        string path, string type, string required, string mutability, string returned, string uniqueness)
    {
        Dictionary<string, string> row = Table().First(r => r["path"] == path);
        Assert.Equal(
            (type, required.Length > 0 ? "true" : "false", mutability, returned, uniqueness),
            (row["type"], row["required"], row["mutability"], row["returned"], row["uniqueness"]));
    }

    [Fact]
    public void The_emulator_serves_just_the_table_as_its_schemas()
    {
        using var engine = new Engine();
        engine.Good("$e = Start-ScimEmulator -Users 1 -PassThru; Connect-Scim -Emulator");
        string[] served = [.. engine.Good("""
            function Row($schema, $path, $a) {
                '{0} {1} {2} {3} {4} {5} {6} {7} {8} [{9}]' -f $schema, $path, $a.type, $a.multiValued, $a.required, $a.mutability,
                    $a.returned, $a.caseExact, $a.uniqueness, (@($a.canonicalValues) -join ',')
            }
            foreach ($s in Get-ScimSchema) {
                foreach ($a in $s.attributes) {
                    Row $s.id $a.name $a
                    foreach ($b in $a.subAttributes) { Row $s.id "$($a.name).$($b.name)" $b }
                }
            }
            """).Select(line => line.ToString()!)];
        engine.Run("Disconnect-Scim; Stop-ScimEmulator $e");
        Assert.Equal(
            Table().Where(row => row["schema"].Length > 0).Select(row =>
                $"{row["schema"]} {row["path"]} {row["type"]} {Capital(row["multiValued"])} {Capital(row["required"])} {row["mutability"]} "
                + $"{row["returned"]} {Capital(row["caseExact"])} {row["uniqueness"]} [{row["canonicalValues"]}]").Order(StringComparer.Ordinal),
            served.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void What_a_service_says_of_itself_has_its_known_attributes_from_the_first_object_on()
    {
        using var engine = new Engine();
        engine.Good("$e = Start-ScimEmulator -Users 1 -PassThru; Connect-Scim -Emulator");
        PSObject attribute = engine.Good("(Get-ScimSchema)[0].attributes[0]")[0];
        PSObject type = engine.Good("(Get-ScimResourceType)[0]")[0];
        PSObject config = engine.Good("Get-ScimServiceProviderConfig")[0];
        engine.Run("Disconnect-Scim; Stop-ScimEmulator $e");
        Assert.IsAssignableFrom<ScimSchemaAttribute>(attribute.BaseObject);
        Assert.IsAssignableFrom<ScimResourceType>(type.BaseObject);
        Assert.IsAssignableFrom<ScimServiceProviderConfig>(config.BaseObject);
        Assert.Equal(
            ["name", "type", "multiValued", "required", "mutability", "returned", "uniqueness", "caseExact", "canonicalValues", "referenceTypes", "description", "subAttributes"],
            attribute.Properties.Select(p => p.Name));
        Assert.Equal("userName", attribute.BaseObject.ToString());
    }

    private static IEnumerable<Dictionary<string, string>> Table() => Lines().Skip(1)
        .Select(cells => s_header.Zip(cells).ToDictionary(pair => pair.First, pair => pair.Second, StringComparer.Ordinal));

    private static List<string[]> Lines() =>
        [.. File.ReadAllLines(Path.Combine(Engine.Root, "schema", "attributes.tsv")).Select(line => line.Split('\t'))];

    private static string Capital(string word) => word == "true" ? "True" : "False";
}
