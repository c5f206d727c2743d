use std::collections::BTreeMap;

use crate::personal::Personal;

/// Client-supplied metadata of a customer: up to 50 named strings, 16 KiB of UTF-8 in total.
///
/// A name has 1 to 40 characters of `[A-Za-z0-9_.-]`. A value has up to 500 code points without U+0000
/// and may be empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Metadata(Personal<BTreeMap<String, String>>);

/// Metadata exceeds its limits. Each fault is reported as [`crate::Fault::InvalidMetadata`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InvalidMetadata {
    /// The names of the invalid members, in order. They come from the client: a JSON pointer may
    /// contain them, a log line may not.
    Members(Personal<Vec<String>>),
    /// Too many members, or too many bytes in total.
    Whole,
}

impl Metadata {
    /// Maximum number of members.
    pub const MEMBERS_MAX: usize = 50;
    /// Maximum number of characters of a name.
    pub const NAME_MAX: usize = 40;
    /// Maximum number of code points of a value.
    pub const VALUE_MAX: usize = 500;
    /// Maximum number of bytes of all names and values.
    pub const BYTES_MAX: usize = 16 * 1024;

    /// Validates each member, then the number of members and their total size.
    ///
    /// # Errors
    /// Returns all invalid members, or [`InvalidMetadata::Whole`] if a total limit is exceeded.
    pub fn parse(members: BTreeMap<String, String>) -> Result<Self, InvalidMetadata> {
        let faulty: Vec<String> = members
            .iter()
            .filter(|(name, value)| !is_name(name) || !is_value(value))
            .map(|(name, _)| name.clone())
            .collect();
        if !faulty.is_empty() {
            return Err(InvalidMetadata::Members(Personal::new(faulty)));
        }
        let bytes: usize = members
            .iter()
            .map(|(name, value)| name.len() + value.len())
            .sum();
        if members.len() > Self::MEMBERS_MAX || bytes > Self::BYTES_MAX {
            return Err(InvalidMetadata::Whole);
        }
        Ok(Self::from_stored(members))
    }

    /// Rebuilds stored metadata that [`Metadata::parse`] accepted earlier.
    pub const fn from_stored(members: BTreeMap<String, String>) -> Self {
        Self(Personal::new(members))
    }

    /// Returns the members, ordered by name.
    pub const fn expose(&self) -> &BTreeMap<String, String> {
        self.0.expose()
    }
}

/// An edit of metadata: members to set and members to remove.
///
/// Each member is valid. The total limits are checked when the edit is applied.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MetadataPatch(Personal<BTreeMap<String, Option<String>>>);

impl MetadataPatch {
    /// Validates each member. A value of `None` removes the member.
    ///
    /// # Errors
    /// Returns all invalid members.
    pub fn parse(members: BTreeMap<String, Option<String>>) -> Result<Self, InvalidMetadata> {
        let faulty: Vec<String> = members
            .iter()
            .filter(|(name, value)| !is_name(name) || !value.as_deref().is_none_or(is_value))
            .map(|(name, _)| name.clone())
            .collect();
        if faulty.is_empty() {
            Ok(Self(Personal::new(members)))
        } else {
            Err(InvalidMetadata::Members(Personal::new(faulty)))
        }
    }

    /// Returns the edited metadata.
    pub(crate) fn apply(self, metadata: &Metadata) -> Result<Metadata, InvalidMetadata> {
        let mut members = metadata.expose().clone();
        for (name, value) in self.0.into_exposed() {
            match value {
                Some(value) => members.insert(name, value),
                None => members.remove(&name),
            };
        }
        Metadata::parse(members)
    }
}

fn is_name(name: &str) -> bool {
    (1..=Metadata::NAME_MAX).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-'))
}

fn is_value(value: &str) -> bool {
    value.chars().nth(Metadata::VALUE_MAX).is_none() && !value.contains('\0')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(members: &[(&str, &str)]) -> Result<Metadata, InvalidMetadata> {
        Metadata::parse(
            members
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
        )
    }

    fn faulty(names: &[&str]) -> Result<Metadata, InvalidMetadata> {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        Err(InvalidMetadata::Members(Personal::new(names)))
    }

    #[test]
    fn an_empty_object_and_an_empty_value_are_accepted() {
        assert_eq!(parse(&[]), Ok(Metadata::default()));
        assert!(parse(&[("a.b-c_D9", "")]).is_ok());
    }

    #[test]
    fn every_invalid_member_is_reported() {
        let long = "n".repeat(41);
        assert_eq!(
            parse(&[
                ("", "x"),
                ("a b", "x"),
                ("fine", "x"),
                ("nul", "\0"),
                (&long, "x")
            ]),
            faulty(&["", "a b", &long, "nul"])
        );
        assert!(parse(&[("v", &"\u{e9}".repeat(500))]).is_ok());
        assert_eq!(parse(&[("v", &"\u{e9}".repeat(501))]), faulty(&["v"]));
    }

    #[test]
    fn the_number_of_members_and_their_total_size_are_limited() {
        let names: Vec<String> = (0..51).map(|n| format!("n{n:02}")).collect();
        let members: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "v")).collect();
        assert!(parse(&members[..50]).is_ok());
        assert_eq!(parse(&members), Err(InvalidMetadata::Whole));
        // 33 members of 3 + 493 bytes are 16,368; 16 more are 16,384.
        let value = "v".repeat(493);
        let mut full: Vec<(&str, &str)> = names[..33]
            .iter()
            .map(|name| (name.as_str(), value.as_str()))
            .collect();
        full.push((names[33].as_str(), "0123456789abc"));
        assert!(parse(&full).is_ok());
        full[33].1 = "0123456789abcd";
        assert_eq!(parse(&full), Err(InvalidMetadata::Whole));
    }
}
