use axum::extract::State;
use axum::response::{Html, IntoResponse, Response};
use bytes::Bytes;
use http::header::{
    CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderValue, Uri};

use super::html::{NO_SNIFF, escaped};
use crate::path;
use crate::problem::{Problem, common};
use crate::query::NoParameters;
use crate::state::HttpState;

/// Everything comes from this origin. The reference sets inline styles and draws icons from data URLs.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
     connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);

/// The OpenAPI document with the guide.
const DOCUMENT: &str = "openapi.json";

/// The page; `{title}` stands for the service's name.
const PAGE: &str = r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} API</title>
<link rel="icon" type="image/svg+xml" href="/docs/favicon.svg">
<link rel="stylesheet" href="/docs/style.css">
</head>
<body>
<div id="reference"></div>
<noscript>This page needs JavaScript. The OpenAPI document is at <a href="/openapi.json">/openapi.json</a>.</noscript>
<script src="/docs/scalar.js"></script>
<script src="/docs/docs.js"></script>
</body>
</html>
"#;

/// A file of the page. Responses borrow it from the program: a client that reads slowly takes no memory for a copy.
struct Asset {
    name: &'static str,
    content_type: &'static str,
    is_gzip: bool,
    bytes: &'static [u8],
}

const ASSETS: [Asset; 4] = [
    Asset {
        name: "scalar.js",
        content_type: "text/javascript; charset=utf-8",
        is_gzip: true,
        bytes: include_bytes!(concat!(env!("OUT_DIR"), "/scalar.js.gz")),
    },
    Asset {
        name: "docs.js",
        content_type: "text/javascript; charset=utf-8",
        is_gzip: false,
        bytes: include_bytes!("assets/docs.js"),
    },
    Asset {
        name: "style.css",
        content_type: "text/css; charset=utf-8",
        is_gzip: false,
        bytes: include_bytes!("assets/style.css"),
    },
    Asset {
        name: "favicon.svg",
        content_type: "image/svg+xml",
        is_gzip: false,
        bytes: include_bytes!("assets/favicon.svg"),
    },
];

/// Read the API reference
///
/// A page with a guide, all operations, and a form to try each. It loads nothing from another origin.
#[utoipa::path(
    get,
    path = "/docs",
    tag = "documentation",
    operation_id = "getDocs",
    responses(
        (status = 200, description = "The page.", body = String, content_type = "text/html"),
        super::problem_sets::PageProblems,
    ),
)]
pub(super) async fn docs(State(http): State<HttpState>, _: NoParameters) -> Response {
    let title = escaped(http.shared().catalog.title());
    let page = PAGE.replace("{title}", &title);
    let headers = [
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_CONTENT_TYPE_OPTIONS, NO_SNIFF),
    ];
    (headers, Html(page)).into_response()
}

/// Returns a file of the page, or a picture of a module.
pub(super) async fn docs_file(
    State(http): State<HttpState>,
    _: NoParameters,
    uri: Uri,
) -> Result<Response, Problem> {
    let name = path::parameter(&uri);
    if let Some(asset) = ASSETS.iter().find(|asset| asset.name == name) {
        return Ok(asset.response());
    }
    let catalog = &http.shared().catalog;
    if name == DOCUMENT {
        return Ok(file("application/json", catalog.reference().clone()));
    }
    let picture = catalog.picture(name);
    let picture = picture.ok_or_else(|| Problem::new(&common::NOT_FOUND))?;
    Ok(file("image/svg+xml", picture.clone()))
}

impl Asset {
    /// The script is sent compressed to every client, since every browser accepts that.
    fn response(&self) -> Response {
        let mut response = file(self.content_type, Bytes::from_static(self.bytes));
        if self.is_gzip {
            let gzip = HeaderValue::from_static("gzip");
            response.headers_mut().insert(CONTENT_ENCODING, gzip);
        }
        response
    }
}

fn file(content_type: &'static str, bytes: Bytes) -> Response {
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static(content_type)),
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_CONTENT_TYPE_OPTIONS, NO_SNIFF),
    ];
    (headers, bytes).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_that_the_page_names_exists_and_nothing_comes_from_another_origin() {
        for asset in ASSETS {
            assert!(!asset.bytes.is_empty(), "{}", asset.name);
            assert!(PAGE.contains(asset.name), "{}", asset.name);
        }
        let script = str::from_utf8(include_bytes!("assets/docs.js")).unwrap();
        for text in [PAGE, script] {
            assert!(!text.contains("http"), "{text}");
        }
        assert!(script.contains("withDefaultFonts: false"));
        assert!(script.contains("telemetry: false"));
    }
}
