<#
.SYNOPSIS
Sets the members of groups to the users of departments.
.DESCRIPTION
Reads the enabled users once, 999 per request, and updates the members of each group with as few requests as possible. A
department without users is an error instead of an empty group, because it is usually a typo.
.PARAMETER Department
A hashtable of group display names and their departments.
.EXAMPLE
./group-sync.ps1 @{ 'All Sales' = 'Sales'; 'All Research' = 'Research' } -WhatIf
#>
#Requires -Modules PSScim
[CmdletBinding(SupportsShouldProcess)]
param([Parameter(Mandatory, Position = 0)] [hashtable] $Department)

$ErrorActionPreference = 'Stop'
$enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'

$people = @{}
Get-ScimUser -Enabled $true -Attributes id, "${enterprise}:department" |
    Where-Object { $_.$enterprise.department } |
    ForEach-Object { $people[$_.$enterprise.department] += , $_.id }

foreach ($name in $Department.Keys) {
    $wanted = $people[$Department[$name]]
    if (-not $wanted) { Write-Error "Nobody is in the department '$($Department[$name])': the group '$name' stays as it is." -ErrorAction Continue; continue }
    $group = @(Get-ScimGroup -DisplayName $name)
    if ($group.Count -ne 1) { Write-Error "There are $($group.Count) groups named '$name': it has to be one." -ErrorAction Continue; continue }
    if ($WhatIfPreference) { $wanted | Sync-ScimGroupMember $group[0] -WhatIf; continue }
    $wanted | Sync-ScimGroupMember $group[0] -Confirm:$false
    [pscustomobject]@{ Group = $name; Members = $wanted.Count }
}
