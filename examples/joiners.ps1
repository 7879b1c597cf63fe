<#
.SYNOPSIS
Creates the users of a CSV file from personnel.
.DESCRIPTION
The columns are called by the parameters of New-ScimUser or by SCIM's names: userName, displayName, givenName, familyName,
department, employeeNumber, emails[work] … Each user gets a password that nobody knows; hand out a Temporary Access Pass
in its place. The journal beside the file makes a second run go on where the first stopped, and create nobody twice.
Created users are the output; rows that cannot be are errors that name them, and the others go on.
.EXAMPLE
./joiners.ps1 new.csv -WhatIf
./joiners.ps1 new.csv | Export-Csv created.csv
#>
#Requires -Modules PSScim
[CmdletBinding(SupportsShouldProcess)]
param(
    [Parameter(Mandatory, Position = 0)] [string] $Path,
    [string] $UsageLocation = 'AT',
    [string] $Journal = "$Path.journal"
)

$random = [Security.Cryptography.RandomNumberGenerator]::Create()
function New-Password {
    $letters = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789'
    $bytes = [byte[]]::new(32)
    $random.GetBytes($bytes)
    $password = [securestring]::new()
    foreach ($letter in 'aA1-'.ToCharArray()) { $password.AppendChar($letter) }
    foreach ($byte in $bytes) { $password.AppendChar($letters[$byte % $letters.Length]) }
    $password
}

Import-Csv $Path |
    ForEach-Object { $_ | Add-Member -NotePropertyName Password -NotePropertyValue (New-Password) -PassThru } |
    New-ScimUser -UsageLocation $UsageLocation -Journal $Journal
