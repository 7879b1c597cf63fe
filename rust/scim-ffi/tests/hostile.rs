//! What a mistaken or hostile caller may put across the border: any bytes for a configuration, a secret, a query. Each
//! ends in a state, and each `Failed` in an error with an id: a panic would show as `Invalid`. Nothing is sent.
#![allow(clippy::unwrap_used, missing_docs)]

use proptest::prelude::*;
use scim_native::*;

fn slice(bytes: &[u8]) -> ScimSlice {
    ScimSlice {
        data: bytes.as_ptr(),
        length: bytes.len(),
    }
}

/// Bytes that are near to JSON of the right form, and any others.
fn json() -> impl Strategy<Value = Vec<u8>> {
    let value = "(null|true|-?[0-9]{1,25}|1e999|\"[^\"]{0,20}\"|\\[\\]|\\{\"a\":1\\}|\"https?://[a-z.:/\\[\\]@%]{0,20}\"|)";
    let name =
        "(baseUri|tenantId|clientId|credential|proxy|timeoutSeconds|endpoint|filter|first|attributes|x)";
    let members = prop::collection::vec((name, value), 0..6);
    prop_oneof![
        any::<Vec<u8>>(),
        members.prop_map(|members| {
            let list: Vec<String> = members.iter().map(|(n, v)| format!("\"{n}\":{v}")).collect();
            format!("{{{}}}", list.join(",")).into_bytes()
        }),
    ]
}

/// The id of a failed operation's error; the operation is freed.
fn failure_id(op: usize) -> String {
    let mut error = std::mem::MaybeUninit::uninit();
    // SAFETY: writable; Failed says that it was written, and the text is lent until the operation is freed.
    let id = unsafe {
        assert_eq!(scim_op_error(op, error.as_mut_ptr()), ScimState::Failed);
        let id = error.assume_init().id;
        String::from_utf8(std::slice::from_raw_parts(id.data, id.length).to_vec()).unwrap()
    };
    assert_eq!(scim_op_free(op), ScimState::Done);
    id
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn any_configuration_opens_a_session_or_fails_with_an_id(config in json(), network in json(), secret: Vec<u8>) {
        let (mut session, mut failure) = (0, 0);
        // SAFETY: readable and writable during the call.
        let state = unsafe {
            scim_session_open(slice(&config), slice(&secret), slice(&network), &raw mut session, &raw mut failure)
        };
        match state {
            ScimState::Done => {
                prop_assert_eq!(scim_session_free(session), ScimState::Done);
                prop_assert_eq!(scim_session_free(session), ScimState::Invalid);
            }
            ScimState::Failed => prop_assert!(!failure_id(failure).is_empty()),
            other => prop_assert!(false, "{:?}", other),
        }
    }

    #[test]
    fn any_query_of_a_closed_session_is_a_failure(query in json(), session: usize) {
        prop_assume!(session != 0);
        // SAFETY: readable during the call.
        let op = unsafe { scim_op_list(session, slice(&query)) };
        while scim_op_wait(op, 1000) == ScimState::Pending {}
        prop_assert!(!failure_id(op).is_empty());
    }
}
