use std::fmt;

use thiserror::Error;

/// A rule that a value breaks. The text states the rule and never contains the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
pub enum Fault {
    /// Empty, or without a visible character.
    #[error("must not be blank")]
    Blank,
    /// Too many code points.
    #[error("must be 1 to {max} characters")]
    TooLong {
        /// Maximum number of code points of the field.
        max: usize,
    },
    /// A control, format, private-use or line-separating character, a noncharacter, a mark at the
    /// beginning, or more than four marks in a row.
    #[error(
        "must hold no control, invisible or private-use characters, must not begin with a combining mark and must have at most 4 of them in a row"
    )]
    InvalidCharacter,
    /// Not an email address of the accepted form.
    #[error("must be an email address in ASCII, such as ada@example.com")]
    InvalidEmail,
    /// Not a valid number of a numbering plan.
    #[error("must be a valid phone number with + and its country code")]
    InvalidPhone,
    /// Neither `individual` nor `business`.
    #[error("must be `individual` or `business`")]
    UnknownType,
    /// Not the form of a postal code.
    #[error(
        "must hold only the letters A to Z, digits, spaces and hyphens, at least one of them a letter or a digit"
    )]
    InvalidZipCode,
    /// Not assigned in ISO 3166-1 alpha-2.
    #[error("must be an assigned ISO 3166-1 alpha-2 country code in upper case, such as NG")]
    UnknownCountry,
    /// Not printable ASCII.
    #[error("must hold printable ASCII characters only")]
    InvalidExternalId,
    /// A name, a value or the total size exceeds the limits of metadata.
    #[error(
        "must be within the limits of metadata: 50 members and 16 KiB in total, names of 1 to 40 characters of A-Z, a-z, 0-9, _ . and -, values of at most 500 characters without U+0000"
    )]
    InvalidMetadata,
    /// Not printable ASCII.
    #[error("must hold printable ASCII characters only")]
    InvalidDecisionId,
}

impl Fault {
    /// Every fault whose text is the same in every field: all but [`Fault::TooLong`].
    pub const WITH_ONE_TEXT: [Self; 10] = [
        Self::Blank,
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
            Self::TooLong { .. } => "too_long",
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
