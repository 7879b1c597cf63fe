# Runs each script of examples/ against the emulator, so that none shows what does not work. A script without a test here
# fails the last one.
BeforeAll {
    . "$PSScriptRoot/UseModule.ps1"
    $examples = (Resolve-Path "$PSScriptRoot/../examples").Path
    $tested = @('tour.ps1', 'stale-accounts.ps1', 'nightly-export.ps1')

    # As tests/Invoke-Pester.ps1 does it: the examples' own "#Requires -Modules PSScim" finds the module under test.
    $modulePathBefore = $env:PSModulePath
    $env:PSModulePath = (Split-Path $modulePath) + [IO.Path]::PathSeparator + $env:PSModulePath
}
AfterAll { $env:PSModulePath = $modulePathBefore }

Describe 'The example' {
    AfterEach {
        while (Get-ScimContext) { Disconnect-Scim }
        Stop-ScimEmulator
    }

    It 'tour.ps1 runs to its end and leaves nothing behind' {
        $lines = & "$examples/tour.ps1" -Users 300
        $lines -join "`n" | Should -Match 'What it took'
        Get-ScimContext | Should -BeNullOrEmpty
    }
    It 'stale-accounts.ps1 finds who has left, and changes nothing' {
        $null = Start-ScimEmulator -Users 1500 -PassThru
        Connect-Scim -Emulator
        $stale = & "$examples/stale-accounts.ps1" -Days 90
        @($stale).Count | Should -BeGreaterThan 10
        $stale[0].PSObject.Properties.Name | Should -Be 'id', 'userName', 'displayName', 'Reason', 'Since'
        (Get-ScimContext).Requests | Should -Be 2
    }
    It 'nightly-export.ps1 signs in with the managed identity, writes the file and keeps the newest' {
        $emulator = Start-ScimEmulator -Users 1200 -PassThru
        $folder = Join-Path $TestDrive 'exports'
        $null = New-Item $folder -ItemType Directory
        foreach ($day in 1..4) { Set-Content (Join-Path $folder "users-2020-01-0$day.csv") 'old' }
        $env:IDENTITY_ENDPOINT = "$($emulator.Authority)/identity/app-service"
        $env:IDENTITY_HEADER = 'emulator-identity-header'
        $PSDefaultParameterValues['Connect-Scim:BaseUri'] = $emulator.BaseUri
        try { $done = & "$examples/nightly-export.ps1" -Folder $folder -Keep 3 }
        finally {
            Remove-Item env:IDENTITY_ENDPOINT, env:IDENTITY_HEADER
            $PSDefaultParameterValues.Remove('Connect-Scim:BaseUri')
        }
        $done | Should -HaveCount 1
        $done.Removed | Should -Be 2
        $done.Requests | Should -Be 2
        (Get-ChildItem $folder).Name | Sort-Object | Select-Object -First 2 | Should -Be 'users-2020-01-03.csv', 'users-2020-01-04.csv'
        $rows = Import-Csv $done.File
        $rows | Should -HaveCount 1200
        $rows[0].PSObject.Properties.Name | Should -Be 'id', 'userName', 'displayName', 'active', 'title', 'department'
        Get-ScimContext | Should -BeNullOrEmpty
    }
    It 'has a test, whichever it is' {
        (Get-ChildItem $examples -Filter *.ps1).Name | Where-Object { $_ -notlike '*.Tests.ps1' } | Sort-Object | Should -Be ($tested | Sort-Object)
    }
}
