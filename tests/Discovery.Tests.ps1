BeforeAll {
    . "$PSScriptRoot/UseModule.ps1"
    $null = Start-ScimEmulator -Users 3 -Groups 2 -PassThru
    Connect-Scim -Emulator
    $user = 'urn:ietf:params:scim:schemas:core:2.0:User'
}
AfterAll { Disconnect-Scim; Stop-ScimEmulator }

Describe 'Get-ScimServiceProviderConfig' {
    It 'says what the service can do, in one request' {
        Measure-Request { Get-ScimServiceProviderConfig } | Should -Be 1
        $config = Get-ScimServiceProviderConfig
        $config.patch.supported | Should -BeTrue
        $config.bulk.supported | Should -BeFalse
        $config.pagination.cursor | Should -BeTrue
        $config.pagination.index | Should -BeFalse
        $config.filter.maxResults | Should -Be 200
    }
}

Describe 'Get-ScimResourceType' {
    It 'lists users and groups with their endpoints' {
        $types = Get-ScimResourceType
        $types.id | Sort-Object | Should -Be 'Group', 'User'
        ($types | Where-Object id -eq User).endpoint | Should -Be '/users'
        ($types | Where-Object id -eq User).schema | Should -Be $user
        ($types | Where-Object id -eq User).schemaExtensions.schema | Should -Contain 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
    }
    It 'gets one by id' { (Get-ScimResourceType -Id Group).name | Should -Be 'Group' }
}

Describe 'Get-ScimSchema' {
    It 'lists the schemas with their attributes' {
        $schemas = Get-ScimSchema
        $schemas.id | Should -Contain $user
        foreach ($schema in $schemas) { $schema.attributes.Count | Should -BeGreaterThan 0 -Because $schema.id }
    }
    It 'gives the attributes of one as objects that pipe on' {
        $attributes = Get-ScimSchema -Id $user | Select-Object -ExpandProperty attributes
        $name = $attributes | Where-Object name -eq userName
        $name.type | Should -Be 'string'
        $name.multiValued | Should -BeFalse
        $name.required | Should -BeTrue
        $name.uniqueness | Should -Be 'server'
        $name.description | Should -Not -BeNullOrEmpty
        ($attributes | Where-Object name -eq name).subAttributes.name | Should -Contain 'familyName'
        @($attributes | Where-Object mutability -eq readOnly).Count | Should -BeLessThan @($attributes).Count
    }
    It 'takes the ids from the pipeline' {
        ($user | Get-ScimSchema).id | Should -Be $user
        (Get-ScimResourceType -Id User).schema | Get-ScimSchema | Should -HaveCount 1
    }
    It 'names a schema that is not there' {
        $problem = Get-Problem { Get-ScimSchema -Id urn:example:none }
        $problem.FullyQualifiedErrorId | Should -Match '^ResourceNotFound,'
        $problem.TargetObject | Should -Be 'urn:example:none'
    }
}
