//! HTTP/1.1 messages, as little of them as a proxy needs that breaks them on purpose.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt};

/// A request, as it was received.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, Vec<u8>)>,
    pub(crate) body: Vec<u8>,
}

/// How much of a request to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    Whole,
    /// The head, and no more of the body than came with it.
    Head,
}

const LARGEST_HEAD: usize = 64 << 10;

/// Reads a request; `left` holds what was read beyond the one before, and afterwards what was read beyond this one.
/// None where the client closed the connection instead.
pub(crate) async fn read_request(
    stream: &mut (impl AsyncRead + Unpin),
    left: &mut Vec<u8>,
    extent: Extent,
) -> io::Result<Option<Request>> {
    let bad = |why: String| io::Error::new(io::ErrorKind::InvalidData, why);
    loop {
        let mut fields = [httparse::EMPTY_HEADER; 64];
        let mut head = httparse::Request::new(&mut fields);
        if let httparse::Status::Complete(length) = head.parse(left).map_err(|e| bad(e.to_string()))? {
            let headers: Vec<_> = head
                .headers
                .iter()
                .map(|h| (h.name.to_ascii_lowercase(), h.value.to_vec()))
                .collect();
            let mut request = Request {
                method: head.method.unwrap_or_default().to_owned(),
                target: head.path.unwrap_or_default().to_owned(),
                body: Vec::new(),
                headers,
            };
            let size = match request.header("content-length") {
                Some(text) => text
                    .parse()
                    .map_err(|_| bad("Content-Length is no number".into()))?,
                None if request.header("transfer-encoding").is_some() => {
                    return Err(bad("a request in chunks".into()));
                }
                None => 0,
            };
            if extent == Extent::Head {
                return Ok(Some(request));
            }
            while left.len() < length + size {
                if stream.read_buf(left).await? == 0 {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
            }
            request.body = left[length..length + size].to_vec();
            left.drain(..length + size);
            return Ok(Some(request));
        }
        if left.len() > LARGEST_HEAD {
            return Err(bad("a head without end".into()));
        }
        if stream.read_buf(left).await? == 0 {
            return if left.is_empty() {
                Ok(None)
            } else {
                Err(io::ErrorKind::UnexpectedEof.into())
            };
        }
    }
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let (_, value) = self.headers.iter().find(|(n, _)| n == name)?;
        std::str::from_utf8(value).ok()
    }
}

/// An answer, to be written out in one way or another.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, Vec<u8>)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// An error of the proxy's own.
    pub(crate) fn error(status: u16, retry_after: Option<&str>) -> Self {
        let mut headers = vec![("content-type".to_owned(), b"application/scim+json".to_vec())];
        headers.extend(retry_after.map(|t| ("retry-after".to_owned(), t.as_bytes().to_vec())));
        let body = format!(
            r#"{{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"detail":"By a fault.","status":"{status}"}}"#
        );
        Self {
            status,
            headers,
            body: body.into_bytes(),
        }
    }

    /// The head, which says that the body has so many bytes.
    pub(crate) fn head(&self, length: usize) -> Vec<u8> {
        let mut head = format!("HTTP/1.1 {} Status\r\n", self.status).into_bytes();
        for (name, value) in &self.headers {
            head.extend_from_slice(name.as_bytes());
            head.extend_from_slice(b": ");
            head.extend_from_slice(value);
            head.extend_from_slice(b"\r\n");
        }
        // RFC 9110 section 8.6: no Content-Length with 204.
        if self.status != 204 {
            head.extend_from_slice(format!("content-length: {length}\r\n").as_bytes());
        }
        head.extend_from_slice(b"\r\n");
        head
    }
}
