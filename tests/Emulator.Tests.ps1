BeforeAll { . "$PSScriptRoot/UseModule.ps1" }

Describe 'Start-ScimEmulator' {
    AfterEach { while (Get-ScimContext) { Disconnect-Scim }; Stop-ScimEmulator }

    It 'serves as many users and groups as it was asked for, on this machine only' {
        $emulator = Start-ScimEmulator -Users 7 -Groups 2 -PassThru
        ([uri] $emulator.BaseUri).IsLoopback | Should -BeTrue
        Connect-Scim -Emulator
        Get-ScimUser | Should -HaveCount 7
        Get-ScimGroup | Should -HaveCount 2
    }
    It 'gives the same people for the same seed' {
        $null = Start-ScimEmulator -Users 5 -Seed 42 -PassThru; Connect-Scim -Emulator
        $first = (Get-ScimUser).userName
        Disconnect-Scim; Stop-ScimEmulator
        $null = Start-ScimEmulator -Users 5 -Seed 42 -PassThru; Connect-Scim -Emulator
        (Get-ScimUser).userName | Should -Be $first
    }
    It 'answers what Invoke-RestMethod asks, as the service would' {
        $emulator = Start-ScimEmulator -Users 3 -PassThru
        $token = Invoke-RestMethod -Method Post "$($emulator.Authority)/$($emulator.TenantId)/oauth2/v2.0/token" -Body @{
            grant_type = 'client_credentials'; client_id = $emulator.ClientId; client_secret = $emulator.ClientSecret
            scope = 'https://graph.microsoft.com/.default'
        }
        $page = Invoke-RestMethod "$($emulator.BaseUri)/users" -Headers @{ Authorization = "Bearer $($token.access_token)"; Accept = 'application/json' }
        $page = if ($page -is [string]) { $page | ConvertFrom-Json } else { $page }
        $page.resources | Should -HaveCount 3
    }
    It 'is gone once it was stopped' {
        $emulator = Start-ScimEmulator -Users 3 -PassThru
        Connect-Scim -Emulator -MaximumRetryCount 0
        Stop-ScimEmulator $emulator
        $emulator.IsRunning | Should -BeFalse
        { Get-ScimUser -ErrorAction Stop } | Should -Throw -ErrorId 'Connection*'
    }
}
