# What could differ on Windows, tried there: on Windows itself, or under Wine (docs/platforms.md). It needs the module on
# PSModulePath and powershell/Shell to run in, and ends with exit code 1 when something does not hold:
#   PSScim.Shell.exe tests\windows.ps1
param([switch] $SkipTour)

$ErrorActionPreference = 'Stop'
$script:failed = 0
$module = (Get-Module PSScim).ModuleBase
$shell = [Environment]::ProcessPath

function Test-That {
    param([string] $What, [scriptblock] $Check)
    try {
        $problem = & $Check
        $text = if ($problem -is [bool] -and $problem) { "ok      $What" } else { "NOT OK  ${What}: $problem" }
    }
    catch { $text = "NOT OK  ${What}: $_ $($_.ScriptStackTrace)" }
    if ($text -notlike 'ok *') { $script:failed++ }
    $text
}

# True, or what came in place of it.
function Compare-Text {
    param($Actual, $Expected)
    if ("$Actual" -ceq "$Expected") { $true } else { "'$Actual' in place of '$Expected'" }
}

function ConvertTo-Secure {
    param([string] $Text)
    $secure = [Security.SecureString]::new()
    foreach ($letter in $Text.ToCharArray()) { $secure.AppendChar($letter) }
    $secure
}

# A command in a fresh process, over a module path: exit code, output and errors.
function Invoke-Fresh {
    param([string] $Command, [string] $ModulePath = [IO.Path]::GetDirectoryName($module))
    $start = [Diagnostics.ProcessStartInfo]::new($shell)
    foreach ($word in '-NonInteractive', '-Command', $Command) { $start.ArgumentList.Add($word) }
    $start.Environment['PSModulePath'] = $ModulePath
    $start.RedirectStandardOutput = $start.RedirectStandardError = $true
    $start.StandardOutputEncoding = $start.StandardErrorEncoding = [Text.UTF8Encoding]::new($false)
    $process = [Diagnostics.Process]::Start($start)
    $reading = $process.StandardError.ReadToEndAsync()
    $output = $process.StandardOutput.ReadToEnd()
    $process.WaitForExit()
    @{ Code = $process.ExitCode; Output = $output.Replace("`r`n", "`n").TrimEnd(); Error = $reading.Result }
}

# Copies the module below a folder whose name has a blank and letters beyond the code page; gives the module path.
function Copy-Module {
    $root = [IO.Path]::Combine([IO.Path]::GetTempPath(), 'psscim ' + [char]0xEB + [char]0x5C71 + ' ' + [guid]::NewGuid().ToString('N'))
    foreach ($file in [IO.Directory]::GetFiles($module, '*', 'AllDirectories')) {
        $target = [IO.Path]::Combine($root, 'PSScim', $file.Substring($module.Length + 1))
        $null = [IO.Directory]::CreateDirectory([IO.Path]::GetDirectoryName($target))
        [IO.File]::Copy($file, $target)
    }
    $root
}

# A spoilt copy of the module, and what its first cmdlet says.
function Get-LoaderError {
    param([scriptblock] $Spoil)
    $root = Copy-Module
    try {
        & $Spoil "$root\PSScim" "$root\PSScim\runtimes\win-x64\native\scim_native.dll"
        $result = Invoke-Fresh 'try { Start-ScimEmulator } catch { $_.FullyQualifiedErrorId; $_.Exception.Message }' $root
        if (-not $result.Output.Contains("$root\PSScim\runtimes\win-x64\native\scim_native.dll")) { throw "The file is not named: $($result.Output) $($result.Error)" }
        if (-not $result.Output.Contains('(win-x64)')) { throw "The platform is not named: $($result.Output)" }
        $result.Output
    }
    finally { [IO.Directory]::Delete($root, $true) }
}

if (-not $SkipTour) {
    Test-That 'the tour runs to its end' {
        $lines = @(& ([IO.Path]::Combine($PSScriptRoot, '..', 'examples', 'tour.ps1')))
        if (-not ($lines -match '^[\d.,]+ of 5.000 users are inactive')) { return 'it counts no users' }
        Compare-Text $lines[-1] '--- What it took, and what it would have cost'
    }
}

Test-That 'the library in use is the one beside the assembly' {
    $loaded = [Diagnostics.Process]::GetCurrentProcess().Modules | Where-Object { $_.ModuleName -eq 'scim_native.dll' }
    Compare-Text $loaded.FileName "$module\runtimes\win-x64\native\scim_native.dll"
}
Test-That 'both path separators import the module' {
    foreach ($path in "$module\PSScim.psd1", "$module/PSScim.psd1".Replace('\', '/')) { Import-Module $path -Force }
    Compare-Text (Get-Command Get-ScimUser).ModuleName PSScim
}
Test-That 'a module folder with a blank and letters beyond the code page works' {
    $root = Copy-Module
    try { $result = Invoke-Fresh 'Start-ScimEmulator -Users 3; Connect-Scim -Emulator; (Get-ScimUser).Count' $root }
    finally { [IO.Directory]::Delete($root, $true) }
    Compare-Text ($result.Output + $result.Error) 3
}

$emulator = Start-ScimEmulator -Users 250 -Groups 20 -PassThru
$account = @{ TenantId = $emulator.TenantId; ClientId = $emulator.ClientId; BaseUri = $emulator.BaseUri; Authority = $emulator.Authority }
Test-That 'a SecureString signs in' {
    Connect-Scim @account -ClientSecret (ConvertTo-Secure $emulator.ClientSecret)
    Compare-Text (Get-ScimUser).Count 250
}
Test-That 'a wrong one is explained and not shown' {
    $text = "n0t-th$([char]0xEB)-$([char]0xD83D)$([char]0xDE00)-secret"
    try { Connect-Scim @account -ClientSecret (ConvertTo-Secure $text); 'no error' }
    catch {
        if ("$_ $($_.Exception)".Contains($text)) { 'shown' }
        else { Compare-Text $_.FullyQualifiedErrorId 'AuthenticationFailed,PSScim.Commands.ConnectScimCommand' }
    }
}
Test-That 'ids, filters, dates and letters arrive as they are' {
    $user = Get-ScimUser -First 1
    $again = Get-ScimUser -Id $user.id
    if ($user.meta.created -isnot [datetime]) { return 'created is no date' }
    if ($again.ToJson() -cne $user.ToJson()) { return 'by id it is another' }
    Compare-Text (Get-ScimUser -Filter "userName eq ""$($user.userName)""").id $user.id
}
$certificates = [IO.Path]::GetFullPath("$PSScriptRoot\..\rust\scim-client\tests\certificates")
Test-That 'a certificate from a PFX signs in, by a path with either separator' {
    $public = [Security.Cryptography.X509Certificates.X509Certificate2]::CreateFromPem([IO.File]::ReadAllText("$certificates\rsa.pem"))
    $other = Start-ScimEmulator -Users 7 -Certificate $public -PassThru
    $app = @{ TenantId = $other.TenantId; ClientId = $other.ClientId; BaseUri = $other.BaseUri; Authority = $other.Authority }
    $counts = foreach ($path in "$certificates\rsa.pfx", "$certificates/rsa-old.pfx".Replace('\', '/')) {
        $c = Connect-Scim @app -CertificatePath $path -CertificatePassword (ConvertTo-Secure 'pfx-password') -PassThru
        (Get-ScimUser -Connection $c).Count
        Disconnect-Scim $c
    }
    Compare-Text ($counts -join ',') '7,7'
}
Test-That 'a PFX with a wrong password is explained, with its file' {
    try { Connect-Scim @account -CertificatePath "$certificates\rsa.pfx" -CertificatePassword (ConvertTo-Secure 'wrong'); 'no error' }
    catch { if ("$_".Contains("$certificates\rsa.pfx")) { Compare-Text $_.FullyQualifiedErrorId.Split(',')[0] CertificateUnusable } else { "$_" } }
}

$files = [IO.Directory]::CreateDirectory([IO.Path]::Combine([IO.Path]::GetTempPath(), 'psscim ' + [char]0xEB + [char]0x5C71 + ' ' + [guid]::NewGuid().ToString('N'))).FullName
Connect-Scim @account -ClientSecret (ConvertTo-Secure $emulator.ClientSecret)
Test-That 'an export goes to a Windows path: absolute, with either separator, and below the current location' {
    $null = Export-ScimUser "$files\back.csv" -Attributes id, userName
    $null = Export-ScimUser "$files/forward.csv".Replace('\', '/') -Attributes id, userName
    # Not by Set-Location, which is in none of the engine's own assemblies.
    $location = $ExecutionContext.SessionState.Path
    $before = $location.CurrentLocation.Path
    $null = $location.SetLocation($files)
    try { $null = Export-ScimUser .\here.csv -Attributes id, userName } finally { $null = $location.SetLocation($before) }
    $texts = foreach ($name in 'back', 'forward', 'here') { [IO.File]::ReadAllText("$files\$name.csv") }
    if ($texts[0] -cne $texts[1] -or $texts[0] -cne $texts[2]) { return 'they differ' }
    Compare-Text ([regex]::Matches($texts[0], "[^\r]\r\n").Count) 251
}
Test-That 'an export spares a file with -NoClobber, and names a folder that is in its way' {
    try { Export-ScimUser "$files\back.csv" -NoClobber; return 'overwritten' } catch { if (-not "$_".Contains("$files\back.csv")) { return "$_" } }
    $null = [IO.Directory]::CreateDirectory("$files\folder.csv")
    try { Export-ScimUser "$files\folder.csv" -Force; 'no error' } catch { if ("$_".Contains("$files\folder.csv")) { $true } else { "$_" } }
}
Test-That 'a write with a journal is done once, however often it is run' {
    $rows = foreach ($i in 1..30) { @{ userName = "person$i@journal.contoso.com"; displayName = "Zo$([char]0xEB) $([char]0x5C71)$([char]0x7530) $([char]0xD83D)$([char]0xDE00) $i"; givenName = "Zo$([char]0xEB)"; familyName = "$i" } }
    $password = ConvertTo-Secure "P$([char]0xE4)ss-w0rd-1"
    $first = @($rows | New-ScimUser -Password $password -Journal "$files\journal")
    $before = (Get-ScimContext).Requests
    $null = $rows | New-ScimUser -Password $password -Journal "$files/journal".Replace('\', '/')
    $again = (Get-ScimContext).Requests - $before
    $found = @(Get-ScimUser -UserName *@journal.contoso.com)
    $same = @($found | Where-Object { $_.displayName -ceq $rows[0].displayName })
    Compare-Text "$($first.Count) made, $again requests again, $($found.Count) there, $($same.Count) named so" '30 made, 0 requests again, 30 there, 1 named so'
}
Test-That 'what was written is changed and removed' {
    $user = Get-ScimUser -UserName person1@journal.contoso.com
    $user.title = "Captain $([char]0x5C71)"
    $user | Set-ScimUser
    if ((Get-ScimUser -Id $user.id).title -cne $user.title) { return 'the title has not changed' }
    $user | Remove-ScimUser -Confirm:$false
    Compare-Text @(Get-ScimUser -UserName person1@journal.contoso.com).Count 0
}
[IO.Directory]::Delete($files, $true)

Test-That 'a refused connection says so' {
    try { Connect-Scim -BaseUri http://127.0.0.1:9 -AccessToken (ConvertTo-Secure t) -MaximumRetryCount 0; Get-ScimUser; 'no error' }
    catch { Compare-Text $_.FullyQualifiedErrorId.Split(',')[0] ConnectionRefused }
    finally { Disconnect-Scim }
}
Test-That 'a stop, as by Ctrl+C, ends a waiting cmdlet at once' {
    $shell = [PowerShell]::Create([Management.Automation.Runspaces.InitialSessionState]::CreateDefault2())
    $null = $shell.AddScript('param($path) Import-Module $path; Start-ScimEmulator -Users 500 -LatencyMilliseconds 20000; Connect-Scim -Emulator; Get-ScimUser').AddArgument("$module\PSScim.psd1")
    $running = $shell.BeginInvoke()
    [Threading.Thread]::Sleep(3000)
    $clock = [Diagnostics.Stopwatch]::StartNew()
    $shell.Stop()
    $state = "$($shell.InvocationStateInfo.State)"
    if ($state -eq 'Failed') { return $shell.InvocationStateInfo.Reason }
    if ($clock.ElapsedMilliseconds -gt 2000) { "it took $($clock.ElapsedMilliseconds) ms" } else { Compare-Text $state Stopped }
    $shell.Dispose()
}
Test-That 'letters of all scripts pass arguments, console and streams' {
    $text = "Zo$([char]0xEB) $([char]0x5C71)$([char]0x7530) $([char]0xD83D)$([char]0xDE00)"
    $result = Invoke-Fresh "'$text'; [Console]::OutputEncoding.CodePage"
    Compare-Text $result.Output "$text`n65001"
}
Test-That 'what comes from the service reaches a console of UTF-16' {
    $start = [Diagnostics.ProcessStartInfo]::new($shell)
    $command = '[Console]::OutputEncoding = [Text.Encoding]::Unicode; Start-ScimEmulator -Users 3; Connect-Scim -Emulator; '
    $command += '$text = -join [char[]](0x5C71, 0x7530, 0xD83D, 0xDE00); $u = Get-ScimUser -First 1; Set-ScimUser $u.id -DisplayName $text; [Console]::Out.Write((Get-ScimUser -Id $u.id).displayName)'
    foreach ($word in '-NonInteractive', '-Command', $command) { $start.ArgumentList.Add($word) }
    $start.RedirectStandardOutput = $true
    $start.StandardOutputEncoding = [Text.Encoding]::Unicode
    $process = [Diagnostics.Process]::Start($start)
    $output = $process.StandardOutput.ReadToEnd()
    $process.WaitForExit()
    Compare-Text $output.TrimStart([char]0xFEFF) (-join [char[]](0x5C71, 0x7530, 0xD83D, 0xDE00))
}
Test-That 'a missing library is named' {
    $message = Get-LoaderError { param($folder, $library) [IO.File]::Delete($library) }
    if ($message.StartsWith('NativeLibraryMissing,')) { $true } else { $message }
}
Test-That 'a file that is no library is told for what it is' {
    $message = Get-LoaderError { param($folder, $library) [IO.File]::WriteAllText($library, '<html>') }
    if ($message.StartsWith('NativeLibraryNotLoadable,') -and $message.Contains('is no library at all')) { $true } else { $message }
}
Test-That 'a library of another platform is told for what it is' {
    $message = Get-LoaderError {
        param($folder, $library)
        $header = [byte[]]::new(4096)
        ([byte[]](0x7f, 0x45, 0x4c, 0x46, 2, 1, 1)).CopyTo($header, 0)
        $header[16] = 3; $header[18] = 183
        [IO.File]::WriteAllBytes($library, $header)
    }
    if ($message.StartsWith('NativeLibraryNotLoadable,') -and $message.Contains('is a Linux library for arm64')) { $true } else { $message }
}
Test-That 'a library of another program is refused' {
    $message = Get-LoaderError {
        param($folder, $library)
        [IO.File]::Copy([IO.Path]::Combine([Environment]::SystemDirectory, 'version.dll'), $library, $true)
    }
    if ($message.StartsWith('NativeLibraryMismatch,')) { $true } else { $message }
}

Stop-ScimEmulator
if ($script:failed) { "$($script:failed) did not hold"; exit 1 }
'all holds'
