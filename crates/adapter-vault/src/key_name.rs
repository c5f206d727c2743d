use std::fmt;

use crate::error::SettingsError;

/// Name of a key in the transit engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyName(String);

impl KeyName {
    /// Maximum length in characters.
    const MAX: usize = 128;

    /// Parses a name.
    ///
    /// # Errors
    /// Returns an error unless the name has 1 to 128 ASCII letters, digits, dots, hyphens and underscores, and at least
    /// one of them is not a dot.
    pub fn parse(name: &str) -> Result<Self, SettingsError> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        let is_valid = (1..=Self::MAX).contains(&name.len())
            && name.bytes().all(allowed)
            && name.bytes().any(|byte| byte != b'.');
        if is_valid {
            Ok(Self(name.to_owned()))
        } else {
            Err(SettingsError::KeyName)
        }
    }

    /// Returns the id of a version of this key, such as `vault:customers:v3`.
    pub(crate) fn id(&self, version: u32) -> String {
        format!("vault:{self}:v{version}")
    }

    /// Returns the key that an id names, or `None` if the id is not one of a transit key.
    pub(crate) fn of_id(id: &str) -> Option<Self> {
        let (name, version) = id.strip_prefix("vault:")?.split_once(":v")?;
        version.parse::<u32>().ok()?;
        Self::parse(name).ok()
    }
}

impl fmt::Display for KeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_leave_its_place_in_a_path() {
        for good in ["customers", "Customers-2.prod_eu", "a"] {
            assert!(KeyName::parse(good).is_ok(), "{good}");
        }
        let long = "a".repeat(129);
        for bad in ["", ".", "..", "a/b", "a b", "a?b", "a%2fb", "é", &long] {
            assert!(KeyName::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_id_names_its_key() {
        let name = KeyName::parse("customers").unwrap();
        assert_eq!(name.id(3), "vault:customers:v3");
        assert_eq!(KeyName::of_id("vault:customers:v3"), Some(name));
        for other in [
            "0123456789abcdef",
            "vault:customers",
            "vault:customers:v",
            "vault:a/b:v1",
        ] {
            assert_eq!(KeyName::of_id(other), None, "{other}");
        }
    }
}
