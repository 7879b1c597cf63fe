BeforeAll {
    . "$PSScriptRoot/UseModule.ps1"
    $emulator = Start-ScimEmulator -Users 20 -Groups 3 -PassThru
    $account = @{ TenantId = $emulator.TenantId; ClientId = $emulator.ClientId; BaseUri = $emulator.BaseUri; Authority = $emulator.Authority }
    $secret = ConvertTo-SecureString $emulator.ClientSecret -AsPlainText -Force
}
AfterAll { Stop-ScimEmulator }

Describe 'The ways to sign in' {
    AfterEach { while (Get-ScimContext) { Disconnect-Scim } }

    It 'reads a PEM and a PFX file' {
        $folder = Join-Path $PSScriptRoot '../rust/scim-client/tests/certificates'
        $certificate = [Security.Cryptography.X509Certificates.X509Certificate2]::CreateFromPemFile((Join-Path $folder 'rsa.pem'))
        $registered = Start-ScimEmulator -Users 9 -Certificate $certificate -PassThru
        $app = @{ TenantId = $registered.TenantId; ClientId = $registered.ClientId; BaseUri = $registered.BaseUri; Authority = $registered.Authority }
        Connect-Scim @app -Certificate $certificate
        Get-ScimUser -First 1 | Should -HaveCount 1
        Connect-Scim @app -CertificatePath (Join-Path $folder 'rsa.pfx') -CertificatePassword (ConvertTo-SecureString 'pfx-password' -AsPlainText -Force)
        Get-ScimUser -First 1 | Should -HaveCount 1
        (Get-ScimContext).Credential | Should -Be 'Certificate'
        Stop-ScimEmulator $registered
    } -Skip:($PSVersionTable.PSVersion.Major -lt 7)
    It 'takes what the environment says' {
        $variables = @{ AZURE_TENANT_ID = $emulator.TenantId; AZURE_CLIENT_ID = $emulator.ClientId; AZURE_CLIENT_SECRET = $emulator.ClientSecret; AZURE_AUTHORITY_HOST = $emulator.Authority }
        try {
            foreach ($name in $variables.Keys) { Set-Item "env:$name" $variables[$name] }
            Connect-Scim -EnvironmentVariable -BaseUri $emulator.BaseUri
        } finally {
            foreach ($name in $variables.Keys) { Remove-Item "env:$name" }
        }
        (Get-ScimContext).Credential | Should -Be 'ClientSecret'
        Get-ScimUser -First 1 | Should -HaveCount 1
    }
    It 'asks a script block for a token' {
        Connect-Scim @account -ClientSecret $secret -Name source
        Connect-Scim -BaseUri $emulator.BaseUri -AccessTokenProvider { Get-ScimAccessToken -Connection source }
        Get-ScimUser -First 1 | Should -HaveCount 1
        (Get-ScimContext).Credential | Should -Be 'AccessTokenProvider'
    }
    It 'leaves neither secret nor token in a variable' {
        Connect-Scim @account -ClientSecret $secret
        $null = Get-ScimUser -First 1
        $header = (Get-ScimAccessToken -AsHeader).Authorization
        # What this test itself keeps is left out.
        $all = Get-Variable | Where-Object Name -NotIn 'emulator', 'account', 'header', 'all' | Format-List * -Force | Out-String -Width 4096
        $all | Should -Not -BeNullOrEmpty
        $all.Contains($header.Substring(7)) | Should -BeFalse
        $all.Contains($emulator.ClientSecret) | Should -BeFalse
    }
    It 'passes every check of Test-ScimConnection for one billable request' {
        Connect-Scim @account -ClientSecret $secret
        $rows = Test-ScimConnection 6>$null
        $rows.Status | Select-Object -Unique | Should -Be 'Passed'
        $rows[0].Name | Should -Be 'NameResolution'
        $rows[-1].Name | Should -Be 'ReadOneUser'
        (Get-ScimContext).BillableRequests | Should -Be 1
    }
    It 'gives the token in each form' {
        Connect-Scim @account -ClientSecret $secret
        Get-ScimAccessToken | Should -BeOfType [securestring]
        $text = Get-ScimAccessToken -AsPlainText
        (Get-ScimAccessToken -AsHeader).Authorization | Should -BeExactly "Bearer $text"
        (Get-ScimAccessToken -AsClaims).TenantId | Should -Be $emulator.TenantId
        $found = Invoke-RestMethod ($emulator.BaseUri + '/users?count=1') -Headers ((Get-ScimAccessToken -AsHeader) + @{ Accept = 'application/json' })
        $found.resources | Should -HaveCount 1
    }
}
