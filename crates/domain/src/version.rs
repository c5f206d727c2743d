use std::num::NonZeroU32;

/// Version of a customer: 1 at creation, increased by one with each change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(NonZeroU32);

impl Version {
    /// The version at creation.
    pub const FIRST: Self = Self(NonZeroU32::MIN);

    /// Creates a version from a number. Returns `None` for zero.
    pub fn from_number(number: u32) -> Option<Self> {
        NonZeroU32::new(number).map(Self)
    }

    /// Returns the number.
    pub const fn number(self) -> u32 {
        self.0.get()
    }

    /// Returns the version after a change.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}
