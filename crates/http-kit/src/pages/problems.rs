use axum::response::{Html, IntoResponse, Response};
use http::Uri;
use http::header::CONTENT_SECURITY_POLICY;

use crate::path;
use crate::problem::{Problem, ProblemCode};
use crate::query::NoParameters;

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
        crate::openapi::problems::ProblemPageProblems,
    ),
)]
pub async fn problem_page(_: NoParameters, uri: Uri) -> Result<Response, Problem> {
    let code = ProblemCode::from_code(path::parameter(&uri));
    let code = code.ok_or_else(|| Problem::new(ProblemCode::NotFound))?;
    Ok((
        [(CONTENT_SECURITY_POLICY, "default-src 'none'")],
        Html(page(code)),
    )
        .into_response())
}

/// Every word of it comes from the table of problems, none from the request.
fn page(code: ProblemCode) -> String {
    let name = code.as_str();
    let status = code.status().as_u16();
    let title = code.title();
    let detail = code.detail();
    let help = code.help();
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>{title}</title></head>\n\
         <body>\n<h1>{title}</h1>\n<p><code>{name}</code>, HTTP status {status}</p>\n\
         <h2>What it means</h2>\n<p>{detail}</p>\n<h2>What to do</h2>\n<p>{help}</p>\n</body>\n</html>\n"
    )
}
