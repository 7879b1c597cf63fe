# Tests a runbook on the emulator, without a tenant or cost, with the same users every time. To run the tests:
#   Invoke-Pester ./stale-accounts.Tests.ps1
BeforeAll {
    Import-Module PSScim
    $emulator = Start-ScimEmulator -Users 2500 -Seed 7 -PassThru
    $runbook = "$PSScriptRoot/stale-accounts.ps1"
}
AfterAll { Stop-ScimEmulator $emulator }

Describe 'stale-accounts.ps1' {
    # The runbook must stay within this budget, so that it never requests an extra page.
    BeforeEach { Connect-Scim -Emulator -Name test -RequestBudget 8 }
    AfterEach { Disconnect-Scim -Connection test }

    It 'lists enabled accounts only, each with a reason' {
        $stale = & $runbook -Days 90
        $stale | Should -Not -BeNullOrEmpty
        $stale.id | Sort-Object -Unique | Should -HaveCount @($stale).Count
        foreach ($account in $stale | Select-Object -First 3) {
            (Get-ScimUser -Id $account.id -Attributes active).active | Should -BeTrue
            $account.Since | Should -BeLessThan ([datetime]::UtcNow)
            $account.Reason | Should -BeIn 'left', 'password unchanged'
        }
    }
    It 'lists fewer when more is allowed' {
        @(& $runbook -Days 3650).Count | Should -BeLessThan @(& $runbook -Days 90).Count
    }
    It 'costs a request for 999 users' {
        $null = & $runbook
        (Get-ScimContext).Requests | Should -BeLessOrEqual 3
    }
    It 'stops, and says why, when it may not read' {
        $blind = Start-ScimEmulator -Users 5 -Role Group.Read.All -PassThru
        try {
            Connect-Scim -Emulator -Name blind
            { & $runbook } | Should -Throw -ErrorId 'InsufficientPrivileges*'
        }
        finally { Disconnect-Scim; Stop-ScimEmulator $blind }
    }
}
