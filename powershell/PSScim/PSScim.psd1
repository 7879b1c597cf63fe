@{
    RootModule             = 'PSScim.dll'
    ModuleVersion          = '0.0.0' # The build puts Cargo.toml's here, its prerelease and its repository below.
    GUID                   = '5d0a9a0c-6c1b-4a6e-9d5c-0f5b0f6f8b21'
    Author                 = 'The PSScim authors'
    CompanyName            = 'PSScim'
    Copyright              = '(c) The PSScim authors. MIT OR Apache-2.0.'
    Description            = 'Manages users and groups through Microsoft Entra ID''s SCIM API and any other SCIM 2.0 server. Has a native core and no managed dependencies.'
    PowerShellVersion      = '5.1'
    DotNetFrameworkVersion = '4.7.2'
    CompatiblePSEditions   = @('Desktop', 'Core')
    ProcessorArchitecture  = 'None'
    TypesToProcess         = @('PSScim.Types.ps1xml')
    FormatsToProcess       = @('PSScim.Format.ps1xml', 'PSScim.Lists.Format.ps1xml')
    FunctionsToExport      = @()
    VariablesToExport      = @()
    AliasesToExport        = @()
    CmdletsToExport        = @(
        'Add-ScimGroupMember'
        'Connect-Scim'
        'Disable-ScimUser'
        'Disconnect-Scim'
        'Enable-ScimUser'
        'Export-ScimGroup'
        'Export-ScimUser'
        'Get-ScimAccessToken'
        'Get-ScimContext'
        'Get-ScimGroup'
        'Get-ScimGroupMember'
        'Get-ScimResourceType'
        'Get-ScimSchema'
        'Get-ScimServiceProviderConfig'
        'Get-ScimUser'
        'Get-ScimUserMembership'
        'Invoke-ScimRequest'
        'New-ScimGroup'
        'New-ScimUser'
        'Remove-ScimGroup'
        'Remove-ScimGroupMember'
        'Remove-ScimUser'
        'Set-ScimGroup'
        'Set-ScimUser'
        'Start-ScimEmulator'
        'Stop-ScimEmulator'
        'Sync-ScimGroupMember'
        'Test-ScimConnection'
    )
    PrivateData            = @{
        PSData = @{
            Prerelease   = ''
            Tags         = @('PSEdition_Desktop', 'PSEdition_Core', 'Windows', 'Linux', 'MacOS', 'SCIM', 'Entra', 'Identity')
            LicenseUri   = '{ProjectAddress}/blob/main/LICENSE'
            ProjectUri   = '{ProjectAddress}'
            IconUri      = '{ProjectAddress}/raw/main/powershell/PSScim/icon.png'
            ReleaseNotes = '{ProjectAddress}/blob/main/CHANGELOG.md'
        }
    }
}
