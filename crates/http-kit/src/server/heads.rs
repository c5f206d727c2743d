//! Detects request heads that declare the length of their body twice.
//!
//! If a request has both `Content-Length` and `Transfer-Encoding`, hyper uses the latter and drops the former, as RFC
//! 9112 section 6.3 allows. The service cannot see the conflict. A proxy in front may have used `Content-Length`, and
//! would then see the next request at another position (request smuggling). The scanner therefore examines each head
//! before hyper does.

/// Marks a request with both `Content-Length` and `Transfer-Encoding`. hyper exposes only the latter. The service
/// should respond with 400 and close the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AmbiguousLength;

/// Maximum length of a line that is kept. All relevant lines are shorter.
const MAX_LINE: usize = 64;

/// Scans the bytes of a connection, head by head.
#[derive(Debug, Default)]
pub(super) struct HeadScanner {
    state: State,
    /// The start of the current line.
    line: Vec<u8>,
    /// Number of complete heads.
    heads: u64,
}

#[derive(Debug, Clone, Copy)]
enum State {
    Head(Head),
    /// Number of body bytes that are still to come.
    Body(u64),
    ChunkSize,
    /// Number of bytes of a chunk, including its line end, that are still to come.
    Chunk(u64),
    Trailers,
    /// The scan has ended. A head declares its body twice, or in a way that hyper refuses.
    Ended,
}

/// What is known about a head.
#[derive(Debug, Clone, Copy, Default)]
struct Head {
    begun: bool,
    length: Option<u64>,
    transfer_encoding: bool,
}

impl Default for State {
    fn default() -> Self {
        Self::Head(Head::default())
    }
}

impl HeadScanner {
    /// Scans the next bytes. Returns the number of the head, counted from 0, that declares its body twice, if its end
    /// is in these bytes.
    pub(super) fn scan(&mut self, mut bytes: &[u8]) -> Option<u64> {
        while !bytes.is_empty() {
            match self.state {
                State::Ended => return None,
                State::Body(left) => {
                    let rest = skip(&mut bytes, left);
                    self.state = match rest {
                        0 => State::default(),
                        _ => State::Body(rest),
                    };
                }
                State::Chunk(left) => {
                    let rest = skip(&mut bytes, left);
                    self.state = match rest {
                        0 => State::ChunkSize,
                        _ => State::Chunk(rest),
                    };
                }
                State::Head(_) | State::ChunkSize | State::Trailers => {
                    if self.take_line(&mut bytes) && self.end_line() {
                        return Some(self.heads - 1);
                    }
                }
            }
        }
        None
    }

    /// Appends to the current line. Returns whether the line is complete.
    fn take_line(&mut self, bytes: &mut &[u8]) -> bool {
        let end = bytes.iter().position(|byte| *byte == b'\n');
        let (part, rest) = bytes.split_at(end.map_or(bytes.len(), |end| end + 1));
        let room = MAX_LINE.saturating_sub(self.line.len());
        self.line.extend_from_slice(&part[..part.len().min(room)]);
        *bytes = rest;
        end.is_some()
    }

    /// Interprets the current line. Returns whether it ends a head that declares its body twice.
    fn end_line(&mut self) -> bool {
        let line = std::mem::take(&mut self.line);
        let text = line.trim_ascii_end();
        match &mut self.state {
            State::Head(head) if !text.is_empty() => {
                if !head.record_header(text) {
                    self.state = State::Ended;
                }
            }
            // Empty lines before a head do not belong to it.
            State::Head(Head { begun: false, .. }) => {}
            State::Head(head) => {
                let head = *head;
                self.heads += 1;
                let twice = head.transfer_encoding && head.length.is_some();
                self.state = match head.length {
                    _ if twice => State::Ended,
                    None if head.transfer_encoding => State::ChunkSize,
                    None | Some(0) => State::default(),
                    Some(length) => State::Body(length),
                };
                return twice;
            }
            State::Trailers if text.is_empty() => self.state = State::default(),
            State::ChunkSize => {
                self.state = match chunk_size(text) {
                    Some(0) => State::Trailers,
                    // The line end belongs to the chunk.
                    Some(size) => State::Chunk(size.saturating_add(2)),
                    None => State::Ended,
                };
            }
            State::Trailers | State::Body(_) | State::Chunk(_) | State::Ended => {}
        }
        false
    }
}

impl Head {
    /// Records a header line. Returns whether its length is valid.
    fn record_header(&mut self, line: &[u8]) -> bool {
        if !std::mem::replace(&mut self.begun, true) {
            return true;
        }
        let Some(colon) = line.iter().position(|byte| *byte == b':') else {
            return true;
        };
        let (name, value) = (&line[..colon], line[colon + 1..].trim_ascii());
        if name.eq_ignore_ascii_case(b"transfer-encoding") {
            self.transfer_encoding = true;
        } else if name.eq_ignore_ascii_case(b"content-length") {
            let length = str::from_utf8(value)
                .ok()
                .and_then(|text| text.parse().ok());
            self.length = length;
            return length.is_some() && line.len() < MAX_LINE;
        }
        true
    }
}

/// Drops up to `count` bytes from the front. Returns how many remain to be dropped.
fn skip(bytes: &mut &[u8], count: u64) -> u64 {
    let here = usize::try_from(count).map_or(bytes.len(), |count| count.min(bytes.len()));
    *bytes = &bytes[here..];
    count - here as u64
}

/// Returns the size in the first line of a chunk.
fn chunk_size(line: &[u8]) -> Option<u64> {
    let digits = line
        .split(|byte| matches!(byte, b';' | b' ' | b'\t'))
        .next()?;
    u64::from_str_radix(str::from_utf8(digits).ok()?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::HeadScanner;

    const GET: &str = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    const POST: &str = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nGET /";

    /// The trailer would be a second declaration if it were in the head.
    const CHUNKED: &str = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n\
        3;x=y\r\nabc\r\nA\r\n0123\r\n\r\n89\r\n0\r\nContent-Length: 9\r\n\r\n";

    /// Returns the head that the scanner reports for any split of the text.
    fn found(text: &str) -> Option<u64> {
        let whole = HeadScanner::default().scan(text.as_bytes());
        for size in [1, 2, 7] {
            let mut scanner = HeadScanner::default();
            let found = text
                .as_bytes()
                .chunks(size)
                .find_map(|piece| scanner.scan(piece));
            assert_eq!(found, whole, "in pieces of {size}: {text:?}");
        }
        whole
    }

    #[test]
    fn a_head_with_both_headers_is_detected_in_any_order_and_case() {
        let [length, coding] = ["content-LENGTH: 5\r\n", "Transfer-Encoding:chunked\r\n"];
        for lines in [[length, coding], [coding, length]] {
            let head = format!("POST / HTTP/1.1\r\n{}\r\n", lines.concat());
            assert_eq!(found(&head), Some(0));
            assert_eq!(found(&head.replace("\r\n", "\n")), Some(0));
            assert_eq!(found(&format!("\r\n{GET}{POST}{GET}{head}")), Some(3));
        }
    }
    #[test]
    fn bodies_and_trailers_are_not_scanned_as_heads() {
        let both = "POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n";
        let length = both.len();
        let body = format!("POST / HTTP/1.1\r\nContent-Length: {length}\r\n\r\n{both}");
        assert_eq!(found(&body), None);
        assert_eq!(found(&format!("{CHUNKED}{body}{CHUNKED}{GET}")), None);
        assert_eq!(found(&format!("{CHUNKED}{body}{CHUNKED}{both}")), Some(3));
        let chunk = format!(
            "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n{length:x}\r\n{both}\r\n0\r\n\r\n"
        );
        assert_eq!(found(&format!("{chunk}{GET}")), None);
        assert_eq!(found(&format!("{chunk}{both}")), Some(1));
    }

    #[test]
    fn a_head_that_hyper_refuses_ends_the_scan() {
        let both = "POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n";
        for refused in [
            "POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
            "POST / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n",
            "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        ] {
            assert_eq!(found(&format!("{refused}{both}")), None, "{refused:?}");
        }
        let long = format!("GET / HTTP/1.1\r\nX: {}\r\n\r\n", "v".repeat(10_000));
        assert_eq!(found(&format!("{long}{both}")), Some(1));
    }
}
