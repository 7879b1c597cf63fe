<#
.SYNOPSIS
Finds enabled accounts that are probably unused.
.DESCRIPTION
Lists an account if its last day of employment has passed, or if its password has not changed for a long time. Entra's SCIM
API does not provide sign-ins, so check each account before you delete it. The script uses the current connection, sends
one request for each 999 users, and changes nothing.
.PARAMETER Days
The maximum age of a password in days.
.EXAMPLE
Connect-Scim -Identity
./stale-accounts.ps1 -Days 365 | Export-Csv stale.csv
#>
#Requires -Modules PSScim
[CmdletBinding()]
param([int] $Days = 365)

$ErrorActionPreference = 'Stop'
$entra = 'urn:ietf:params:scim:schemas:extension:Microsoft:Entra:2.0:User'
$now = [datetime]::UtcNow

# The list of attributes does not contain the manager, so pages have 999 users instead of 100.
Get-ScimUser -Enabled $true -Attributes id, userName, displayName, "${entra}:employeeLeaveDateTime", "${entra}:lastPasswordChangeDateTime" |
    ForEach-Object {
        $left = $_.$entra.employeeLeaveDateTime
        $changed = $_.$entra.lastPasswordChangeDateTime
        $reason, $since =
            if ($left -and $left -lt $now) { 'left', $left }
            elseif ($changed -and $changed -lt $now.AddDays(-$Days)) { 'password unchanged', $changed }
        if ($reason) {
            [pscustomobject]@{
                id          = $_.id
                userName    = $_.userName
                displayName = $_.displayName
                Reason      = $reason
                Since       = $since
            }
        }
    }
