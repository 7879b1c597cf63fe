BeforeAll {
    . "$PSScriptRoot/UseModule.ps1"
    $null = Start-ScimEmulator -Users 5 -PassThru
    $connection = Connect-Scim -Emulator -Name north -PassThru
    $enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'

    function Tab([string] $Line) { (TabExpansion2 $Line $Line.Length).CompletionMatches.CompletionText }
}
AfterAll { while (Get-ScimContext) { Disconnect-Scim }; Stop-ScimEmulator }

Describe 'Tab' {
    It 'goes on behind <Line>' -ForEach @(
        @{ Line = 'Get-ScimUser -Attributes userN'; Expected = 'userName' }
        @{ Line = 'Get-ScimUser -Attributes id, name.g'; Expected = 'name.givenName' }
        @{ Line = 'Get-ScimUser -ExcludedAttributes phone'; Expected = 'phoneNumbers' }
        @{ Line = 'Get-ScimUser -Filter '; Expected = "'userName'" }
        @{ Line = "Get-ScimUser -Filter 'userName e"; Expected = "'userName eq'" }
        @{ Line = "Get-ScimUser -Filter 'active eq "; Expected = "'active eq true'" }
        @{ Line = 'Get-ScimUser -Connection n'; Expected = 'north' }
        @{ Line = 'Connect-Scim -Environment '; Expected = 'USGov' }
        @{ Line = 'Get-ScimUser | Where-Object '; Expected = 'userName' }
        @{ Line = 'Get-ScimUser | Where-Object disp'; Expected = 'displayName' }
        @{ Line = 'Get-ScimUser | Select-Object '; Expected = 'userName' }
        @{ Line = 'Get-ScimUser | Sort-Object disp'; Expected = 'displayName' }
        @{ Line = 'Get-ScimUser | Group-Object acti'; Expected = 'active' }
        @{ Line = '$u = Get-ScimUser; $u.dis'; Expected = 'displayName' }
        @{ Line = 'Get-ScimGroup | ForEach-Object { $_.disp'; Expected = 'displayName' }
    ) {
        Tab $Line | Should -Contain $Expected
    }
    It 'offers the extensions behind the pipe' {
        Tab 'Get-ScimUser | Where-Object ' | ForEach-Object { $_.Trim("'") } | Should -Contain $enterprise
    }
    It 'goes on behind an object that is there, and into what it holds' {
        $global:user = Get-ScimUser -First 1
        try {
            Tab '$user.disp' | Should -Contain 'displayName'
            Tab '$user.name.fam' | Should -Contain 'familyName'
            Tab '$user.emails[0].va' | Should -Contain 'value'
        }
        finally { Remove-Variable user -Scope Global }
    }
    It 'costs no request' {
        $before = $connection.Requests
        foreach ($line in 'Get-ScimUser -Attributes ', 'Get-ScimUser -Filter ', 'Get-ScimUser | Where-Object ', '(Get-ScimUser).', 'Get-ScimGroup -Connection ') {
            Tab $line | Should -Not -BeNullOrEmpty -Because $line
        }
        $connection.Requests - $before | Should -Be 0
    }
}
