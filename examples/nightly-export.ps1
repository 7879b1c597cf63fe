<#
.SYNOPSIS
Exports all users to a file each night, as a runbook in Azure Automation or a scheduled task.
.DESCRIPTION
Signs in with the managed identity, writes users-<date>.csv with the selected attributes, keeps the latest files and
removes older ones. An interrupted run resumes if you start it again on the same day. Returns one object that describes
the run. The meter is in the verbose stream.
.PARAMETER Folder
The folder for the files. In a cloud sandbox, the disk is deleted after the job, so upload the file as the comment below shows.
.PARAMETER Keep
The number of files to keep.
.PARAMETER RequestBudget
The maximum number of requests in one run. 2,000 requests cost USD 4.
.EXAMPLE
./nightly-export.ps1 -Folder /var/exports -Keep 30 -Verbose
#>
#Requires -Modules PSScim
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [string] $Folder,
    [ValidateRange(1, 3650)] [int] $Keep = 14,
    [long] $RequestBudget = 2000,
    [string[]] $Attributes = @('id', 'userName', 'displayName', 'active', 'title', 'department')
)

$ErrorActionPreference = 'Stop'
Connect-Scim -Identity -Name nightly-export -RequestBudget $RequestBudget
try {
    $null = New-Item $Folder -ItemType Directory -Force
    $file = Join-Path $Folder ('users-{0:yyyy-MM-dd}.csv' -f [datetime]::UtcNow)
    if (-not (Test-Path $file)) { $null = Export-ScimUser -Path $file -Attributes $Attributes -Resume -Connection nightly-export }

    # Set-AzStorageBlobContent -File $file -Container exports -Context $storage

    $old = @(Get-ChildItem $Folder -Filter users-*.csv | Sort-Object Name -Descending | Select-Object -Skip $Keep)
    $old | Remove-Item
    $context = Get-ScimContext nightly-export
    Write-Verbose ('{0} requests, USD {1:0.000}' -f $context.Requests, $context.EstimatedCost)
    [pscustomobject]@{
        File     = $file
        Bytes    = (Get-Item $file).Length
        Removed  = $old.Count
        Requests = $context.Requests
        Cost     = $context.EstimatedCost
    }
}
finally { Disconnect-Scim -Connection nightly-export }
