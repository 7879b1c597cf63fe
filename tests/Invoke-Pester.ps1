# Runs the Pester tests (tests/*.Tests.ps1, and those in examples) against the module folder in $env:PSSCIM_MODULE or
# out/PSScim, and ends with exit code 1 when one fails. Without an installed Pester it takes the one that the build has
# restored from NuGet.
param([string] $Name = '*')

$ErrorActionPreference = 'Stop'
$packages = if ($env:NUGET_PACKAGES) { $env:NUGET_PACKAGES } else { Join-Path $HOME '.nuget/packages' }
$pester = @(Get-Module Pester -ListAvailable) + @(Get-Module "$packages/pester/*/tools/Pester.psd1" -ListAvailable -ErrorAction SilentlyContinue) |
    Where-Object { $_.Version.Major -ge 5 } | Sort-Object Version | Select-Object -Last 1
if (-not $pester) { throw 'Pester 5 is not there: dotnet build restores it, or Install-Module Pester -MaximumVersion 5.99 -Scope CurrentUser' }
Import-Module $pester.Path
# Examples import the module by its name.
$module = if ($env:PSSCIM_MODULE) { $env:PSSCIM_MODULE } else { "$PSScriptRoot/../out/PSScim" }
$env:PSModulePath = (Split-Path (Resolve-Path $module).Path) + [IO.Path]::PathSeparator + $env:PSModulePath
$configuration = New-PesterConfiguration
$configuration.Run.Path = @(Get-Item "$PSScriptRoot/$Name.Tests.ps1", "$PSScriptRoot/../examples/$Name.Tests.ps1" -ErrorAction SilentlyContinue).FullName
$configuration.Run.Exit = $true
$configuration.Output.Verbosity = 'Normal'
Invoke-Pester -Configuration $configuration
