# Builds the module, puts the native libraries of all platforms into it, signs, and packs. Run by the release workflow.
param(
    [Parameter(Mandatory)] [string] $Tag,
    # A folder with native-<rid>/ for each platform: the library, and the hash of its ABI in the file abi.
    [Parameter(Mandatory)] [string] $Native
)
$ErrorActionPreference = 'Stop'
Set-StrictMode -Version Latest
$root = Split-Path $PSScriptRoot
$module = Join-Path $root out/PSScim

$version = [regex]::Match((Get-Content $root/Cargo.toml -Raw), '(?m)^version = "([^"]+)"').Groups[1].Value
if ($Tag -ne "v$version") { throw "The tag is $Tag, and Cargo.toml says $version." }

& "$root/build.ps1" -Configuration Release
$expected = [regex]::Match((Get-Content $root/target/bindings/Abi.g.cs -Raw), 'Hash = \d+').Value
foreach ($folder in Get-ChildItem $Native -Directory -Filter 'native-*') {
    $abi = (Get-Content (Join-Path $folder abi) -Raw).Trim()
    if ($abi -ne $expected) { throw "$($folder.Name) has the ABI '$abi', and the assembly '$expected'." }
    $target = Join-Path $module "runtimes/$($folder.Name.Substring('native-'.Length))/native"
    $null = New-Item $target -ItemType Directory -Force
    Get-ChildItem $folder -File | Where-Object Name -NE abi | Copy-Item -Destination $target -Force
}

if ($env:SIGNING_CERTIFICATE) {
    $flags = [Security.Cryptography.X509Certificates.X509KeyStorageFlags]::EphemeralKeySet
    $certificate = [Security.Cryptography.X509Certificates.X509Certificate2]::new(
        [Convert]::FromBase64String($env:SIGNING_CERTIFICATE), $env:SIGNING_PASSWORD, $flags)
    $files = Get-ChildItem $module -Recurse -Include *.dll, *.psd1, *.ps1xml
    $signed = $files | Set-AuthenticodeSignature -Certificate $certificate -HashAlgorithm SHA256 -TimestampServer http://timestamp.digicert.com
    $bad = @($signed | Where-Object Status -NE Valid)
    if ($bad) { throw "Not signed: $($bad.Path -join ', ')" }
}
else { Write-Warning 'There is no signing certificate: the package is not signed.' }

dotnet build "$root/powershell/Package" -t:PackOnly --nologo -v m -c Release -p:RequireAllPlatforms=true
if ($LASTEXITCODE) { throw 'Packing failed.' }
Get-ChildItem $root/out/PSScim.* -File -Include *.nupkg, *.zip | Get-FileHash -Algorithm SHA256 |
    ForEach-Object { '{0}  {1}' -f $_.Hash.ToLowerInvariant(), (Split-Path $_.Path -Leaf) } | Set-Content $root/out/SHA256SUMS
