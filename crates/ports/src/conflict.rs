use customers_domain::CustomerId;

/// A value that must be unique in the tenant, and the customer that holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Conflict {
    /// The field.
    pub field: UniqueField,
    /// The customer that holds the value.
    pub holder: CustomerId,
}

/// A field whose value is unique in a tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UniqueField {
    /// The email address, compared by its key.
    Email,
    /// The external id.
    ExternalId,
}

impl UniqueField {
    /// Returns the public name of the field.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::ExternalId => "external_id",
        }
    }
}
