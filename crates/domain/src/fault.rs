use std::fmt;

use thiserror::Error;

/// Why a value is refused. The text names the rule, never the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
pub enum Fault {
    /// Empty, or nothing in it is visible.
    #[error("must not be blank")]
    Blank,
    /// More code points than the field holds.
    #[error("is longer than this field allows")]
    TooLong,
    /// A control, format, private-use or line-separating character, a noncharacter, a mark at the
    /// beginning, or more than four marks in a row.
    #[error("holds a character that is not allowed here")]
    InvalidCharacter,
    /// Not an email address that a customer can be reached at.
    #[error("is not a valid email address")]
    InvalidEmail,
    /// Not a number of an international numbering plan.
    #[error("is not a valid phone number with its country code")]
    InvalidPhone,
    /// Neither `individual` nor `business`.
    #[error("must be `individual` or `business`")]
    UnknownType,
    /// Not the shape of a postal code.
    #[error("may hold letters, digits, spaces and hyphens only")]
    InvalidZipCode,
    /// Not assigned in ISO 3166-1 alpha-2.
    #[error("is not an assigned ISO 3166-1 alpha-2 country code")]
    UnknownCountry,
    /// Not printable ASCII.
    #[error("may hold printable ASCII characters only")]
    InvalidExternalId,
    /// A member name, a value or the whole breaks the limits of metadata.
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

    /// The code by which callers know the fault; part of the public contract.
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

/// A rule that a value breaks. Its text states the rule and never the value.
pub trait FieldFault: fmt::Debug + fmt::Display {
    /// The public code; it never changes its meaning.
    fn code(&self) -> &'static str;
}

impl FieldFault for Fault {
    fn code(&self) -> &'static str {
        (*self).code()
    }
}

/// A value object that is made from one string.
pub trait Parse: Sized {
    /// What can be wrong with the string.
    type Fault: FieldFault;

    /// Applies the rule of this type.
    ///
    /// # Errors
    /// The first rule that the string breaks.
    fn parse(raw: &str) -> Result<Self, Self::Fault>;
}

/// White space alone, or nothing, is [`Fault::Blank`] in every field.
pub(crate) fn refuse_blank(raw: &str) -> Result<(), Fault> {
    if raw.trim().is_empty() {
        return Err(Fault::Blank);
    }
    Ok(())
}

/// Printable ASCII as RFC 20 has it: space to tilde.
pub(crate) fn is_printable_ascii(raw: &str) -> bool {
    raw.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}
