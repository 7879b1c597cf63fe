<#
.SYNOPSIS
Finds accounts that are still enabled and look as if nobody used them.
.DESCRIPTION
An account is listed when its owner's last day has passed, or when its password has not been changed for a long time.
Entra's SCIM API does not tell sign-ins, so this is where to look closer, not what to delete. It uses the present
connection, makes one request for 999 users, and changes nothing.
.PARAMETER Days
How long a password may be unchanged.
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

# The attributes are named, and the manager is not among them: that makes pages of 999 users in place of 100.
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
