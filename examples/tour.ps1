# A tour of PSScim on the emulator, without a tenant or cost.
param([int] $Users = 5000)

$ErrorActionPreference = 'Stop'

'--- Start an emulator with {0:N0} users, and connect to it' -f $Users
Start-ScimEmulator -Users $Users -Groups 60
Connect-Scim -Emulator

'--- Get the first users: one request for one small page'
Get-ScimUser -First 5 | Out-Host

'--- Show some attributes of a user'
$user = Get-ScimUser -First 1
'{0} {1} works as {2}' -f $user.name.givenName, $user.name.familyName, $user.title
'Department: ' + $user.'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'.department
'Location:   ' + $user.'urn:ietf:params:scim:schemas:extension:Microsoft:Entra:2.0:User'.usageLocation

'--- The same user by id, and a few ids by the pipeline'
$user | Get-ScimUser -Attributes userName, displayName, active | Out-Host
$ids = Get-ScimUser -First 3 | ForEach-Object id
$ids | Get-ScimUser -Attributes displayName, emails | ForEach-Object { $_.emails[0].value }

'--- A filter that the service evaluates'
Get-ScimGroup -Filter 'displayName eq "All Engineers"' | Out-Host
Get-ScimGroup -First 4 | Out-Host

'--- Every user, streamed; naming the attributes makes pages of 999 in place of 100'
$before = (Get-ScimContext).Requests
$clock = [Diagnostics.Stopwatch]::StartNew()
$inactive = Get-ScimUser -Attributes id, userName, displayName, active | Where-Object { -not $_.active }
'{0:N0} of {1:N0} users are inactive: {2} requests, {3:N0} ms' -f
    @($inactive).Count, $Users, ((Get-ScimContext).Requests - $before), $clock.ElapsedMilliseconds

'--- Show what the service supports'
(Get-ScimServiceProviderConfig).pagination | Out-Host
Get-ScimSchema | ForEach-Object { '{0}: {1} attributes' -f $_.id, $_.attributes.Count }
Get-ScimResourceType | ForEach-Object { '{0} at {1}' -f $_.name, $_.endpoint }

'--- Make a mistake, which is reported before any request'
try { Get-ScimUser -Filter 'userName = "x"' -ErrorAction Stop } catch { $_.Exception.Message }

'--- Show the requests, and what they would cost'
Get-ScimContext | Out-Host
Disconnect-Scim
Stop-ScimEmulator
