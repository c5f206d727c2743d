use customers_domain::CustomerId;

/// A value that must be unique in the tenant, and the customer that holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Conflict {
    /// The field whose value is held.
    pub field: UniqueField,
    /// The customer that holds it.
    pub holder: CustomerId,
}

/// A field whose value no two customers of a tenant share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UniqueField {
    /// The email address, compared by its key.
    Email,
    /// The caller's own reference.
    ExternalId,
}

impl UniqueField {
    /// The public name of the field.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::ExternalId => "external_id",
        }
    }
}
