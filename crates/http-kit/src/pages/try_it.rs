use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use axum::extract::State;
use axum::response::{Html, IntoResponse, Response};
use bytes::Bytes;
use http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use http::{HeaderValue, Uri};
use utoipa_swagger_ui::{Config, SwaggerFile};

use super::html::escaped;
use crate::path;
use crate::problem::{Problem, common};
use crate::query::NoParameters;
use crate::state::HttpState;

/// Nothing comes from outside. Swagger UI sets inline styles and draws icons from data URLs.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
     connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);

/// The page; `{title}` stands for the service's name.
const PAGE: &str = r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{title} API</title>
<link rel="stylesheet" href="/docs/swagger-ui.css">
<link rel="icon" type="image/png" href="/docs/favicon-32x32.png">
</head>
<body>
<div id="swagger-ui"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/swagger-ui-standalone-preset.js"></script>
<script src="/docs/swagger-initializer.js"></script>
</body>
</html>
"#;

const FILES: [&str; 5] = [
    "swagger-ui.css",
    "swagger-ui-bundle.js",
    "swagger-ui-standalone-preset.js",
    "swagger-initializer.js",
    "favicon-32x32.png",
];

/// What the page is made of, borrowed from the program itself: a caller that reads slowly holds no copy.
static ASSETS: LazyLock<HashMap<&str, Asset>> = LazyLock::new(|| {
    // Without this the page would send the document to a validator on the internet.
    let config = Arc::new(Config::new(["/openapi.json"]).validator_url("none"));
    let assets = FILES.into_iter().filter_map(|name| {
        let file = utoipa_swagger_ui::serve(name, Arc::clone(&config)).ok()??;
        Some((name, Asset::try_from(file).ok()?))
    });
    assets.collect()
});

struct Asset {
    content_type: HeaderValue,
    bytes: Bytes,
}

impl TryFrom<SwaggerFile<'static>> for Asset {
    type Error = http::header::InvalidHeaderValue;

    fn try_from(file: SwaggerFile<'static>) -> Result<Self, Self::Error> {
        Ok(Self {
            content_type: HeaderValue::try_from(file.content_type)?,
            bytes: match file.bytes {
                Cow::Borrowed(bytes) => Bytes::from_static(bytes),
                Cow::Owned(bytes) => Bytes::from(bytes),
            },
        })
    }
}

/// The page to try the API
///
/// Needs no outside asset.
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
    ([(CONTENT_SECURITY_POLICY, POLICY)], Html(page)).into_response()
}

/// A file of the page.
pub(super) async fn docs_file(_: NoParameters, uri: Uri) -> Result<Response, Problem> {
    let asset = ASSETS.get(path::parameter(&uri));
    let asset = asset.ok_or_else(|| Problem::new(&common::NOT_FOUND))?;
    let headers = [
        (CONTENT_TYPE, asset.content_type.clone()),
        (CONTENT_SECURITY_POLICY, POLICY),
    ];
    Ok((headers, asset.bytes.clone()).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_that_the_page_names_is_there_and_nothing_is_fetched_from_outside() {
        for name in FILES {
            assert!(ASSETS.contains_key(name), "{name}");
            assert!(PAGE.contains(name), "{name}");
        }
        assert!(!PAGE.contains("http"));
        let initializer = str::from_utf8(&ASSETS["swagger-initializer.js"].bytes).unwrap();
        assert!(initializer.contains(r#""validatorUrl": "none""#));
        assert!(initializer.contains("/openapi.json"));
    }
}
