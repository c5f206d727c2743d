use std::num::NonZeroU32;

/// The number of a customer's state: 1 at creation, one more with every change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(NonZeroU32);

impl Version {
    /// The version of a customer that was never changed.
    pub const FIRST: Self = Self(NonZeroU32::MIN);

    /// Takes a number from a store or a caller; none for zero.
    pub fn from_number(number: u32) -> Option<Self> {
        NonZeroU32::new(number).map(Self)
    }

    /// The number.
    pub const fn number(self) -> u32 {
        self.0.get()
    }

    /// The version that a change makes of this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}
