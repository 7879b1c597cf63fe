BeforeAll {
    . "$PSScriptRoot/UseModule.ps1"
    $emulator = Start-ScimEmulator -Users 60 -Groups 5 -PassThru
    $connection = Connect-Scim -Emulator -PassThru
    $users = Get-ScimUser
}
AfterAll { while (Get-ScimContext) { Disconnect-Scim }; Stop-ScimEmulator }

Describe 'A connection' {
    It 'serves ForEach-Object -Parallel' -Skip:($PSVersionTable.PSVersion.Major -lt 7) {
        $before = $connection.Requests
        $names = $users.id | ForEach-Object -ThrottleLimit 4 -Parallel {
            Import-Module $using:modulePath
            (Get-ScimUser -Id $_ -Connection $using:connection).userName
        }
        $names | Sort-Object | Should -Be ($users.userName | Sort-Object)
        $connection.Requests - $before | Should -Be 60 -Because 'runspaces share the meter'
        $connection.TokenRequests | Should -Be 1 -Because 'runspaces share the token'
    }
    It 'serves thread jobs' -Skip:(-not (Get-Command Start-ThreadJob -ErrorAction SilentlyContinue)) {
        $jobs = 1..3 | ForEach-Object {
            Start-ThreadJob { Import-Module $using:modulePath; Get-ScimUser -First 10 -Connection $using:connection }
        }
        $found = $jobs | Receive-Job -Wait -AutoRemoveJob
        $found | Should -HaveCount 30
        $found[0] -is [PSScim.ScimUser] | Should -BeTrue
    }
    It 'is each runspace''s own: two jobs never see each other''s' -Skip:(-not (Get-Command Start-ThreadJob -ErrorAction SilentlyContinue)) {
        $job = {
            param($modulePath, $emulator, $name)
            Import-Module $modulePath
            $secret = ConvertTo-SecureString $emulator.ClientSecret -AsPlainText -Force
            Connect-Scim -TenantId $emulator.TenantId -ClientId $emulator.ClientId -ClientSecret $secret -BaseUri $emulator.BaseUri -Authority $emulator.Authority -Name $name
            foreach ($i in 1..5) { $null = Get-ScimUser -First 1; "$(Get-ScimContext -ListAvailable | ForEach-Object Name)" }
            "requests: $((Get-ScimContext).Requests)"
            Disconnect-Scim
        }
        $jobs = 'north', 'south' | ForEach-Object { Start-ThreadJob $job -ArgumentList $modulePath, $emulator, $_ -Name $_ }
        $null = $jobs | Wait-Job
        foreach ($one in $jobs) {
            $said = Receive-Job $one
            $said[0..4] | Sort-Object -Unique | Should -Be $one.Name
            $said[5] | Should -Be 'requests: 5'
            Remove-Job $one
        }
        $connection.IsConnected | Should -BeTrue
        (Get-ScimContext).Name | Should -Be $connection.Name
    }
    It 'lives in a runspace beside this one without touching it' {
        $shell = [powershell]::Create()
        try {
            $null = $shell.AddScript('param($path, $connection) Import-Module $path; "$(Get-ScimContext)"; (Get-ScimUser -First 7 -Connection $connection).Count; Get-ScimContext | Disconnect-Scim').
                AddArgument($modulePath).AddArgument($connection)
            $said = $shell.Invoke()
            $shell.Streams.Error | Should -BeNullOrEmpty
            $said | Should -HaveCount 2
            $said[0] | Should -Be ''
            $said[1] | Should -Be 7
        }
        finally { $shell.Dispose() }
        (Get-ScimContext).IsConnected | Should -BeTrue
    }
    It 'does not reach the next iteration of ForEach-Object -Parallel, which runs in the same runspace' -Skip:($PSVersionTable.PSVersion.Major -lt 7) {
        $said = 1..4 | ForEach-Object -ThrottleLimit 1 -Parallel {
            $number = $_
            Import-Module $using:modulePath
            if ($number -eq 1) {
                $emulator = $using:emulator
                $secret = ConvertTo-SecureString $emulator.ClientSecret -AsPlainText -Force
                Connect-Scim -TenantId $emulator.TenantId -ClientId $emulator.ClientId -ClientSecret $secret -BaseUri $emulator.BaseUri -Authority $emulator.Authority -WarningAction SilentlyContinue
            }
            try { "$number $([runspace]::DefaultRunspace.Id) $(@(Get-ScimUser -First 2).Count)" }
            catch { "$number $([runspace]::DefaultRunspace.Id) $($_.FullyQualifiedErrorId) $($_.Exception.Message)" }
        }
        $said | ForEach-Object { ($_ -split ' ')[1] } | Sort-Object -Unique | Should -HaveCount 1 -Because 'the engine uses the runspace again'
        $said[0] | Should -Match ' 2$'
        $said[1..3] | Should -Match ' NotConnected,.*-Connection \$using:connection'
    }
    It 'does not reach the next user of a runspace pool' {
        $pool = [runspacefactory]::CreateRunspacePool(1, 1)
        $pool.Open()
        try {
            $said = foreach ($script in 'Connect-Scim -Emulator; @(Get-ScimUser -First 2).Count', 'try { Get-ScimUser -First 2 } catch { $_.FullyQualifiedErrorId }; @(Get-ScimContext -ListAvailable).Count') {
                $shell = [powershell]::Create()
                $shell.RunspacePool = $pool
                $shell.AddScript("Import-Module '$modulePath'; [runspace]::DefaultRunspace.Id; $script").Invoke()
                $shell.Streams.Error | Should -BeNullOrEmpty
                $shell.Dispose()
            }
        }
        finally { $pool.Dispose() }
        $said[2] | Should -Be $said[0]
        $said[1] | Should -Be 2
        $said[3] | Should -Match '^NotConnected,'
        $said[4] | Should -Be 0
    }
    It 'stays the default from one command of a runspace to the next' {
        $space = [runspacefactory]::CreateRunspace()
        $space.ThreadOptions = 'ReuseThread'
        $space.Open()
        try {
            $said = foreach ($script in "Import-Module '$modulePath'; Connect-Scim -Emulator", '@(Get-ScimUser -First 2).Count') {
                $shell = [powershell]::Create()
                $shell.Runspace = $space
                $shell.AddScript($script).Invoke()
                $shell.Streams.Error | Should -BeNullOrEmpty
                $shell.Dispose()
            }
        }
        finally { $space.Dispose() }
        $said | Should -Be 2
    }
    It 'gives objects that other runspaces can read' -Skip:($PSVersionTable.PSVersion.Major -lt 7) {
        $users[0..9] | ForEach-Object -ThrottleLimit 4 -Parallel { $_.name.familyName } | Should -HaveCount 10
    }
}
