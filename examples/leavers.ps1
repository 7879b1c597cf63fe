<#
.SYNOPSIS
Disables users who left, and removes them from their groups.
.DESCRIPTION
For each user name, disables the account and then removes its memberships, except in groups with dynamic membership.
Nothing is deleted. Returns an object for each user, also for a user that does not exist.
.EXAMPLE
Import-Csv left.csv | ./leavers.ps1 -WhatIf
.EXAMPLE
./leavers.ps1 ann@contoso.com, bo@contoso.com
#>
#Requires -Modules PSScim
[CmdletBinding(SupportsShouldProcess)]
param([Parameter(Mandatory, Position = 0, ValueFromPipeline, ValueFromPipelineByPropertyName)] [string[]] $UserName)

process {
    $extension = 'urn:ietf:params:scim:schemas:extension:Microsoft:Entra:2.0:Group'
    foreach ($name in $UserName) {
        $user = Get-ScimUser -UserName $name -Attributes id, userName, active -ErrorAction Stop
        if (-not $user) {
            [pscustomobject]@{ UserName = $name; Status = 'not there'; Groups = @() }
            continue
        }
        $groups = @(Get-ScimUserMembership $user -ErrorAction Stop | Where-Object { $_.$extension.groupTypes -notcontains 'DynamicMembership' })
        if (-not $PSCmdlet.ShouldProcess($name, "Disable, and take out of $($groups.Count) groups")) { continue }
        Disable-ScimUser $user -Confirm:$false -ErrorAction Stop
        foreach ($group in $groups) { Remove-ScimGroupMember $group $user -Confirm:$false }
        [pscustomobject]@{ UserName = $name; Status = 'disabled'; Groups = @($groups.displayName) }
    }
}
