//! The table of errors: each kind's stable id, its meaning, its PowerShell category and what to do next.
//! Errors of the C# module are rows too. The build generates its table from this one (`scim-ffi/build.rs`), and a test
//! generates docs/errors.md.

macro_rules! kinds {
    ($($(#[doc = $when:literal])+ $kind:ident, $category:literal, $advice:literal;)*) => {
        /// The kinds of errors. Scripts can rely on their names (`FullyQualifiedErrorId`).
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Kind { $($(#[doc = $when])+ $kind,)* }

        impl Kind {
            /// Every kind, in the order of the table.
            pub const ALL: &'static [Kind] = &[$(Kind::$kind,)*];

            /// The stable id.
            #[must_use]
            pub fn id(self) -> &'static str {
                match self { $(Kind::$kind => stringify!($kind),)* }
            }

            /// What happened, in a sentence.
            #[must_use]
            pub fn meaning(self) -> &'static str {
                match self { $(Kind::$kind => concat!($($when),+).trim_ascii_start(),)* }
            }

            /// The name of PowerShell's `ErrorCategory`.
            #[must_use]
            pub fn category(self) -> &'static str {
                match self { $(Kind::$kind => $category,)* }
            }

            /// What the user should do next.
            #[must_use]
            pub fn advice(self) -> &'static str {
                match self { $(Kind::$kind => $advice,)* }
            }
        }
    };
}

kinds! {
    /// This runspace has no default connection, or the connection was closed.
    NotConnected, "ConnectionError", "Run Connect-Scim. In ForEach-Object -Parallel, a thread job or a runspace pool, pass a connection with -Connection, such as -Connection $using:connection.";
    /// This runspace has no connection with that name.
    ConnectionNotFound, "InvalidArgument", "Run Get-ScimContext -ListAvailable to see the names of the connections.";
    /// A connection parameter isn't valid, such as an unknown cloud or a base URI that isn't an address.
    InvalidConfiguration, "InvalidArgument", "Correct the parameter that the message names, and connect again.";
    /// A secret or token would be sent unencrypted.
    UnencryptedTransport, "SecurityError", "Use an https address. Tokens are sent only over https or to this computer.";
    /// The address contains a user name or password.
    AddressHoldsCredentials, "InvalidArgument", "Remove them from the address. Use -Credential or another sign-in parameter.";
    /// The address contains a query or a fragment.
    AddressHoldsQuery, "InvalidArgument", "End the address after the path, such as https://scim.example.org/v2. Use the parameters of the cmdlets for queries.";
    /// The id can't be part of a URL path.
    InvalidId, "InvalidArgument", "Use the id exactly as the service returned it.";
    /// The attribute name is unknown or ambiguous.
    UnknownAttribute, "InvalidArgument", "Correct the name. Tab completion and Get-ScimSchema list the attributes.";
    /// The attribute can't have this value.
    InvalidValue, "InvalidArgument", "Correct the value.";
    /// The value is longer than the service accepts.
    ValueTooLong, "InvalidArgument", "Shorten the value.";
    /// Only the service can set this attribute.
    ReadOnlyAttribute, "InvalidArgument", "Remove the attribute from the change.";
    /// A required attribute is missing.
    RequiredAttribute, "InvalidArgument", "Add a value for the attribute.";
    /// A password can't be set on an existing user.
    PasswordOnUpdate, "InvalidArgument", "Remove the password.";
    /// Invoke-ScimRequest can't send this request.
    InvalidRequest, "InvalidArgument", "Correct -Method, -Path or -Body.";
    /// The filter doesn't follow the syntax of RFC 7644 section 3.4.2.2. Nothing was sent.
    FilterSyntax, "InvalidArgument", "Correct the filter at the position in the message. No request was made.";
    /// The host name couldn't be resolved.
    NameNotFound, "ConnectionError", "Check the spelling of the address, the DNS server and the network.";
    /// The server refused the connection.
    ConnectionRefused, "ConnectionError", "Check that the server is running, and check the address, the port and the firewall.";
    /// The connection was lost, and retries failed.
    ConnectionLost, "ConnectionError", "Check the network and any proxy, then run the command again.";
    /// The TLS connection failed because of a certificate or the protocol.
    TlsFailure, "SecurityError", "Check this computer's clock. Check that it trusts the certificate authority of the server, or of a proxy that inspects TLS.";
    /// The server's certificate has expired or isn't valid yet.
    CertificateExpired, "SecurityError", "Renew the server's certificate. If other computers accept it, correct this computer's clock.";
    /// The server's certificate was issued for another host name.
    CertificateNameMismatch, "SecurityError", "Use a host name from the certificate in -BaseUri, or install a certificate for this host name on the server.";
    /// The server's certificate isn't signed by a trusted authority.
    CertificateUntrusted, "SecurityError", "Pass the authority's certificate with -CertificateAuthority, or add it to this computer's trusted certificates. A proxy that inspects TLS has its own authority.";
    /// The server supports only versions before TLS 1.2.
    TlsVersionTooOld, "SecurityError", "Enable TLS 1.2 or 1.3 on the server. PSScim doesn't use older versions.";
    /// The server requires a client certificate, or rejected the one it got.
    ClientCertificateRefused, "AuthenticationError", "Use -ClientCertificate with a certificate that the server trusts, including its private key.";
    /// The client certificate isn't valid, or it has no usable private key.
    ClientCertificateUnusable, "InvalidArgument", "Use a PFX or PEM file with a certificate and its private key, and its -ClientCertificatePassword. Or use an X509Certificate2 with an exportable key.";
    /// The certificate of -CertificateAuthority isn't valid.
    CertificateAuthorityUnusable, "InvalidArgument", "Use a PEM file with lines -----BEGIN CERTIFICATE-----. To convert a DER file, run openssl x509 -inform der -in ca.cer -out ca.pem.";
    /// The proxy couldn't be reached.
    ProxyUnreachable, "ConnectionError", "Check the address in -Proxy, HTTPS_PROXY, HTTP_PROXY or the system's settings, or connect with -NoProxy.";
    /// The proxy requires a user name and password (HTTP status 407).
    ProxyAuthenticationRequired, "AuthenticationError", "Use -ProxyCredential with a user name and password that the proxy accepts.";
    /// The proxy refused to open a tunnel to the server.
    ProxyRefused, "ConnectionError", "Allow connections to this host and port in the proxy, or connect with -NoProxy.";
    /// A web page came through a proxy instead of a SCIM response.
    HtmlFromProxy, "InvalidData", "Open the address in a browser to see the page. It may be the proxy's sign-in page, block page or error page. If it's the server's own page, check -BaseUri.";
    /// The response didn't arrive in time.
    Timeout, "OperationTimeout", "Try again. To make each response smaller, use a smaller -PageSize or fewer -Attributes.";
    /// The server stopped sending in the middle of a response.
    Stalled, "OperationTimeout", "Try again. If the server needs longer pauses while it responds, increase -StallTimeoutSec.";
    /// The server redirected to another address. PSScim doesn't send a token there.
    RedirectRefused, "SecurityError", "If the new address is correct, connect to it with -BaseUri.";
    /// The identity platform refused to issue a token.
    AuthenticationFailed, "AuthenticationError", "Check the tenant, the client ID and the credential of the app registration.";
    /// The identity platform's response doesn't contain a token.
    TokenResponseInvalid, "AuthenticationError", "Check that -Authority is the sign-in host of your cloud.";
    /// The certificate can't be used to sign in because of its key, its validity dates or its file.
    CertificateUnusable, "AuthenticationError", "Use a certificate that is valid now and includes its private key, an RSA key of 2048 to 4096 bits. Check -CertificatePassword.";
    /// The external token for workload identity federation isn't available.
    FederatedTokenUnavailable, "AuthenticationError", "Check that the file or the issuer in the message provides a token, and that this job is allowed to request one.";
    /// The managed identity endpoint wasn't found, or it refused the request.
    ManagedIdentityUnavailable, "AuthenticationError", "Run this on an Azure resource that has a managed identity. For a user-assigned identity, use -ClientId. On other computers, sign in with a certificate.";
    /// The script block of -AccessTokenProvider failed or returned no token.
    AccessTokenProviderFailed, "AuthenticationError", "Run the script block on its own. It must return one access token.";
    /// The connection has no token, or the token's claims can't be read.
    TokenNotReadable, "InvalidArgument", "Connect with a credential that gets a token. Claims can be read only from a JWT.";
    /// The service doesn't accept the token (HTTP status 401).
    InvalidAuthenticationToken, "AuthenticationError", "Connect again. The token is missing, expired or issued for another service (audience).";
    /// The app doesn't have the required permission (HTTP status 403).
    InsufficientPrivileges, "PermissionDenied", "Grant the required Microsoft Graph application permission to the app registration (to read users: User.Read.All), give admin consent, and connect again to get a new token.";
    /// The SCIM Provisioning API of Microsoft Entra is turned off.
    ApiNotEnabled, "ResourceUnavailable", "Turn on the SCIM Provisioning API: Microsoft Entra admin center, ID Governance, Dashboard, SCIM Provisioning API, and link an Azure subscription there. If it's already on, re-register the resource provider Microsoft.EntraIDGovernance in that subscription.";
    /// The service rejected the request (HTTP status 400).
    BadRequest, "InvalidArgument", "Correct what the service's message names.";
    /// The service doesn't accept the filter (HTTP status 400, scimType invalidFilter).
    InvalidFilter, "InvalidArgument", "Use an attribute and an operator that the service can filter by, or add -ClientSideFilter. See about_PSScim_Filters.";
    /// The server returned resources that don't match the filter.
    FilterIgnored, "InvalidResult", "Add -ClientSideFilter. PSScim then reads all objects and evaluates the filter itself. Nothing of the page in the message was passed on.";
    /// The cursor isn't valid (HTTP status 400, scimType invalidCursor).
    InvalidCursor, "InvalidArgument", "Run the command again without -Cursor. Use the same parameters for every page.";
    /// The cursor expired (HTTP status 400, scimType expiredCursor).
    ExpiredCursor, "OperationTimeout", "Run the command again without -Cursor. The pause between two pages was longer than the service keeps a cursor.";
    /// The service doesn't accept the page size (HTTP status 400, scimType invalidCount).
    InvalidCount, "InvalidArgument", "Use a -PageSize from 1 to the maximum of the service.";
    /// The resource doesn't exist (HTTP status 404).
    ResourceNotFound, "ObjectNotFound", "Check the id. The object may have been deleted.";
    /// The address isn't a SCIM endpoint (HTTP status 404 without a SCIM error).
    EndpointNotFound, "ResourceUnavailable", "Check -BaseUri. The address isn't a SCIM service, or the service is at another path.";
    /// The object already exists, or its value must be unique (HTTP status 409).
    Uniqueness, "ResourceExists", "Use another value for the attribute that the service names, or change the existing object.";
    /// The object changed after it was read (HTTP status 412).
    PreconditionFailed, "InvalidOperation", "Read the object again and repeat the change.";
    /// The service throttled the request (HTTP status 429), and retries failed.
    TooManyRequests, "LimitsExceeded", "Wait as long as the service asks, then run the command again.";
    /// The service failed (HTTP status 500 to 599), and retries failed.
    ServerError, "ResourceUnavailable", "Try again later. If the error persists, contact the service's support with the request ID.";
    /// The HTTP status isn't one that SCIM defines.
    UnexpectedStatus, "ProtocolError", "Read the service's message. If there is none, check -BaseUri and the service's documentation for this status.";
    /// The response isn't valid JSON.
    NotJson, "InvalidData", "Check -BaseUri. The address may not be a SCIM service.";
    /// The response is a web page.
    HtmlBody, "InvalidData", "Check -BaseUri and any proxy. A web page came back instead of a SCIM response.";
    /// The response ends too early.
    TruncatedBody, "InvalidData", "Run the command again. If the error persists, a proxy on the way to the server is cutting responses off.";
    /// The response is larger than the limit.
    BodyTooLarge, "LimitsExceeded", "Use a smaller -PageSize or fewer -Attributes.";
    /// The response is nested too deeply.
    NestedTooDeep, "InvalidData", "Leave the attribute out with -Attributes or -ExcludedAttributes, and report it to the server's operator.";
    /// The response contains a string that isn't valid Unicode.
    InvalidText, "InvalidData", "Find the object with a smaller -PageSize, leave the attribute out, and correct the value in the directory.";
    /// The response contains an object with the same member twice.
    DuplicateMember, "InvalidData", "Leave the attribute out with -Attributes or -ExcludedAttributes, and report it to the server's operator.";
    /// The page has more attribute names than the limit.
    TooManyNames, "LimitsExceeded", "List the attributes you need with -Attributes.";
    /// The response is JSON, but not a SCIM list.
    NotAListResponse, "InvalidData", "Check -BaseUri. The response isn't a list from a SCIM service.";
    /// The response is JSON, but not a SCIM resource.
    NotAResource, "InvalidData", "Check -BaseUri. The response isn't a resource from a SCIM service.";
    /// The server returned the same cursor or the same page again, or too many pages in a row without a resource.
    PagingLoop, "InvalidData", "Report this to the server's operator: its paging doesn't advance. The resources received before this are in the pipeline.";
    /// PSScim sent a change but couldn't confirm whether it was applied.
    OutcomeUnknown, "InvalidResult", "Read the object before you run the command again.";
    /// The server reported success, but the object doesn't have the change.
    NotApplied, "InvalidResult", "Ask the server's operator why the change wasn't applied. The server may have a rule or a limit for it.";
    /// Another process has the journal open.
    JournalInUse, "ResourceBusy", "Wait until the other command ends, or use another journal file for this command.";
    /// The file isn't a journal, or the journal belongs to another command, service, tenant or input.
    JournalMismatch, "InvalidArgument", "Use the journal with the command, the connection and the input that created it, or name a new file.";
    /// The journal has lines that PSScim didn't write.
    JournalDamaged, "InvalidData", "Restore the journal, or start a new one. With a new journal, the command repeats changes that are already done and reports an error for each object that already exists.";
    /// The journal can't be opened or written.
    JournalFailed, "WriteError", "Check that the folder exists, that you can write to it, and that the disk has free space. A link, a pipe or another user's file in its place isn't used. Every change that was sent is in the journal.";
    /// The key matches more than one object, or the server returned other objects.
    AmbiguousKey, "InvalidArgument", "Use the object's id.";
    /// The object comes from another service than the connection's.
    ServiceMismatch, "InvalidArgument", "To match the object by name, pass its userName or displayName without the id. To use its id on this service, add -Force.";
    /// The change would remove all members of the group.
    WouldEmptyGroup, "InvalidArgument", "To remove all members, add -Force.";
    /// The change would remove more than half of the group's members.
    WouldShrinkGroup, "InvalidArgument", "Check that the list of members is complete. To remove the other members, add -Force.";
    /// A command that provides the input reported an error, so the input may be incomplete.
    InputIncomplete, "InvalidData", "Solve the problem and run the command again. To use the input that arrived, collect it in a variable, check it, and pass the variable to -Member.";
    /// The next request would exceed the connection's request budget. It wasn't sent.
    BudgetExceeded, "LimitsExceeded", "Connect with a larger -RequestBudget, or resume later.";
    /// The export isn't possible because of its columns, its format or the file to resume.
    InvalidExport, "InvalidArgument", "Correct the parameter that the message names. No request was made.";
    /// The file already exists, and -NoClobber prevents replacing it.
    FileExists, "ResourceExists", "Use another -Path, or remove -NoClobber.";
    /// An export to this path was interrupted, and its partial file still exists.
    ExportInterrupted, "ResourceExists", "Add -Resume to continue the export, or -Force to start again.";
    /// Another export is writing to the same path.
    ExportInUse, "ResourceBusy", "Wait until the other export ends, or use another -Path.";
    /// A file couldn't be written or read.
    FileNotWritten, "WriteError", "Check that the folder exists, that you can write to it, and that the disk has free space. A link, a pipe or another user's file in its place isn't used.";
    /// The user stopped the command.
    Cancelled, "OperationStopped", "Nothing was sent after the stop.";
    /// The emulator couldn't start.
    EmulatorFailed, "ResourceUnavailable", "Use another -Port, or leave -Port out.";
    /// The module has no native library for this platform.
    NativeLibraryMissing, "NotInstalled", "Reinstall the module from the PowerShell Gallery, and import it by name or path. A module that you build yourself contains only the library of the computer that built it.";
    /// The system can't load the native library.
    NativeLibraryNotLoadable, "NotInstalled", "If the file is damaged or isn't for this platform, reinstall the module. If not, check whether a policy (noexec, AppLocker, antivirus) blocks it, or whether a system library is missing or too old.";
    /// The assembly and the native library come from different builds.
    NativeLibraryMismatch, "NotInstalled", "Reinstall the whole module. If you imported two versions in one session, start a new session.";
    /// A defect in PSScim.
    InternalError, "NotSpecified", "Please report this with the command that caused it.";
}
