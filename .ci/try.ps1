# Tries a packed module on this platform, as a person would meet it: unpacked into a module path, loaded by its first
# cmdlet. Run by the release workflow between packing and publishing, in both PowerShells.
param([Parameter(Mandatory)] [string] $Zip)
$ErrorActionPreference = 'Stop'
Set-StrictMode -Version Latest

$name = "psscim-$([Guid]::NewGuid())"
$folder = Join-Path ([IO.Path]::GetTempPath()) $name
Expand-Archive -Path $Zip -DestinationPath $folder
$env:PSModulePath = $folder + [IO.Path]::PathSeparator + $env:PSModulePath

Start-ScimEmulator -Users 250 -Groups 3
Connect-Scim -Emulator
$loaded = (Get-Module PSScim).ModuleBase
if ($loaded -notlike "*$name*") { throw "Another PSScim was loaded: $loaded." }

$users = @(Get-ScimUser)
if ($users.Count -ne 250) { throw "There are 250 users, and $($users.Count) came." }
$users[0] | Set-ScimUser -Title 'Tried' -Confirm:$false
$title = (Get-ScimUser -Id $users[0].id).title
if ($title -ne 'Tried') { throw "The title is '$title'." }
$file = Join-Path $folder users.csv
$exported = Export-ScimUser -Path $file -Attributes id, userName
if ($exported.Count -ne 250 -or @(Import-Csv $file).Count -ne 250) { throw "The export holds $($exported.Count) users." }
Disconnect-Scim
Stop-ScimEmulator
'PSScim {0} works on {1}, PowerShell {2}.' -f (Get-Module PSScim).Version, [Runtime.InteropServices.RuntimeInformation]::OSDescription, $PSVersionTable.PSVersion
