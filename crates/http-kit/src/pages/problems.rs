use axum::extract::State;
use axum::response::{Html, IntoResponse, Response};
use http::header::{CONTENT_SECURITY_POLICY, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderValue, Uri};

use super::html::{NO_SNIFF, escaped};
use crate::field_code::FieldCode;
use crate::openapi::problem_example;
use crate::path;
use crate::problem::{Problem, ProblemKind, common};
use crate::query::NoParameters;
use crate::schema_names::ProblemCodeName;
use crate::state::HttpState;

/// The page needs its style and its icon, both from this origin.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; \
     frame-ancestors 'none'",
);

/// The page. The names in braces stand for what the kind of problem declares.
const PAGE: &str = r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" type="image/svg+xml" href="/docs/favicon.svg">
<link rel="stylesheet" href="/docs/style.css">
</head>
<body class="problem">
<main>
<nav><a href="/docs">{service} API</a></nav>
<h1>{title}</h1>
<p class="kind">HTTP status {status}, code <code>{code}</code></p>
<h2>What it means</h2>
<p>{detail}</p>
<h2>What to do</h2>
<p>{help}</p>
<h2>Example</h2>
<pre tabindex="0"><code>{example}</code></pre>
{codes}</main>
</body>
</html>
"#;

/// Read about a problem
///
/// The page that the `type` of a problem refers to: what the problem means and what to do.
#[utoipa::path(
    get,
    path = "/problems/{code}",
    tag = "documentation",
    operation_id = "getProblem",
    params(("code" = ProblemCodeName, Path, description = "Code of the problem.", example = "invalid_fields")),
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
    let headers = [
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_CONTENT_TYPE_OPTIONS, NO_SNIFF),
    ];
    let page = page(catalog.title(), kind, catalog.field_codes(kind));
    Ok((headers, Html(page)).into_response())
}

/// All text on the page comes from what the modules declare, none from the request.
fn page(service: &str, kind: &ProblemKind, codes: &[FieldCode]) -> String {
    let example = serde_json::to_string_pretty(&problem_example(kind)).unwrap_or_default();
    PAGE.replace("{service}", &escaped(service))
        .replace("{title}", &escaped(kind.title()))
        .replace("{status}", kind.status().as_str())
        .replace("{code}", kind.code())
        .replace("{detail}", &escaped(kind.detail_text()))
        .replace("{help}", &marked(kind.help_text()))
        .replace("{codes}", &field_codes(codes))
        .replace("{example}", &escaped(&example))
}

/// Escapes a text and marks what is in backquotes as code.
fn marked(text: &str) -> String {
    let parts = escaped(text);
    let parts = parts.split('`').enumerate();
    parts
        .map(|(index, part)| match index % 2 {
            0 => part.to_owned(),
            _ => format!("<code>{part}</code>"),
        })
        .collect()
}

/// A table of the codes that `errors` can contain, if it can contain any.
fn field_codes(codes: &[FieldCode]) -> String {
    if codes.is_empty() {
        return String::new();
    }
    let rows: Vec<String> = codes
        .iter()
        .map(|code| {
            let meaning = marked(code.meaning());
            format!(
                "<tr><td><code>{}</code></td><td>{meaning}</td></tr>\n",
                code.code()
            )
        })
        .collect();
    format!(
        "<h2>Codes in <code>errors</code></h2>\n<table>\n<thead><tr><th>code</th><th>the value</th></tr></thead>\n\
         <tbody>\n{}</tbody>\n</table>\n",
        rows.concat()
    )
}
