use http::StatusCode;

use super::extension::ExtensionSchema;

/// A kind of problem: everything that is the same whenever it happens.
///
/// A module declares each of its kinds once, as a static, and lists it in its
/// [`Module`](crate::module::Module). The page at `/problems/{code}` and the OpenAPI document are made from it.
#[derive(Debug)]
pub struct ProblemKind {
    code: &'static str,
    status: StatusCode,
    title: &'static str,
    detail: &'static str,
    help: &'static str,
    retry_after_seconds: Option<u32>,
    header: Option<(&'static str, &'static str)>,
    example: Option<FieldExample>,
    extension: Option<ExtensionSchema>,
}

/// The entry of `errors` that the OpenAPI document shows.
#[derive(Debug, Clone, Copy)]
pub struct FieldExample {
    /// JSON pointer to the place.
    pub pointer: &'static str,
    /// The code.
    pub code: &'static str,
    /// The message.
    pub message: &'static str,
}

impl ProblemKind {
    /// Declares a kind. The code is public and never changes its meaning.
    pub const fn new(code: &'static str, status: StatusCode, title: &'static str) -> Self {
        Self {
            code,
            status,
            title,
            detail: title,
            help: "",
            retry_after_seconds: None,
            header: None,
            example: None,
            extension: None,
        }
    }

    /// Sets what happened, in a sentence.
    #[must_use]
    pub const fn detail(mut self, detail: &'static str) -> Self {
        self.detail = detail;
        self
    }

    /// Sets what the client can do about it.
    #[must_use]
    pub const fn help(mut self, help: &'static str) -> Self {
        self.help = help;
        self
    }

    /// Sets the seconds after which the same request may succeed, for the header `Retry-After`.
    #[must_use]
    pub const fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after_seconds = Some(seconds);
        self
    }

    /// Documents a header that responses of this kind carry.
    #[must_use]
    pub const fn header(mut self, name: &'static str, description: &'static str) -> Self {
        self.header = Some((name, description));
        self
    }

    /// Sets the entry of `errors` that the document shows.
    #[must_use]
    pub const fn example(mut self, example: FieldExample) -> Self {
        self.example = Some(example);
        self
    }

    /// Declares a member that this kind adds to the body.
    #[must_use]
    pub const fn extension(mut self, extension: ExtensionSchema) -> Self {
        self.extension = Some(extension);
        self
    }

    /// The public code.
    pub const fn code(&self) -> &'static str {
        self.code
    }

    /// The HTTP status.
    pub const fn status(&self) -> StatusCode {
        self.status
    }

    pub(crate) const fn title(&self) -> &'static str {
        self.title
    }

    pub(crate) const fn detail_text(&self) -> &'static str {
        self.detail
    }

    pub(crate) const fn help_text(&self) -> &'static str {
        self.help
    }

    pub(crate) const fn retry_after_seconds(&self) -> Option<u32> {
        self.retry_after_seconds
    }

    pub(crate) const fn documented_header(&self) -> Option<(&'static str, &'static str)> {
        self.header
    }

    pub(crate) const fn field_example(&self) -> Option<FieldExample> {
        self.example
    }

    pub(crate) const fn extension_schema(&self) -> Option<ExtensionSchema> {
        self.extension
    }
}
