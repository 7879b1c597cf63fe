//! Bytes in and out: the one place that turns pointers into slices and back.

use scim_client::error::Details;
use scim_client::{Error, Kind};
use serde::de::DeserializeOwned;

use crate::types::{ScimError, ScimSlice};

impl ScimSlice {
    pub(crate) const NOTHING: Self = Self {
        data: std::ptr::null(),
        length: 0,
    };

    /// Lends bytes to the caller. Whoever calls this keeps them in place as long as the border's documentation says.
    pub(crate) fn lend(bytes: &[u8]) -> Self {
        if bytes.is_empty() {
            Self::NOTHING
        } else {
            Self {
                data: bytes.as_ptr(),
                length: bytes.len(),
            }
        }
    }

    pub(crate) fn lend_text(text: Option<&String>) -> Self {
        text.map_or(Self::NOTHING, |text| Self::lend(text.as_bytes()))
    }

    /// The bytes that the caller lends for the length of the call.
    ///
    /// # Safety
    /// `data` must be null, or point to `length` readable bytes that do not change during the call.
    pub(crate) unsafe fn borrow<'a>(self) -> &'a [u8] {
        if self.data.is_null() || self.length == 0 {
            return &[];
        }
        // SAFETY: by this function's own contract.
        unsafe { std::slice::from_raw_parts(self.data, self.length) }
    }

    /// Reads JSON that the caller lends.
    ///
    /// # Safety
    /// As [`ScimSlice::borrow`].
    pub(crate) unsafe fn json<T: DeserializeOwned>(self) -> Result<T, Error> {
        // SAFETY: by this function's own contract.
        let bytes = unsafe { self.borrow() };
        serde_json::from_slice(bytes).map_err(|e| {
            Error::new(
                Kind::InternalError,
                format!("The call's parameters aren't valid: {e}."),
            )
        })
    }
}

impl ScimError {
    /// Lends an error's texts, as [`ScimSlice::lend`].
    pub(crate) fn lend(details: &Details) -> Self {
        Self {
            id: ScimSlice::lend(details.kind.id().as_bytes()),
            category: ScimSlice::lend(details.kind.category().as_bytes()),
            message: ScimSlice::lend(details.message.as_bytes()),
            advice: ScimSlice::lend(details.advice.as_bytes()),
            scim_type: ScimSlice::lend_text(details.scim_type.as_ref()),
            detail: ScimSlice::lend_text(details.detail.as_ref()),
            request_id: ScimSlice::lend_text(details.request_id.as_ref()),
            cursor: ScimSlice::lend_text(details.cursor.as_ref()),
            status: details.status.map_or(0, u32::from),
            retry_after: details
                .retry_after
                .map_or(-1, |d| i64::try_from(d.as_millis()).unwrap_or(-1)),
        }
    }
}
