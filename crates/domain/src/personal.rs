use std::fmt;

/// Personal data: its `Debug` masks the value, it has no `Display`, and [`Personal::expose`] is the
/// one way in, so that every place that reads such a value can be found by searching for that word.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Personal<T>(T);

impl<T> Personal<T> {
    /// Wraps a value.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// Opens the wrapper.
    pub const fn expose(&self) -> &T {
        &self.0
    }

    /// Takes the wrapper off.
    pub fn into_exposed(self) -> T {
        self.0
    }
}

impl<T> fmt::Debug for Personal<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_masks_the_value() {
        assert_eq!(format!("{:?}", Personal::new("Ada")), "***");
    }
}
