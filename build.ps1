<#
.SYNOPSIS
Builds, tests, and demonstrates PSScim.

.DESCRIPTION
Needs the .NET SDK 10 and Rust 1.89 or later. Without an installed PowerShell, run it with the .NET SDK:
dotnet tool exec --yes powershell -- ./build.ps1 -Task Tour

.PARAMETER Task
Build: lays out the module in out/PSScim (default). Test: runs every test. Tour: runs examples/tour.ps1 in this session,
on a library that is quick to compile. Package: makes out/PSScim.<version>.nupkg for the PowerShell Gallery, and a zip of
the same files. Bench: runs the benchmark of docs/performance.md.

.PARAMETER Configuration
The .NET configuration. The default is Release.

.PARAMETER RequireAllPlatforms
With -Task Package: fails unless out/PSScim holds the native library of every platform, as a release needs.

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

foreach ($tool in @{ dotnet = 'the .NET SDK 10 from https://dot.net'; cargo = 'Rust 1.89 or later from https://rustup.rs' }.GetEnumerator()) {
    if (-not (Get-Command $tool.Key -CommandType Application -ErrorAction Ignore)) {
        throw "$($tool.Key) isn't on the PATH. Install $($tool.Value), then run the command again."
    }
}

function Invoke-DotNet {
    dotnet @args
    if ($LASTEXITCODE -ne 0) { throw "dotnet $args failed with exit code $LASTEXITCODE." }
}

$profileBefore = $env:PSSCIM_CARGO_PROFILE
Push-Location $PSScriptRoot
try {
    # The tour shows what the module does. Its library skips the optimizations that take most of the build.
    if ($Task -eq 'Tour' -and -not $profileBefore) { $env:PSSCIM_CARGO_PROFILE = 'dev' }
    if ($Task -in 'Build', 'Tour') {
        # Cargo first and by itself: its progress reaches the screen.
        Invoke-DotNet msbuild rust/Cargo.proj -nologo '-v:m' '-tl:off'
        'Building the module (.NET).'
        Invoke-DotNet build powershell/PSScim -nologo -v q '-tl:off' -c $Configuration
        'The module is in out/PSScim.'
    }
    switch ($Task) {
        'Test' { Invoke-DotNet test -nologo -c $Configuration }
        'Tour' {
            Import-Module "$PSScriptRoot/out/PSScim" -Force
            & "$PSScriptRoot/examples/tour.ps1"
        }
        'Package' {
            Invoke-DotNet build powershell/Package '-t:Package' -nologo -v m -c $Configuration "-p:RequireAllPlatforms=$($RequireAllPlatforms.ToString().ToLowerInvariant())"
        }
        'Bench' { Invoke-DotNet run -c Release --project tests/Bench }
    }
}
finally {
    $env:PSSCIM_CARGO_PROFILE = $profileBefore
    Pop-Location
}
