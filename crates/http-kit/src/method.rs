//! The names of methods, for the log, metrics and spans.

use http::Method;

/// The method, unless the caller made one up: neither log nor metrics hold anything of the caller's own
/// words but, in the log, the ids of the request and of its trace.
pub(crate) fn method_name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        Method::TRACE => "TRACE",
        Method::CONNECT => "CONNECT",
        _ => "other",
    }
}
