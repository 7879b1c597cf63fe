<#
.SYNOPSIS
Creates users from a CSV file.
.DESCRIPTION
The columns have the names of New-ScimUser parameters or SCIM names: userName, displayName, givenName, familyName,
department, employeeNumber, emails[work] … Each user gets a random password that nobody knows, so give users a Temporary
Access Pass instead. With the journal beside the file, a second run resumes where the first one stopped and creates no
user twice. The script returns the created users. An invalid row is an error that names the row, and the other rows
continue.
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
