use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberFormat};

use crate::fault::{Fault, Parse, refuse_blank};
use crate::personal::Personal;

/// ITU-T E.164 section 6: at most 15 digits. Room for a trunk prefix that callers leave in, such as
/// `+44 (0)20 …`, is added.
const DIGITS_MAX: usize = 17;

/// A phone number that is valid in its numbering plan, in E.164 form: `+2348012345678`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhoneNumber(Personal<String>);

impl PhoneNumber {
    /// Takes a value that [`Parse::parse`] produced earlier.
    pub const fn from_stored(e164: String) -> Self {
        Self(Personal::new(e164))
    }

    /// The number in E.164 form.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

impl Parse for PhoneNumber {
    fn parse(raw: &str) -> Result<Self, Fault> {
        refuse_blank(raw)?;
        let dialled = dialled(raw).ok_or(Fault::InvalidPhone)?;
        let number = PHONE_NUMBER_UTIL
            .parse(&dialled, None)
            .map_err(|_| Fault::InvalidPhone)?;
        if !PHONE_NUMBER_UTIL.is_valid_number(&number) {
            return Err(Fault::InvalidPhone);
        }
        let e164 = PHONE_NUMBER_UTIL.format(&number, PhoneNumberFormat::E164);
        Ok(Self::from_stored(e164.into_owned()))
    }
}

/// Reads the metadata of the numbering plans, so that the first caller does not wait for it.
pub fn load_numbering_plans() {
    // The outcome is of no interest: parsing any number loads what parsing needs.
    let _ = PhoneNumber::parse("+12025550123");
}

/// The plus sign and the digits, where nothing but separators stands between the digits.
fn dialled(raw: &str) -> Option<String> {
    let number = raw.strip_prefix('+')?;
    let ends_are_digits = [number.bytes().next()?, number.bytes().next_back()?]
        .iter()
        .all(u8::is_ascii_digit);
    let mut dialled = String::from('+');
    for byte in number.bytes() {
        match byte {
            b'0'..=b'9' => dialled.push(char::from(byte)),
            b' ' | b'-' | b'.' | b'(' | b')' => {}
            _ => return None,
        }
    }
    (ends_are_digits && dialled.len() <= DIGITS_MAX + 1).then_some(dialled)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn e164(raw: &str) -> Result<String, Fault> {
        PhoneNumber::parse(raw).map(|number| number.expose().to_owned())
    }

    #[test]
    fn separators_are_dropped_and_the_form_is_e164() {
        for raw in [
            "+2348012345678",
            "+234 801 234 5678",
            "+234-801-234-5678",
            "+234.801.234.5678",
            "+234 (801) 234 5678",
        ] {
            assert_eq!(e164(raw), Ok("+2348012345678".into()), "{raw}");
        }
    }

    #[test]
    fn a_trunk_prefix_left_in_is_taken_out() {
        assert_eq!(e164("+44 (0)20 7946 0958"), Ok("+442079460958".into()));
    }

    #[test]
    fn anything_else_is_refused() {
        for bad in [
            "08012345678",
            "2348012345678",
            "00442079460958",
            "+",
            "+1",
            "+1234",
            "+999999999999",
            "+234801234567890123",
            " +2348012345678",
            "+2348012345678 ",
            "+ 2348012345678",
            "+2348012345678 ext 5",
            "+2348012345678x5",
            "+23480CALLNOW",
            "+\u{0662}\u{0663}\u{0664}8012345678",
            "+234\u{200b}8012345678",
            "+234/8012345678",
            "tel:+2348012345678",
            "++2348012345678",
            "+2348012345678\u{0}",
            "+1 555 0100",
        ] {
            assert_eq!(e164(bad), Err(Fault::InvalidPhone), "{bad:?}");
        }
        assert_eq!(e164(""), Err(Fault::Blank));
    }

    proptest! {
        #[test]
        fn what_was_accepted_is_accepted_unchanged_again(raw in "\\+[0-9 ().-]{0,20}|\\PC{0,20}") {
            if let Ok(once) = e164(&raw) {
                prop_assert_eq!(e164(&once), Ok(once.clone()));
            }
        }
    }
}
