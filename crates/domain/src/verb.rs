/// A decision on a customer, or a step of its verification.
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
    /// Submits the customer for review.
    Submit,
    /// Verification passed.
    Approve,
    /// The customer must provide information.
    RequestAction,
    /// Verification failed.
    Reject,
    /// Starts the verification of a rejected customer again.
    Reopen,
    /// Stops the customer from transacting.
    Suspend,
    /// Ends a suspension.
    Reinstate,
    /// Starts the verification of a suspended customer again.
    ReReview,
    /// Ends the relation permanently.
    Close,
}

impl Verb {
    /// Every verb, in the order of the table.
    pub const ALL: &'static [Self] = <Self as strum::VariantArray>::VARIANTS;

    /// Returns the public name, as in a path.
    pub const fn as_str(self) -> &'static str {
        <Self as strum::VariantNames>::VARIANTS[self as usize]
    }

    /// Returns the verb with this public name.
    pub fn from_name(name: &str) -> Option<Self> {
        name.parse().ok()
    }
}
