use std::fmt;

use thiserror::Error;

/// A rule that a value breaks. The text states the rule and never contains the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
pub enum Fault {
    /// Empty, or without a visible character.
    #[error("must not be blank")]
    Blank,
    /// Too many code points.
    #[error("is longer than this field allows")]
    TooLong,
    /// A control, format, private-use or line-separating character, a noncharacter, a mark at the
    /// beginning, or more than four marks in a row.
    #[error("holds a character that is not allowed here")]
    InvalidCharacter,
    /// Not an email address of the accepted form.
    #[error("is not a valid email address")]
    InvalidEmail,
    /// Not a valid number of a numbering plan.
    #[error("is not a valid phone number with its country code")]
    InvalidPhone,
    /// Neither `individual` nor `business`.
    #[error("must be `individual` or `business`")]
    UnknownType,
    /// Not the form of a postal code.
    #[error("may hold letters, digits, spaces and hyphens only")]
    InvalidZipCode,
    /// Not assigned in ISO 3166-1 alpha-2.
    #[error("is not an assigned ISO 3166-1 alpha-2 country code")]
    UnknownCountry,
    /// Not printable ASCII.
    #[error("may hold printable ASCII characters only")]
    InvalidExternalId,
    /// A name, a value or the total size exceeds the limits of metadata.
    #[error("breaks the limits of metadata")]
    InvalidMetadata,
    /// Not printable ASCII.
    #[error("may hold printable ASCII characters only")]
    InvalidDecisionId,
}

impl Fault {
    /// Every fault.
    pub const ALL: [Self; 11] = [
        Self::Blank,
        Self::TooLong,
        Self::InvalidCharacter,
        Self::InvalidEmail,
        Self::InvalidPhone,
        Self::UnknownType,
        Self::InvalidZipCode,
        Self::UnknownCountry,
        Self::InvalidExternalId,
        Self::InvalidMetadata,
        Self::InvalidDecisionId,
    ];

    /// Returns the public code of the fault.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Blank => "blank",
            Self::TooLong => "too_long",
            Self::InvalidCharacter => "invalid_character",
            Self::InvalidEmail => "invalid_email",
            Self::InvalidPhone => "invalid_phone",
            Self::UnknownType => "unknown_type",
            Self::InvalidZipCode => "invalid_zip_code",
            Self::UnknownCountry => "unknown_country",
            Self::InvalidExternalId => "invalid_external_id",
            Self::InvalidMetadata => "invalid_metadata",
            Self::InvalidDecisionId => "invalid_decision_id",
        }
    }
}

/// A rule that a value breaks. Its text states the rule and never contains the value.
pub trait FieldFault: fmt::Debug + fmt::Display {
    /// Returns the public code, whose meaning never changes.
    fn code(&self) -> &'static str;
}

impl FieldFault for Fault {
    fn code(&self) -> &'static str {
        (*self).code()
    }
}

/// A value object that is parsed from a string.
pub trait Parse: Sized {
    /// Faults of the string.
    type Fault: FieldFault;

    /// Parses the string.
    ///
    /// # Errors
    /// Returns the first rule that the string breaks.
    fn parse(raw: &str) -> Result<Self, Self::Fault>;
}

/// Refuses an empty string and one of only white space, with [`Fault::Blank`].
pub(crate) fn refuse_blank(raw: &str) -> Result<(), Fault> {
    if raw.trim().is_empty() {
        return Err(Fault::Blank);
    }
    Ok(())
}

/// Returns whether every character is printable ASCII (RFC 20): space to tilde.
pub(crate) fn is_printable_ascii(raw: &str) -> bool {
    raw.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}
