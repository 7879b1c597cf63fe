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
    It 'keeps what the connection has counted' {
        $connection = Connect-Scim -Emulator -PassThru
        $null = Get-ScimUser -First 1
        Disconnect-Scim
        $connection.Requests | Should -Be 1
        $connection.BillableRequests | Should -Be 1
        $connection.EstimatedCost | Should -Be 0.002
    }
}
