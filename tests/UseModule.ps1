# Dot-sourced by each Pester file: imports the module under test, which $env:PSSCIM_MODULE names or out/PSScim is, and
# gives what several files need.
$modulePath = if ($env:PSSCIM_MODULE) { $env:PSSCIM_MODULE } else { "$PSScriptRoot/../out/PSScim" }
Import-Module $modulePath -Force
$modulePath = (Get-Module PSScim).ModuleBase

# The output of a command in a fresh process of this PowerShell.
function Invoke-Fresh([string] $Command, [string[]] $Option = @()) {
    $engine = (Get-Process -Id $PID).Path
    # The .NET tool is a library, which dotnet runs.
    $library = @(if ([IO.Path]::GetFileNameWithoutExtension($engine) -eq 'dotnet') { "$PSHOME/pwsh.dll" })
    & $engine @library -NoProfile -NonInteractive @Option -Command $Command
}

# How many requests a block makes on this runspace's connection.
function Measure-Request([scriptblock] $Block) {
    $before = (Get-ScimContext).Requests
    $null = & $Block
    (Get-ScimContext).Requests - $before
}

# The error that a block ends with, or writes.
function Get-Problem([scriptblock] $Block) {
    $ErrorActionPreference = 'Stop'
    try { $null = & $Block } catch { return $_ }
    throw 'There was no error.'
}
