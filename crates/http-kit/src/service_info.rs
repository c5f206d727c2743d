/// Title, version and description of a service.
#[derive(Debug, Clone)]
pub struct ServiceInfo {
    /// The title of the OpenAPI document and of `/docs`.
    pub title: &'static str,
    /// The version in the OpenAPI document.
    pub version: &'static str,
    /// What the service is, as the first paragraph of the OpenAPI document, in Markdown.
    pub description: &'static str,
    /// SPDX expression of the license.
    pub license: &'static str,
    /// URL of the license.
    pub license_url: &'static str,
    /// The realm of `WWW-Authenticate` (RFC 6750): visible ASCII without quotes.
    pub realm: &'static str,
}
