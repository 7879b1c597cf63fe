# Runs the Pester tests (tests/*.Tests.ps1) against out/PSScim, and ends with exit code 1 when one fails.
$ErrorActionPreference = 'Stop'
$pester = Get-Module Pester -ListAvailable | Where-Object { $_.Version.Major -ge 5 } | Sort-Object Version | Select-Object -Last 1
if (-not $pester) { throw 'Pester 5 is not installed: Install-Module Pester -Scope CurrentUser' }
Import-Module $pester.Path
$configuration = New-PesterConfiguration
$configuration.Run.Path = $PSScriptRoot
$configuration.Run.Exit = $true
$configuration.Output.Verbosity = 'Normal'
Invoke-Pester -Configuration $configuration
