use axum::extract::State;
use axum::response::{Html, IntoResponse, Response};
use http::Uri;
use http::header::CONTENT_SECURITY_POLICY;

use super::html::escaped;
use crate::field_code::FieldCode;
use crate::path;
use crate::problem::{Problem, ProblemKind, common};
use crate::query::NoParameters;
use crate::state::HttpState;

/// A problem, explained
///
/// The page that the `type` of a problem leads to: what it means and what to do.
#[utoipa::path(
    get,
    path = "/problems/{code}",
    tag = "documentation",
    operation_id = "getProblem",
    params(("code" = String, Path, description = "The problem's code.", example = "invalid_fields")),
    responses(
        (status = 200, description = "The page.", body = String, content_type = "text/html"),
        super::problem_sets::ProblemPageProblems,
    ),
)]
pub(super) async fn problem_page(
    State(http): State<HttpState>,
    _: NoParameters,
    uri: Uri,
) -> Result<Response, Problem> {
    let catalog = &http.shared().catalog;
    let kind = catalog.problem(path::parameter(&uri));
    let kind = kind.ok_or_else(|| Problem::new(&common::NOT_FOUND))?;
    Ok((
        [(CONTENT_SECURITY_POLICY, "default-src 'none'")],
        Html(page(kind, catalog.field_codes(kind))),
    )
        .into_response())
}

/// Every word of it comes from what the modules declare, none from the request.
fn page(kind: &ProblemKind, codes: &[FieldCode]) -> String {
    let name = kind.code();
    let status = kind.status().as_u16();
    let title = escaped(kind.title());
    let detail = escaped(kind.detail_text());
    let help = escaped(kind.help_text());
    let codes = field_codes(codes);
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>{title}</title></head>\n\
         <body>\n<h1>{title}</h1>\n<p><code>{name}</code>, HTTP status {status}</p>\n\
         <h2>What it means</h2>\n<p>{detail}</p>\n<h2>What to do</h2>\n<p>{help}</p>\n{codes}</body>\n</html>\n"
    )
}

/// A table of the codes that `errors` may hold, if it may hold any.
fn field_codes(codes: &[FieldCode]) -> String {
    if codes.is_empty() {
        return String::new();
    }
    let rows: Vec<String> = codes
        .iter()
        .map(|code| {
            let meaning = escaped(code.meaning());
            format!(
                "<tr><td><code>{}</code></td><td>{meaning}</td></tr>\n",
                code.code()
            )
        })
        .collect();
    format!(
        "<h2>Codes in <code>errors</code></h2>\n<table>\n{}</table>\n",
        rows.concat()
    )
}
