use std::borrow::Cow;

use http::HeaderValue;

/// The value of `X-Content-Type-Options`: a browser takes the content type as it is.
pub(super) const NO_SNIFF: HeaderValue = HeaderValue::from_static("nosniff");

/// Text that HTML shows as it is.
pub(super) fn escaped(text: &str) -> Cow<'_, str> {
    if !text.contains(['&', '<', '>', '"']) {
        return Cow::Borrowed(text);
    }
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    Cow::Owned(text.replace('>', "&gt;").replace('"', "&quot;"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_escaped() {
        assert_eq!(escaped("a <b> & \"c\""), "a &lt;b&gt; &amp; &quot;c&quot;");
        assert_eq!(escaped("plain"), "plain");
    }
}
