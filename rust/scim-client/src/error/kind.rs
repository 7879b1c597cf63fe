//! What can go wrong, in one table: each kind's stable id, what it means, PowerShell's category for it, and what to do next.
//! Those of the module itself are rows too: the build makes its table of them (`scim-ffi/build.rs`), and docs/errors.md.

macro_rules! kinds {
    ($($(#[doc = $when:literal])+ $kind:ident, $category:literal, $advice:literal;)*) => {
        /// The kinds of errors. Their names are the stable ids that scripts may rely on (`FullyQualifiedErrorId`).
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

            /// What has happened, in a sentence.
            #[must_use]
            pub fn meaning(self) -> &'static str {
                match self { $(Kind::$kind => concat!($($when),+).trim_ascii_start(),)* }
            }

            /// The name of PowerShell's `ErrorCategory`.
            #[must_use]
            pub fn category(self) -> &'static str {
                match self { $(Kind::$kind => $category,)* }
            }

            /// What the person who meets it should do next.
            #[must_use]
            pub fn advice(self) -> &'static str {
                match self { $(Kind::$kind => $advice,)* }
            }
        }
    };
}

kinds! {
    /// No connection in this runspace, or one that was closed.
    NotConnected, "ConnectionError", "Connect with Connect-Scim, or hand over a connection of another runspace with -Connection.";
    /// A name that no connection of this runspace has.
    ConnectionNotFound, "InvalidArgument", "Get-ScimContext -ListAvailable lists those there are.";
    /// A parameter that cannot be: an unknown cloud, a base URI that is none.
    InvalidConfiguration, "InvalidArgument", "Correct the parameter that is named and connect again.";
    /// A secret or token would travel unencrypted.
    UnencryptedTransport, "SecurityError", "Use an https address. Tokens travel only over https, or to this machine itself.";
    /// An address with a user name or password in it.
    AddressHoldsCredentials, "InvalidArgument", "Take them out of the address and give them by -Credential, or another parameter for signing in.";
    /// An address with a query or fragment in it.
    AddressHoldsQuery, "InvalidArgument", "Give the address up to the path, such as https://scim.example.org/v2; what is to be asked is said by the cmdlets' own parameters.";
    /// An id that cannot be part of a path.
    InvalidId, "InvalidArgument", "Give the id exactly as the service returned it.";
    /// A name that no attribute has, or that says not enough.
    UnknownAttribute, "InvalidArgument", "Correct the name; Get-ScimSchema and Tab show those that there are.";
    /// A value that its attribute cannot have.
    InvalidValue, "InvalidArgument", "Correct the value.";
    /// A value longer than the service takes.
    ValueTooLong, "InvalidArgument", "Shorten the value.";
    /// An attribute that only the service sets.
    ReadOnlyAttribute, "InvalidArgument", "Leave the attribute out.";
    /// An object without an attribute that each one has.
    RequiredAttribute, "InvalidArgument", "Give the attribute a value.";
    /// A password for a user that is there already.
    PasswordOnUpdate, "InvalidArgument", "Leave the password out; users change theirs at the next sign-in with passwordForceChangeOnNextSignIn.";
    /// A request of the user's own that cannot be sent.
    InvalidRequest, "InvalidArgument", "Correct -Method, -Path or -Body.";
    /// The filter breaks the grammar of RFC 7644 section 3.4.2.2; nothing was sent.
    FilterSyntax, "InvalidArgument", "Correct the filter at the place that is marked. No request was made.";
    /// The host's name has no address.
    NameNotFound, "ConnectionError", "Check the spelling of the address, the DNS server and the network.";
    /// Nobody listens there.
    ConnectionRefused, "ConnectionError", "Check that the server runs, and that address, port and firewall are right.";
    /// The connection broke, and trying again did not help.
    ConnectionLost, "ConnectionError", "Check the network and any proxy between here and the server, then run the command again.";
    /// No trust could be set up: certificate or protocol.
    TlsFailure, "SecurityError", "Check that the machine's clock is right and that it trusts the certificate authority of the server or of the proxy that inspects TLS.";
    /// The server's certificate is not valid any more, or not yet.
    CertificateExpired, "SecurityError", "Have the server's certificate renewed. If only this machine finds it out of date, set its clock.";
    /// The server's certificate is for other names.
    CertificateNameMismatch, "SecurityError", "Use a name that the certificate has in -BaseUri, or give the server a certificate for this one.";
    /// Nobody who is trusted here signed the server's certificate.
    CertificateUntrusted, "SecurityError", "Name the authority's certificate with -CertificateAuthority, or have it trusted by this machine. A proxy that inspects TLS has one too.";
    /// The server is older than TLS 1.2.
    TlsVersionTooOld, "SecurityError", "Have TLS 1.2 or 1.3 switched on at the server; older versions are never used.";
    /// The server wants another client certificate, or one at all.
    ClientCertificateRefused, "AuthenticationError", "Give a certificate that the server trusts, with its key, by -ClientCertificate.";
    /// What was given as a client certificate is none.
    ClientCertificateUnusable, "InvalidArgument", "Give a PFX or PEM file with certificate and private key, and its -ClientCertificatePassword, or an X509Certificate2 whose key may be exported.";
    /// What was given as an authority is none.
    CertificateAuthorityUnusable, "InvalidArgument", "Give a file with lines -----BEGIN CERTIFICATE-----; openssl x509 -inform der -in ca.cer -out ca.pem makes one of a DER file.";
    /// The proxy does not answer.
    ProxyUnreachable, "ConnectionError", "Check the address in -Proxy, HTTPS_PROXY, HTTP_PROXY or the system's settings, or connect with -NoProxy.";
    /// 407.
    ProxyAuthenticationRequired, "AuthenticationError", "Give a name and password that the proxy knows by -ProxyCredential.";
    /// CONNECT was not granted.
    ProxyRefused, "ConnectionError", "Have the proxy let connections to this host and port through, or connect with -NoProxy.";
    /// A web page by way of a proxy.
    HtmlFromProxy, "InvalidData", "Read what the proxy says there, in a browser say: a sign-in page, a block, an error. If it is the server's own page, check -BaseUri.";
    /// No answer in time.
    Timeout, "OperationTimeout", "Try again, or ask for less at once with a smaller -PageSize or fewer -Attributes.";
    /// Silence in the middle of an answer.
    Stalled, "OperationTimeout", "Try again. If the server needs longer before or between the parts of its answers, raise -StallTimeoutSec.";
    /// A redirect to somewhere else, where no token is sent.
    RedirectRefused, "SecurityError", "If the new address is right, connect to it with -BaseUri.";
    /// The identity platform refused to issue a token.
    AuthenticationFailed, "AuthenticationError", "Check tenant, client and secret of the app registration.";
    /// The identity platform answered, but not with a token.
    TokenResponseInvalid, "AuthenticationError", "Check that -Authority names the sign-in host of your cloud.";
    /// A certificate that cannot sign in: its key, its validity, its file.
    CertificateUnusable, "AuthenticationError", "Use a certificate that is valid now, with its private key, an RSA key of 2048 to 4096 bits, and check -CertificatePassword.";
    /// The outside token of workload identity federation could not be had.
    FederatedTokenUnavailable, "AuthenticationError", "Check that the file or the issuer that is named gives a token, and that this job may ask for one.";
    /// No managed identity endpoint, or it refused.
    ManagedIdentityUnavailable, "AuthenticationError", "Run this where Azure gives a managed identity, and check that one is assigned; -ClientId names a user-assigned one. Elsewhere sign in with a certificate.";
    /// The script block of -AccessTokenProvider failed, or gave no token.
    AccessTokenProviderFailed, "AuthenticationError", "Run the script block by itself: it has to write one access token.";
    /// A token or claims are wanted of a connection that has none.
    TokenNotReadable, "InvalidArgument", "Connect with a credential that gets a token; claims can be read of a JWT only.";
    /// 401: the service does not accept the token.
    InvalidAuthenticationToken, "AuthenticationError", "Connect again. The token is missing, expired, or made for another service (audience).";
    /// 403: the app lacks the permission.
    InsufficientPrivileges, "PermissionDenied", "Grant the app registration the Microsoft Graph application permission for this (to read users: User.Read.All) and give admin consent; a new token is needed afterwards, so connect again.";
    /// The two texts by which Entra says that the paid API is off.
    ApiNotEnabled, "ResourceUnavailable", "Turn the SCIM Provisioning API on: Microsoft Entra admin center, ID Governance, Dashboard, SCIM Provisioning API, and link an Azure subscription there. If it is on already, re-register the resource provider Microsoft.EntraIDGovernance in that subscription.";
    /// 400 without a more precise reason.
    BadRequest, "InvalidArgument", "Correct what the service names. Entra also answers this for an id of the wrong form.";
    /// 400, scimType invalidFilter.
    InvalidFilter, "InvalidArgument", "Use an attribute and operator that this service can filter by, or add -ClientSideFilter; see about_PSScim_Filters.";
    /// 400, scimType invalidCursor.
    InvalidCursor, "InvalidArgument", "Begin the list anew, with the same parameters on every page and no -Cursor.";
    /// 400, scimType expiredCursor.
    ExpiredCursor, "OperationTimeout", "Begin the list anew: the pause between two of its pages was longer than the service keeps a cursor.";
    /// 400, scimType invalidCount.
    InvalidCount, "InvalidArgument", "Choose a -PageSize between 1 and what the service allows.";
    /// 404: no such resource.
    ResourceNotFound, "ObjectNotFound", "Check the id; the object may have been deleted.";
    /// 404 that is not the SCIM service's.
    EndpointNotFound, "ResourceUnavailable", "Check -BaseUri: what answers there is not a SCIM service, or not at this path.";
    /// 409: it exists already.
    Uniqueness, "ResourceExists", "Choose another value for the attribute that the service names, or change the object that has it.";
    /// 412: changed by someone else.
    PreconditionFailed, "InvalidOperation", "Read the object again and repeat the change.";
    /// 429, and waiting did not help.
    TooManyRequests, "LimitsExceeded", "Wait as long as the service asks, then go on.";
    /// 500 to 599, and trying again did not help.
    ServerError, "ResourceUnavailable", "Try again later. If it lasts, give the request id to the service's support.";
    /// A status that has no meaning here.
    UnexpectedStatus, "ProtocolError", "Check -BaseUri, and what the service's documentation says of this status.";
    /// The body is not JSON.
    NotJson, "InvalidData", "Check -BaseUri: what answers there may not be a SCIM service.";
    /// The body is a web page.
    HtmlBody, "InvalidData", "Check -BaseUri and any proxy: a web page answered in place of the SCIM service.";
    /// The body ends too early.
    TruncatedBody, "InvalidData", "Run the command again. If it lasts, a proxy between here and the server cuts answers off.";
    /// The body is larger than the limit of an answer.
    BodyTooLarge, "LimitsExceeded", "Ask for less at once with a smaller -PageSize or fewer -Attributes.";
    /// The body is nested deeper than what is read.
    NestedTooDeep, "InvalidData", "Leave the attribute out with -Attributes or -ExcludedAttributes, and tell the server's operator.";
    /// A string that is no Unicode text.
    InvalidText, "InvalidData", "Find the object with a smaller -PageSize, leave the attribute out, and mend the value in the directory.";
    /// One object with the same member twice.
    DuplicateMember, "InvalidData", "Leave the attribute out with -Attributes or -ExcludedAttributes, and tell the server's operator.";
    /// More attribute names than a page may have.
    TooManyNames, "LimitsExceeded", "Name the attributes you need with -Attributes.";
    /// JSON, but no list response.
    NotAListResponse, "InvalidData", "Check -BaseUri: the answer is JSON, but not that of a SCIM service's list.";
    /// JSON, but no resource.
    NotAResource, "InvalidData", "Check -BaseUri: the answer is JSON, but not a SCIM resource.";
    /// The same nextCursor or the same page again.
    PagingLoop, "InvalidData", "Tell the server's operator: its paging does not advance. What was received until then is in the pipeline.";
    /// A write was sent, and whether it was done cannot be told.
    OutcomeUnknown, "InvalidResult", "See whether the object is as it should be before you repeat the command: repeated, a creation could be done twice.";
    /// Another process has the journal open.
    JournalInUse, "ResourceBusy", "Wait until the other command has ended, or give this one a journal of its own.";
    /// A file that is no journal, or one of another command, service or tenant.
    JournalMismatch, "InvalidArgument", "Give the journal to the command and the connection that it began with, or name a file that is not there yet.";
    /// A journal with lines in its midst that are none of ours.
    JournalDamaged, "InvalidData", "Restore the journal, or begin a new one: then the command does again what it has done, and what exists already is an error for each object.";
    /// The journal cannot be opened or written.
    JournalFailed, "WriteError", "Check that the folder exists, may be written to and has space left. Nothing was sent that the journal does not hold.";
    /// A key that finds more than one object, or others than it names.
    AmbiguousKey, "InvalidArgument", "Name the object by its id.";
    /// A group would lose all its members.
    WouldEmptyGroup, "InvalidArgument", "If you want that, add -Force.";
    /// A group would lose more than half of its members.
    WouldShrinkGroup, "InvalidArgument", "Check that the list of members is complete. If you want to remove the others, add -Force.";
    /// A command that feeds one that replaces a whole reported an error, so the input may be incomplete.
    InputIncomplete, "InvalidData", "Solve the problem and run the command again. To continue with what came, collect it in a variable, check it, and give the variable to -Member.";
    /// The next request would go over the connection's budget; it was not sent.
    BudgetExceeded, "LimitsExceeded", "Connect with a larger -RequestBudget, or go on later.";
    /// An export that cannot be: its columns, its format, or what it is to go on from.
    InvalidExport, "InvalidArgument", "Correct the parameter that is named. No request was made.";
    /// The file is there, and -NoClobber forbids to replace it.
    FileExists, "ResourceExists", "Choose another -Path, or leave -NoClobber out.";
    /// An export to this path broke off, and what it wrote is still there.
    ExportInterrupted, "ResourceExists", "Add -Resume to go on behind it, or -Force to begin anew.";
    /// Another export is writing to the same path.
    ExportInUse, "ResourceBusy", "Wait until the other export has ended, or choose another -Path.";
    /// A file could not be written or read.
    FileNotWritten, "WriteError", "Check that the folder is there, that you may write to it, and that the disk has room.";
    /// Stopped by the user.
    Cancelled, "OperationStopped", "Nothing was sent after the stop.";
    /// The emulator could not start.
    EmulatorFailed, "ResourceUnavailable", "Choose another -Port, or leave it out.";
    /// There is no native library for this platform.
    NativeLibraryMissing, "NotInstalled", "Install the module anew from the PowerShell Gallery, and import it by its name or its path; a build of your own has the library of the machine that built it only.";
    /// The native library is there, but the system refuses it.
    NativeLibraryNotLoadable, "NotInstalled", "If the file is not for this platform or not whole, install the module anew; if it is, see whether a policy (noexec, AppLocker, antivirus) blocks it or a system library is missing or too old.";
    /// The assembly and the native library are of different builds.
    NativeLibraryMismatch, "NotInstalled", "Install the module anew, as a whole; where two versions were imported in one session, start a new one.";
    /// A defect of PSScim itself.
    InternalError, "NotSpecified", "Please report this with the command that led to it.";
}
