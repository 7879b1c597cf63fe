BeforeAll {
    . "$PSScriptRoot/UseModule.ps1"
    $emulator = Start-ScimEmulator -Users 250 -Groups 3 -PassThru
    $account = @{ TenantId = $emulator.TenantId; ClientId = $emulator.ClientId; BaseUri = $emulator.BaseUri; Authority = $emulator.Authority }
    $secret = ConvertTo-SecureString $emulator.ClientSecret -AsPlainText -Force

    # Makes the emulator answer like a service in trouble.
    function Add-Fault([hashtable] $Fault) {
        $null = Invoke-RestMethod -Method Post "$($emulator.Authority)/__emulator/faults" -Headers @{ 'x-emulator-token' = $emulator.ControlToken } -ContentType application/json -Body ($Fault | ConvertTo-Json)
    }
}
AfterAll { Stop-ScimEmulator }

Describe 'An error' {
    BeforeEach { Connect-Scim -Emulator -MaximumRetryCount 0 -TimeoutSec 5 }
    AfterEach {
        while (Get-ScimContext) { Disconnect-Scim }
        $null = Invoke-RestMethod -Method Delete "$($emulator.Authority)/__emulator/faults" -Headers @{ 'x-emulator-token' = $emulator.ControlToken }
    }

    It '<Id> is <Category>, when <When>' -ForEach @(
        @{ Id = 'BadRequest'; Category = 'InvalidArgument'; When = 'the service answers 400'; Fault = @{ action = 'status'; status = 400; times = 9 } }
        @{ Id = 'InvalidAuthenticationToken'; Category = 'AuthenticationError'; When = 'the service answers 401'; Fault = @{ action = 'status'; status = 401; times = 9 } }
        @{ Id = 'InsufficientPrivileges'; Category = 'PermissionDenied'; When = 'the service answers 403'; Fault = @{ action = 'status'; status = 403; times = 9 } }
        @{ Id = 'TooManyRequests'; Category = 'LimitsExceeded'; When = 'the service answers 429'; Fault = @{ action = 'status'; status = 429; retryAfter = '0'; times = 9 } }
        @{ Id = 'ServerError'; Category = 'ResourceUnavailable'; When = 'the service answers 503'; Fault = @{ action = 'status'; status = 503; times = 9 } }
        @{ Id = 'ApiNotEnabled'; Category = 'ResourceUnavailable'; When = 'the API is off'; Fault = @{ action = 'apiNotEnabled'; status = 400; times = 9 } }
        @{ Id = 'HtmlBody'; Category = 'InvalidData'; When = 'a web page comes'; Fault = @{ action = 'htmlBody'; times = 9 } }
        @{ Id = 'TruncatedBody'; Category = 'InvalidData'; When = 'the answer breaks off'; Fault = @{ action = 'body'; text = '{"resources":[{"id":"1'; times = 9 } }
        @{ Id = 'NotAListResponse'; Category = 'InvalidData'; When = 'the answer is no list'; Fault = @{ action = 'body'; text = '{"totalResults":3}'; times = 9 } }
    ) {
        Add-Fault $Fault
        $problem = Get-Problem { Get-ScimUser }
        $problem.FullyQualifiedErrorId | Should -Be "$Id,PSScim.Commands.GetScimUserCommand"
        $problem.CategoryInfo.Category | Should -Be $Category
        $problem.Exception | Should -BeOfType [PSScim.ScimException]
        $problem.Exception.Advice | Should -Not -BeNullOrEmpty
        if ($Fault.status) { $problem.Exception.Status | Should -Be $Fault.status }
    }
    It 'of an id that is not there names it, as target too' {
        $missing = [guid]::NewGuid().ToString()
        $problem = Get-Problem { Get-ScimUser -Id $missing }
        $problem.FullyQualifiedErrorId | Should -Be 'ResourceNotFound,PSScim.Commands.GetScimUserCommand'
        $problem.CategoryInfo.Category | Should -Be 'ObjectNotFound'
        $problem.TargetObject | Should -Be $missing
        $problem.Exception.Message | Should -Match $missing
        $problem.Exception.Status | Should -Be 404
        $problem.Exception.RequestId | Should -Not -BeNullOrEmpty
    }
    It 'of an id with a slash or a question mark is about that id, never another path' {
        foreach ($id in '../groups', 'a?b=c', 'a/b') {
            $problem = Get-Problem { Get-ScimUser -Id $id }
            $problem.TargetObject | Should -Be $id
            $problem.FullyQualifiedErrorId | Should -Match '^(ResourceNotFound|InvalidId|BadRequest),'
        }
    }
    It 'of a wrong filter shows the place, and costs nothing' {
        Measure-Request {
            $problem = Get-Problem { Get-ScimUser -Filter 'active eq true and userName = "x"' }
            $problem.FullyQualifiedErrorId | Should -Match '^FilterSyntax,'
            $problem.Exception.Message | Should -Match 'userName ='
        } | Should -Be 0
    }
    It 'in the middle of a list comes after the users that were there, with the cursor to go on from' {
        Add-Fault @{ action = 'status'; status = 500; times = 9; skip = 1 }
        try { $null = Get-ScimUser -OutVariable users -ErrorAction SilentlyContinue } catch { $problem = $_ }
        $users | Should -HaveCount 100
        $null = Invoke-RestMethod -Method Delete "$($emulator.Authority)/__emulator/faults" -Headers @{ 'x-emulator-token' = $emulator.ControlToken }
        $rest = Get-ScimUser -Cursor $problem.Exception.Cursor
        @($users.id) + @($rest.id) | Sort-Object -Unique | Should -HaveCount 250
    }
    It 'of a sign-in explains the code, and carries the ids to ask support with' -ForEach @(
        @{ Wrong = @{ ClientSecret = ConvertTo-SecureString 'not the secret' -AsPlainText -Force }; Code = 'AADSTS7000215' }
        @{ Wrong = @{ ClientId = '00000000-0000-0000-0000-00000000dead' }; Code = 'AADSTS700016' }
        @{ Wrong = @{ TenantId = 'no-such-tenant.example' }; Code = 'AADSTS90002' }
    ) {
        $with = @{ ClientSecret = $secret } + $account
        foreach ($key in $Wrong.Keys) { $with[$key] = $Wrong[$key] }
        $problem = Get-Problem { Connect-Scim @with }
        $problem.FullyQualifiedErrorId | Should -Be 'AuthenticationFailed,PSScim.Commands.ConnectScimCommand'
        $problem.CategoryInfo.Category | Should -Be 'AuthenticationError'
        $problem.Exception.Message | Should -Match $Code
        $problem.Exception.RequestId | Should -Not -BeNullOrEmpty
    }
    It 'of a server that is not there says which' {
        $listener = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Loopback, 0)
        $listener.Start(); $port = $listener.LocalEndpoint.Port; $listener.Stop()
        Connect-Scim -BaseUri "http://127.0.0.1:$port/scim" -AccessToken $secret -MaximumRetryCount 0
        $problem = Get-Problem { Get-ScimUser }
        $problem.FullyQualifiedErrorId | Should -Match '^ConnectionRefused,'
        $problem.CategoryInfo.Category | Should -Be 'ConnectionError'
        $problem.Exception.Message | Should -Match "127\.0\.0\.1:$port"
    }
    It 'of a budget that is used up refuses the request, with the cursor to go on from' {
        Connect-Scim -Emulator -RequestBudget 2
        $problem = Get-Problem { Get-ScimUser }
        $problem.FullyQualifiedErrorId | Should -Be 'BudgetExceeded,PSScim.Commands.GetScimUserCommand'
        $problem.CategoryInfo.Category | Should -Be 'LimitsExceeded'
        (Get-ScimContext).Requests | Should -Be 2
        Connect-Scim -Emulator
        Get-ScimUser -Cursor $problem.Exception.Cursor | Should -HaveCount 50
    }
    It 'can be caught by its type' {
        $caught = try { Get-ScimUser -Id ([guid]::NewGuid()) -ErrorAction Stop } catch [PSScim.ScimException] { $_.Exception.Id }
        $caught | Should -Be 'ResourceNotFound'
    }
}
