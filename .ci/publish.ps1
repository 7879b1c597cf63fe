# Publishes what release.ps1 has made: to the PowerShell Gallery, and as a release of the repository.
param([Parameter(Mandatory)] [string] $Tag)
$ErrorActionPreference = 'Stop'
$out = Join-Path (Split-Path $PSScriptRoot) out
$package = Get-ChildItem $out/PSScim.*.nupkg
if ($package.Count -ne 1) { throw "There are $($package.Count) packages in $out." }

gh release create $Tag --title $Tag --notes 'See CHANGELOG.md.' $package.FullName "$($package.FullName -replace 'nupkg$', 'zip')" $out/SHA256SUMS
if ($LASTEXITCODE) { throw 'The release was not made.' }
if (-not $env:GALLERY_KEY) { Write-Warning 'There is no PSGALLERY_API_KEY: nothing went to the Gallery.'; return }
Publish-PSResource -NupkgPath $package.FullName -Repository PSGallery -ApiKey $env:GALLERY_KEY
