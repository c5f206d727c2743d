//! Numbers that are too large for the parser's types.

/// The body with a nought for every number outside of texts; none where there is no number.
pub(super) fn made_small(body: &[u8]) -> Option<Vec<u8>> {
    let mut small = Vec::with_capacity(body.len());
    let mut rest = body;
    let mut found = false;
    while let Some(&byte) = rest.first() {
        let length = match byte {
            b'"' => text_length(rest),
            b'-' | b'0'..=b'9' => number_length(rest),
            _ => 1,
        };
        let (token, after) = rest.split_at(length);
        if is_number(token) {
            found = true;
            small.push(b'0');
        } else {
            small.extend_from_slice(token);
        }
        rest = after;
    }
    found.then_some(small)
}

/// From the quote to the next that is not escaped, or to the end.
fn text_length(bytes: &[u8]) -> usize {
    let mut escaped = false;
    let end = bytes.iter().skip(1).position(|byte| {
        let ends = *byte == b'"' && !escaped;
        escaped = *byte == b'\\' && !escaped;
        ends
    });
    end.map_or(bytes.len(), |end| end + 2)
}

fn number_length(bytes: &[u8]) -> usize {
    let part = |byte: &u8| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E');
    bytes
        .iter()
        .position(|byte| !part(byte))
        .unwrap_or(bytes.len())
}

/// RFC 8259 section 6.
fn is_number(token: &[u8]) -> bool {
    let digits = |bytes: &[u8]| !bytes.is_empty() && bytes.iter().all(u8::is_ascii_digit);
    let unsigned = token.strip_prefix(b"-").unwrap_or(token);
    let mut parts = unsigned.splitn(2, |byte| matches!(byte, b'e' | b'E'));
    let mantissa = parts.next().unwrap_or_default();
    let exponent_fits = parts.next().is_none_or(|exponent| {
        digits(
            exponent
                .strip_prefix(b"-")
                .or(exponent.strip_prefix(b"+"))
                .unwrap_or(exponent),
        )
    });
    let mut parts = mantissa.splitn(2, |byte| *byte == b'.');
    let whole = parts.next().unwrap_or_default();
    let fraction_fits = parts.next().is_none_or(digits);
    let whole_fits = digits(whole) && (whole.len() == 1 || whole[0] != b'0');
    whole_fits && fraction_fits && exponent_fits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_follow_the_grammar() {
        for good in ["0", "-0", "10", "1.5", "1e5", "-1.05E-10", "1e+999"] {
            assert!(is_number(good.as_bytes()), "{good}");
        }
        for bad in [
            "", "-", "01", "1.", ".5", "1e", "1e+", "+1", "1e5e5", "1-2", "1.5.5",
        ] {
            assert!(!is_number(bad.as_bytes()), "{bad}");
        }
    }

    #[test]
    fn texts_are_left_alone() {
        let small = made_small(br#"{"1":"2\"," \"3":12e999,"x":[4]}"#).unwrap();
        assert_eq!(small, br#"{"1":"2\"," \"3":0,"x":[0]}"#);
        assert_eq!(made_small(br#"{"a":"12"}"#), None);
    }
}
