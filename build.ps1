<#
.SYNOPSIS
Builds, tests and tries PSScim, for people in pwsh. `dotnet build` and `dotnet test` do the same without it.

.PARAMETER Task
Build: the module in out/PSScim (default). Test: all tests, Pester's too. Tour: examples/tour.ps1 in this shell.
Package: out/PSScim.<version>.nupkg for the PowerShell Gallery, and a zip of the same. Bench: the benchmark of
docs/performance.md.

.PARAMETER RequireAllPlatforms
With -Task Package: refuses unless the native library of every platform is in out/PSScim, as a release needs.

.EXAMPLE
./build.ps1 -Task Test
#>
[CmdletBinding()]
param(
    [ValidateSet('Build', 'Test', 'Tour', 'Package', 'Bench')]
    [string] $Task = 'Build',

    [ValidateSet('Debug', 'Release')]
    [string] $Configuration = 'Release',

    [switch] $RequireAllPlatforms
)

$ErrorActionPreference = 'Stop'
Set-StrictMode -Version Latest

function Invoke-Tool {
    param([string] $Name, [string[]] $Arguments)
    & $Name @Arguments
    if ($LASTEXITCODE -ne 0) { throw "$Name $($Arguments -join ' ') ended with exit code $LASTEXITCODE." }
}

Push-Location $PSScriptRoot
try {
    if ($Task -notin 'Bench', 'Package') { Invoke-Tool dotnet 'build', '--nologo', '-v', 'q', '-c', $Configuration }
    switch ($Task) {
        'Test' {
            Invoke-Tool dotnet 'test', '--nologo', '--no-build', '-c', $Configuration
            # A process of its own: this one may have another build of the module loaded already.
            $pwsh = (Get-Process -Id $PID).Path
            $library = @(if ([IO.Path]::GetFileNameWithoutExtension($pwsh) -eq 'dotnet') { "$PSHOME/pwsh.dll" })
            Invoke-Tool $pwsh ($library + @('-NoProfile', '-File', "$PSScriptRoot/tests/Invoke-Pester.ps1"))
        }
        'Tour' {
            Import-Module "$PSScriptRoot/out/PSScim" -Force
            & "$PSScriptRoot/examples/tour.ps1"
        }
        'Package' {
            Invoke-Tool dotnet 'build', 'powershell/Package', '-t:Package', '--nologo', '-v', 'm', '-c', $Configuration, "-p:RequireAllPlatforms=$($RequireAllPlatforms.ToString().ToLowerInvariant())"
        }
        'Bench' { Invoke-Tool dotnet 'run', '-c', 'Release', '--project', 'tests/Bench' }
    }
}
finally {
    Pop-Location
}
