//! Filters (RFC 7644 section 3.4.2.2): read, printed, checked against what Entra ID takes, rewritten into lists that it
//! takes, and evaluated here where it takes none.
//!
//! ```
//! use scim_client::filter::{Filter, Resource, plan};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let filter: Filter = r#"mailNickname ew "x" or userName eq "ann@contoso.com""#.parse()?;
//! let lists = plan::rewrite(Resource::User, &filter)?;
//! assert_eq!(lists[1].to_string(), r#"userName eq "ann@contoso.com""#);
//!
//! let mistake = "userName eq bob".parse::<Filter>().unwrap_err();
//! assert_eq!(mistake.position, 12);
//! # Ok(())
//! # }
//! ```

mod ast;
mod compare;
pub mod entra;
mod error;
pub mod eval;
mod instant;
pub mod known;
mod literal;
pub(crate) mod mismatch;
mod mistakes;
mod parser;
mod path;
pub mod plan;
mod print;
mod reader;
mod received;
mod value;

pub use ast::{Filter, Operator, PatchPath, Terms};
pub use entra::{Unsupported, check, qualify};
pub use error::{Expected, FilterError};
pub use eval::{Attributes, Item, Matcher, Rule};
pub(crate) use instant::instant;
pub use known::Resource;
pub use parser::{parse, parse_path};
pub use path::AttrPath;
pub use plan::{Part, rewrite, split};
pub use value::{Number, Value};

/// Reads a filter that a user gave.
///
/// # Errors
/// `FilterSyntax`, with the place of the mistake.
pub(crate) fn read(text: &str) -> Result<Filter, crate::error::Error> {
    parse(text).map_err(|e| crate::error::Error::new(crate::error::Kind::FilterSyntax, e.to_string()))
}

/// How deep parentheses, `not` and `[ ]` may be nested. Deeper ones are refused, so that no text overflows the stack.
pub const MAX_DEPTH: usize = 64;

/// How long the text of a filter may be, in bytes of UTF-8.
pub const MAX_BYTES: usize = 64 * 1024;
