BeforeAll {
    . "$PSScriptRoot/UseModule.ps1"
    $null = Start-ScimEmulator -Users 20 -Groups 3 -PassThru
}
AfterAll { Stop-ScimEmulator }

Describe 'Disconnect-Scim' {
    AfterEach { while (Get-ScimContext) { Disconnect-Scim } }

    It 'prints nothing, and leaves no connection' {
        Connect-Scim -Emulator
        Disconnect-Scim | Should -BeNullOrEmpty
        Get-ScimContext | Should -BeNullOrEmpty
        (Get-Problem { Get-ScimUser }).FullyQualifiedErrorId | Should -Be 'NotConnected,PSScim.Commands.GetScimUserCommand'
    }
    It 'goes back to the connection before' {
        Connect-Scim -Emulator -Name first
        Connect-Scim -Emulator -Name second
        Disconnect-Scim
        (Get-ScimContext).Name | Should -Be 'first'
        Get-ScimUser -First 1 | Should -HaveCount 1
    }
    It 'closes one by name or object and leaves the others' {
        Connect-Scim -Emulator -Name first
        $second = Connect-Scim -Emulator -Name second -PassThru
        Disconnect-Scim -Connection first
        (Get-ScimContext -ListAvailable).Name | Should -Be 'second'
        Disconnect-Scim -Connection $second
        Get-ScimContext -ListAvailable | Should -BeNullOrEmpty
        $second.IsConnected | Should -BeFalse
        (Get-Problem { Get-ScimUser -Connection $second }).FullyQualifiedErrorId | Should -Match '^NotConnected,'
    }
    It 'ends a list that another runspace reads, with an error there' {
        $slow = Start-ScimEmulator -Users 5000 -LatencyMilliseconds 30 -PassThru
        $connection = Connect-Scim -Emulator -PassThru
        $shell = [powershell]::Create()
        $null = $shell.AddScript('param($path, $connection) Import-Module $path; Get-ScimUser -Connection $connection -PageSize 10 -ErrorAction Stop').
            AddArgument((Get-Module PSScim).ModuleBase).AddArgument($connection)
        try {
            $running = $shell.BeginInvoke()
            while ($connection.Requests -lt 3 -and -not $running.IsCompleted) { Start-Sleep -Milliseconds 10 }
            Disconnect-Scim -Connection $connection
            $requests = $connection.Requests
            $problem = try { $shell.EndInvoke($running) } catch { $_.Exception.InnerException.ErrorRecord }
            $problem.FullyQualifiedErrorId | Should -Match '^NotConnected,'
            $problem.Exception.Message | Should -Match 'closed with Disconnect-Scim'
            $requests | Should -BeLessThan 100
            $connection.Requests | Should -Be $requests
        }
        finally { $shell.Dispose() }
    }
    It 'ends changes that another runspace makes: what is in flight is reported, the rest is not sent' {
        $slow = Start-ScimEmulator -Users 400 -LatencyMilliseconds 30 -PassThru
        $connection = Connect-Scim -Emulator -PassThru
        $users = Get-ScimUser
        $shell = [powershell]::Create()
        $null = $shell.AddScript('param($path, $connection, $users) Import-Module $path; $users | Set-ScimUser -Title Changed -Connection $connection -ThrottleLimit 2').
            AddArgument((Get-Module PSScim).ModuleBase).AddArgument($connection).AddArgument($users)
        try {
            $before = $connection.Requests
            $running = $shell.BeginInvoke()
            while ($connection.Requests -lt $before + 5 -and -not $running.IsCompleted) { Start-Sleep -Milliseconds 10 }
            Disconnect-Scim -Connection $connection
            $null = $shell.EndInvoke($running)
            $shell.Streams.Error[-1].FullyQualifiedErrorId | Should -Match '^NotConnected,'
            $shell.Streams.Error[-1].Exception.Message | Should -Match 'closed with Disconnect-Scim. Changes so far: \d+ done'
            $sent = $connection.Requests - $before
            Connect-Scim -Emulator
            $changed = @(Get-ScimUser | Where-Object title -EQ Changed).Count
            $changed | Should -BeGreaterThan 0
            $changed | Should -BeLessThan 400
            $changed | Should -BeLessOrEqual ($sent + 8)
        }
        finally { $shell.Dispose() }
    }
    It 'says of an unknown name that there is no such connection' {
        Connect-Scim -Emulator -Name known
        (Get-Problem { Disconnect-Scim -Connection unknown }).FullyQualifiedErrorId | Should -Be 'ConnectionNotFound,PSScim.Commands.DisconnectScimCommand'
        $problem = Get-Problem { Get-ScimUser -Connection unknown }
        $problem.FullyQualifiedErrorId | Should -Be 'ConnectionNotFound,PSScim.Commands.GetScimUserCommand'
        $problem.Exception.Message | Should -Match "no connection named 'unknown'"
    }
    It 'says of a copy that came into a job what to do there' {
        $connection = Connect-Scim -Emulator -PassThru
        $copy = [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($connection))
        $problem = Get-Problem { Get-ScimUser -Connection $copy }
        $problem.FullyQualifiedErrorId | Should -Be 'NotConnected,PSScim.Commands.GetScimUserCommand'
        $problem.Exception.Message | Should -Match 'Connect-Scim inside the job.*Start-ThreadJob'
    }
    It 'keeps what the connection has counted' {
        $connection = Connect-Scim -Emulator -PassThru
        $null = Get-ScimUser -First 1
        Disconnect-Scim
        $connection.Requests | Should -Be 1
        $connection.BillableRequests | Should -Be 1
        $connection.EstimatedCost | Should -Be 0.002
    }
}
