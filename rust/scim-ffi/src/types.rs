//! Everything that crosses the border by value. Both generators read this file: csbindgen for the C# structs,
//! interoptopus for the hash that tells whether library and assembly were built from the same border.

use interoptopus::ffi;
use interoptopus::inventory::RustInventory;

/// Bytes that someone else owns. Text is UTF-8 without a terminator. Null with length 0 means: nothing there.
#[ffi]
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct ScimSlice {
    /// The first byte.
    pub data: *const u8,
    /// How many.
    pub length: usize,
}

/// How an operation stands, and how a call went.
#[ffi]
#[repr(u8)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScimState {
    /// Still at work.
    Pending = 0,
    /// A reply waits for `scim_op_take`.
    Ready = 1,
    /// A question waits for an answer from the managed side.
    NeedsInput = 2,
    /// All replies were taken and no more will come; for other calls: it was done.
    Done = 3,
    /// Ended by an error: see `scim_op_error`.
    Failed = 4,
    /// Ended by `scim_op_cancel`.
    Cancelled = 5,
    /// The handle is null, freed, or of another kind; or a pointer to write to is null.
    Invalid = 6,
}

/// One reply. The slices stay valid until the next `scim_op_take` or the end of the operation.
#[ffi]
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct ScimReply {
    /// A page buffer (docs/records.md), or what the operation's own documentation says, or nothing.
    pub page: ScimSlice,
    /// Records in it; of an export, resources in the file so far.
    pub count: u32,
    /// 1 when it is a part of a page and more of that page comes, else 0. The last part of a page, and a page that comes
    /// whole, are 0.
    pub is_part: u32,
    /// Records in all parts of the page. Before the last part that is what the server or the request says; -1 where
    /// nothing says it.
    pub whole: i64,
    /// 1 when the list has a further page, else 0.
    pub has_more: u32,
    /// The list's `totalResults`, or -1.
    pub total_results: i64,
    /// The `nextCursor`, or nothing.
    pub next_cursor: ScimSlice,
    /// A handle that the operation made, or 0. It is the caller's from then on.
    pub handle: usize,
    /// What became of the change that the reply is to.
    pub outcome: ScimOutcome,
    /// The version of the object after the change, as the server gave it, or nothing.
    pub version: ScimSlice,
}

/// What became of one change.
#[ffi]
#[repr(u8)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScimOutcome {
    /// The reply is to no change.
    None = 0,
    /// It was done.
    Done = 1,
    /// There was nothing to do.
    Unchanged = 2,
    /// A dry run: the page has a record for each request, with `method`, `path` and `body`.
    Planned = 3,
    /// It was refused, and certainly not done.
    Failed = 4,
    /// It was not sent.
    NotSent = 5,
    /// It was sent, and whether it was done cannot be told.
    Unknown = 6,
    /// It was done by an earlier run with the same journal.
    AlreadyDone = 7,
}

/// One error. The slices stay valid until the end of the operation.
#[ffi]
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct ScimError {
    /// The stable id: a row of docs/errors.md.
    pub id: ScimSlice,
    /// The name of PowerShell's `ErrorCategory`.
    pub category: ScimSlice,
    /// What happened, and to what.
    pub message: ScimSlice,
    /// What to do next.
    pub advice: ScimSlice,
    /// `scimType`, or the OAuth 2.0 `error`.
    pub scim_type: ScimSlice,
    /// The service's own words.
    pub detail: ScimSlice,
    /// The service's id of the request.
    pub request_id: ScimSlice,
    /// Where a list can go on.
    pub cursor: ScimSlice,
    /// The HTTP status, or 0.
    pub status: u32,
    /// Milliseconds that the service asks to wait, or -1.
    pub retry_after: i64,
}

/// A resource that couldn't be read completely.
#[ffi]
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct ScimIncomplete {
    /// The number of its record in the reply taken last, or -1 where it has none there.
    pub place: i64,
    /// Why.
    pub error: ScimError,
}

/// What an event is about.
#[ffi]
#[repr(u8)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScimEventKind {
    /// A request was answered, or ended without an answer.
    Request = 0,
    /// The next try waits `milliseconds`.
    Waiting = 1,
    /// A token came.
    Token = 2,
    /// How something is done that can be done in several ways.
    Note = 3,
    /// Something that will make trouble.
    Warning = 4,
    /// The list may not hold everything, as the warning before said. Without a text.
    Incomplete = 5,
}

/// Something worth telling. The text stays valid until the next `scim_op_event` or the end of the operation.
#[ffi]
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct ScimEvent {
    /// What about.
    pub kind: ScimEventKind,
    /// One line for people.
    pub text: ScimSlice,
    /// How long it took, or will take.
    pub milliseconds: i64,
}

/// What an operation asks of the managed side.
#[ffi]
#[repr(u8)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScimQuestionKind {
    /// Sign `data` by RSASSA-PSS with SHA-256 and a salt of 32 bytes.
    Signature = 0,
    /// Give an access token.
    AccessToken = 1,
}

/// One question. The slice stays valid until the next `scim_op_question` or the end of the operation.
#[ffi]
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct ScimQuestion {
    /// What is wanted.
    pub kind: ScimQuestionKind,
    /// What it is wanted of, or nothing.
    pub data: ScimSlice,
}

// interoptopus gives an enum the smallest type that fits, whatever `repr` says; csbindgen believes what it reads. Both
// must mean the same.
const _: () = assert!(
    size_of::<ScimState>() == 1
        && size_of::<ScimEventKind>() == 1
        && size_of::<ScimQuestionKind>() == 1
        && size_of::<ScimOutcome>() == 1
);

/// All types that cross.
pub fn inventory() -> RustInventory {
    RustInventory::new()
        .register(interoptopus::extra_type!(ScimSlice))
        .register(interoptopus::extra_type!(ScimState))
        .register(interoptopus::extra_type!(ScimOutcome))
        .register(interoptopus::extra_type!(ScimReply))
        .register(interoptopus::extra_type!(ScimError))
        .register(interoptopus::extra_type!(ScimIncomplete))
        .register(interoptopus::extra_type!(ScimEventKind))
        .register(interoptopus::extra_type!(ScimEvent))
        .register(interoptopus::extra_type!(ScimQuestionKind))
        .register(interoptopus::extra_type!(ScimQuestion))
        .validate()
}
