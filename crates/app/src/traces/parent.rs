use http::{HeaderMap, HeaderName};
use opentelemetry::Context;
use opentelemetry::trace::{
    SpanContext, SpanId, TraceContextExt as _, TraceFlags, TraceId, TraceState,
};
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

const TRACE_PARENT: HeaderName = HeaderName::from_static("traceparent");
const TRACE_STATE: HeaderName = HeaderName::from_static("tracestate");

/// Maximum length of a `tracestate`, the minimum that W3C Trace Context requires. Every span carries it,
/// and clients choose its content.
const TRACE_STATE_MAX: usize = 512;

/// Attaches the span to the trace in the W3C headers `traceparent` and `tracestate`, with its sampling
/// decision. Ignores malformed headers.
pub(crate) fn join(span: &Span, headers: &HeaderMap) {
    if let Some(parent) = parent(headers) {
        // This fails only for a span that is not recorded.
        let _ = span.set_parent(Context::new().with_remote_span_context(parent));
    }
}

fn parent(headers: &HeaderMap) -> Option<SpanContext> {
    let (trace, span, flags) = parse_traceparent(single(headers, &TRACE_PARENT)?)?;
    let state = single(headers, &TRACE_STATE)
        .filter(|state| state.len() <= TRACE_STATE_MAX)
        .and_then(|state| state.parse::<TraceState>().ok());
    let parent = SpanContext::new(trace, span, flags, true, state.unwrap_or_default());
    parent.is_valid().then_some(parent)
}

/// Parses `version-trace-span-flags` in lower-case hexadecimal digits. Versions after 00 may have further
/// parts, which are ignored. Version ff is invalid.
///
/// The SDK's parser is not used: it accepts ids of any length and with a sign.
fn parse_traceparent(header: &str) -> Option<(TraceId, SpanId, TraceFlags)> {
    let mut parts = header.split('-');
    let mut hexadecimal = |digits: usize| {
        let part = parts.next().filter(|part| part.len() == digits)?;
        let is_lower = part
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        is_lower.then_some(part)
    };
    let version = hexadecimal(2)?;
    let trace = TraceId::from_hex(hexadecimal(32)?).ok()?;
    let span = SpanId::from_hex(hexadecimal(16)?).ok()?;
    let flags = u8::from_str_radix(hexadecimal(2)?, 16).ok()?;
    let has_more = parts.next().is_some();
    if version == "ff" || version == "00" && has_more {
        return None;
    }
    Some((trace, span, TraceFlags::new(flags) & TraceFlags::SAMPLED))
}

/// Returns the value of a header that occurs exactly once.
fn single<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
    const SPAN: &str = "b7ad6b7169203331";

    fn parent_of(headers: &[(&HeaderName, &str)]) -> Option<SpanContext> {
        let headers = headers
            .iter()
            .map(|(name, value)| ((*name).clone(), value.parse().unwrap()));
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(name, value);
        }
        parent(&map)
    }

    #[test]
    fn a_parent_is_read_with_its_flag_and_state() {
        for (header, sampled) in [
            (format!("00-{TRACE}-{SPAN}-01"), true),
            (format!("00-{TRACE}-{SPAN}-00"), false),
            (format!("00-{TRACE}-{SPAN}-ff"), true),
            (format!("01-{TRACE}-{SPAN}-01-more-to-say"), true),
        ] {
            let found = parent_of(&[(&TRACE_PARENT, &header), (&TRACE_STATE, "a=1,b=2")]).unwrap();
            assert_eq!(found.trace_id().to_string(), TRACE, "{header}");
            assert_eq!(found.span_id().to_string(), SPAN, "{header}");
            assert_eq!(found.is_sampled(), sampled, "{header}");
            assert_eq!(found.trace_state().header(), "a=1,b=2", "{header}");
            assert!(found.is_remote());
        }
    }

    #[test]
    fn a_malformed_parent_is_ignored() {
        for malformed in [
            String::new(),
            "00".to_owned(),
            format!("00-{TRACE}-{SPAN}"),
            format!("00-{TRACE}-{SPAN}-1"),
            format!("00-{TRACE}-{SPAN}-01-more"),
            format!("00-{TRACE}-{SPAN}-01-"),
            format!("ff-{TRACE}-{SPAN}-01"),
            format!("0-{TRACE}-{SPAN}-01"),
            format!("00-{}-{SPAN}-01", TRACE.to_ascii_uppercase()),
            format!("00-{}-{SPAN}-01", &TRACE[1..]),
            format!("00-+{}-{SPAN}-01", &TRACE[1..]),
            format!("00-{TRACE}-{}-01", &SPAN[1..]),
            format!("00-{}-{SPAN}-01", "0".repeat(32)),
            format!("00-{TRACE}-{}-01", "0".repeat(16)),
            format!(" 00-{TRACE}-{SPAN}-01"),
        ] {
            assert_eq!(
                parent_of(&[(&TRACE_PARENT, &malformed)]),
                None,
                "{malformed}"
            );
        }
        let good = format!("00-{TRACE}-{SPAN}-01");
        assert_eq!(
            parent_of(&[(&TRACE_PARENT, &good), (&TRACE_PARENT, &good)]),
            None
        );
        assert_eq!(parent_of(&[(&TRACE_STATE, "a=1")]), None);
    }

    #[test]
    fn a_state_that_is_too_long_or_malformed_is_ignored() {
        let good = format!("00-{TRACE}-{SPAN}-01");
        let long = format!("a={}", "1".repeat(TRACE_STATE_MAX));
        for state in [long.as_str(), "no-equals-sign"] {
            let found = parent_of(&[(&TRACE_PARENT, &good), (&TRACE_STATE, state)]).unwrap();
            assert_eq!(found.trace_state().header(), "", "{state}");
        }
    }
}
