# (e): what an admin writes by hand. One line of JSON in, one out, as the benchmark's other processes do (Outcome.cs).
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$job = [Console]::In.ReadLine() | ConvertFrom-Json
$token = Invoke-RestMethod -Method Post "$($job.authority)/$($job.tenantId)/oauth2/v2.0/token" -Body @{
    grant_type = 'client_credentials'; client_id = $job.clientId; client_secret = $job.clientSecret
    scope = 'https://graph.microsoft.com/.default'
}
$headers = @{ Authorization = "Bearer $($token.access_token)"; Accept = 'application/json' }
$first = "$($job.baseUri)/users?$($job.query)"
$null = Invoke-RestMethod $first -Headers $headers

function Get-PrivateByte {
    if (-not $IsLinux) { return (Get-Process -Id $PID).PrivateMemorySize64 }
    1KB * [long]((Select-String -Path /proc/self/status -Pattern '^RssAnon:\s+(\d+)').Matches[0].Groups[1].Value)
}
$managed = [GC]::GetTotalMemory($true)
$private = Get-PrivateByte

$cpu = (Get-Process -Id $PID).TotalProcessorTime
$pages = 0
$watch = [Diagnostics.Stopwatch]::StartNew()
$all = & {
    $next = ''
    do {
        $page = Invoke-RestMethod "$first$next" -Headers $headers
        $script:pages++
        $page.resources
        $next = '&cursor=' + [uri]::EscapeDataString("$($page.nextCursor)")
    } while ($page.nextCursor)
}
$watch.Stop()
$peak = if ($IsLinux) {
    1KB * [long]((Select-String -Path /proc/self/status -Pattern '^VmHWM:\s+(\d+)').Matches[0].Groups[1].Value)
} else { (Get-Process -Id $PID).PeakWorkingSet64 }
@{
    seconds = $watch.Elapsed.TotalSeconds; cpuSeconds = ((Get-Process -Id $PID).TotalProcessorTime - $cpu).TotalSeconds; pages = $pages; objects = $all.Count; peakBytes = $peak
    keptManaged = [GC]::GetTotalMemory($true) - $managed; keptNative = 0; keptPrivate = (Get-PrivateByte) - $private
} | ConvertTo-Json -Compress
