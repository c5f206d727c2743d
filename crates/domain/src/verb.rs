/// A decision on a customer, or a step in its verification.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    strum::EnumString,
    strum::VariantArray,
    strum::VariantNames,
)]
#[strum(serialize_all = "kebab-case")]
pub enum Verb {
    /// Hand the customer in for review.
    Submit,
    /// Verification passed.
    Approve,
    /// The customer must hand something in.
    RequestAction,
    /// Verification failed.
    Reject,
    /// Verify a rejected customer anew.
    Reopen,
    /// Stop the customer from transacting.
    Suspend,
    /// Lift a suspension.
    Reinstate,
    /// Verify a suspended customer anew.
    ReReview,
    /// End the relation for good.
    Close,
}

impl Verb {
    /// Every verb, in the table's order.
    pub const ALL: &'static [Self] = <Self as strum::VariantArray>::VARIANTS;

    /// The public name, as in a path.
    pub const fn as_str(self) -> &'static str {
        <Self as strum::VariantNames>::VARIANTS[self as usize]
    }

    /// The verb of that public name.
    pub fn from_name(name: &str) -> Option<Self> {
        name.parse().ok()
    }
}
