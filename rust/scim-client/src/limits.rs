//! The limits on what a server may make us hold, all in one place. Each is far above what a real directory sends and
//! far below what would hurt the process; the error that a limit causes names it.

/// Bytes of one response body, after decompression.
pub const BODY_BYTES: usize = 64 << 20;
/// Bytes of one response body that is not a page: an error, a token.
pub const SMALL_BODY_BYTES: usize = 1 << 20;
/// Bytes of a resource above which it's looked through for values that are too large.
pub const RESOURCE_BYTES: usize = 32 << 20;
/// Bytes of one value in such a resource; a larger one is left out.
pub const VALUE_BYTES: usize = 16 << 20;
/// Bytes of left-out values in one response body, which count for nothing in its size.
pub const OMITTED_BYTES: usize = 256 << 20;
/// Bytes at the beginning of a body that an error quotes.
pub const QUOTED_BYTES: usize = 200;
/// Bytes of a file with certificates.
pub const FILE_BYTES: u64 = 16 << 20;
/// Levels of objects and arrays inside a resource.
pub const DEPTH: usize = 64;
/// Levels of objects and arrays beside the resources of a list, where nothing is kept.
pub const ENVELOPE_DEPTH: usize = 200;
/// Digits of a number before its point.
pub const NUMBER_DIGITS: usize = 4300;
/// Resources after which the part of a page that has arrived is handed over. A page of not so many comes whole.
pub const PART_RECORDS: usize = 128;
/// Bytes of an attribute's name.
pub const NAME_BYTES: usize = 4 << 10;
/// Different attribute names in one list.
pub const NAMES: usize = 1 << 16;
/// Bytes of all the different attribute names in one list.
pub const ALL_NAMES_BYTES: usize = 4 << 20;
/// Bytes of a `nextCursor`: it has to fit into a URL.
pub const CURSOR_BYTES: usize = 16 << 10;
/// Pages in a row that may have a `nextCursor` and no resource: each is a request, which Entra bills.
pub const EMPTY_PAGES: u32 = 10;
/// Characters of one value that Entra takes.
pub const VALUE_CHARACTERS: usize = 20_000;
