use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberFormat};

use crate::fault::{Fault, Parse, refuse_blank};
use crate::personal::Personal;

/// Maximum number of digits: 15 by ITU-T E.164 section 6, plus two for a trunk prefix as in
/// `+44 (0)20 …`.
const DIGITS_MAX: usize = 17;

/// Maximum length of a country code by ITU-T E.164 section 6.2.1. No country code is a prefix of another.
const COUNTRY_CODE_DIGITS_MAX: usize = 3;

/// A phone number that is valid in its numbering plan, in E.164 form: `+2348012345678`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhoneNumber(Personal<String>);

impl PhoneNumber {
    /// Rebuilds a stored value that [`Parse::parse`] accepted earlier.
    pub const fn from_stored(e164: String) -> Self {
        Self(Personal::new(e164))
    }

    /// Returns the number in E.164 form.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

impl Parse for PhoneNumber {
    type Fault = Fault;

    fn parse(raw: &str) -> Result<Self, Fault> {
        refuse_blank(raw)?;
        let digits = strip_separators(raw).ok_or(Fault::InvalidPhone)?;
        if split_country_code(&digits)
            .is_some_and(|number| PHONE_NUMBER_UTIL.is_valid_number(&number))
        {
            return Ok(Self::from_stored(digits));
        }
        // The number may contain a trunk prefix. The full parser removes it, but takes five times as long.
        let number = PHONE_NUMBER_UTIL
            .parse(&digits, None)
            .map_err(|_| Fault::InvalidPhone)?;
        if !PHONE_NUMBER_UTIL.is_valid_number(&number) {
            return Err(Fault::InvalidPhone);
        }
        let e164 = PHONE_NUMBER_UTIL.format(&number, PhoneNumberFormat::E164);
        Ok(Self::from_stored(e164.into_owned()))
    }
}

/// Loads the numbering plans, so that the first request does not wait for them. Takes about 15 ms.
pub fn load_numbering_plans() {
    // Parsing any number loads the plans; the result does not matter.
    let _ = PhoneNumber::parse("+12025550123");
}

/// Returns the plus sign and the digits, or `None` if `raw` is not a plus sign and digits with single-byte
/// separators between them.
fn strip_separators(raw: &str) -> Option<String> {
    let number = raw.strip_prefix('+')?;
    let ends_are_digits = [number.bytes().next()?, number.bytes().next_back()?]
        .iter()
        .all(u8::is_ascii_digit);
    let mut stripped = String::from('+');
    for byte in number.bytes() {
        match byte {
            b'0'..=b'9' => stripped.push(char::from(byte)),
            b' ' | b'-' | b'.' | b'(' | b')' => {}
            _ => return None,
        }
    }
    (ends_are_digits && stripped.len() <= DIGITS_MAX + 1).then_some(stripped)
}

/// Splits a number after its country code, without the full parser.
///
/// Returns `None` if there is no such country code. Also returns `None` if the national number begins
/// with a zero, because only the full parser knows whether that zero is a trunk prefix.
fn split_country_code(number: &str) -> Option<rlibphonenumber::PhoneNumber> {
    let digits = number
        .strip_prefix('+')
        .filter(|digits| !digits.starts_with('0'))?;
    let (country_code, national) = (1..=COUNTRY_CODE_DIGITS_MAX).find_map(|length| {
        let (code, national) = digits.split_at_checked(length)?;
        let code = code.parse().ok()?;
        PHONE_NUMBER_UTIL.get_region_for_country_code(code)?;
        Some((code, national))
    })?;
    if national.starts_with('0') {
        return None;
    }
    Some(rlibphonenumber::PhoneNumber {
        country_code,
        national_number: national.parse().ok()?,
        ..Default::default()
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rlibphonenumber::PhoneNumberType;

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
    fn a_trunk_prefix_is_removed() {
        assert_eq!(e164("+44 (0)20 7946 0958"), Ok("+442079460958".into()));
    }

    #[test]
    fn the_example_number_of_every_region_and_type_is_accepted_unchanged() {
        let mut seen = 0;
        for region in PHONE_NUMBER_UTIL.get_supported_regions() {
            for kind in [
                PhoneNumberType::FixedLine,
                PhoneNumberType::Mobile,
                PhoneNumberType::TollFree,
                PhoneNumberType::PremiumRate,
                PhoneNumberType::VoIP,
                PhoneNumberType::UAN,
            ] {
                let example =
                    PHONE_NUMBER_UTIL.get_example_number_for_type_and_region(region, kind);
                let Ok(example) = example else { continue };
                let example = PHONE_NUMBER_UTIL.format(&example, PhoneNumberFormat::E164);
                assert_eq!(e164(&example), Ok(example.clone().into_owned()));
                seen += 1;
            }
        }
        assert!(seen > 500, "{seen}");
    }

    #[test]
    fn invalid_numbers_are_refused() {
        for bad in [
            "08012345678",
            "2348012345678",
            "00442079460958",
            "+",
            "+1",
            "+1234",
            "+999999999999",
            "+012025550123",
            "+0012025550123",
            "+0442079460958",
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
        fn splitting_a_valid_number_gives_the_same_result_as_the_library(
            code in prop::sample::select(vec![1, 7, 33, 39, 44, 49, 52, 54, 55, 81, 91, 234, 352, 590, 800]),
            national in "[1-9][0-9]{5,11}",
        ) {
            let text = format!("+{code}{national}");
            let number = split_country_code(&text).unwrap();
            if PHONE_NUMBER_UTIL.is_valid_number(&number) {
                prop_assert_eq!(PHONE_NUMBER_UTIL.parse(&text, None).unwrap(), number);
            }
        }

        #[test]
        fn parsing_an_accepted_number_again_changes_nothing(raw in "\\+[0-9 ().-]{0,20}|\\PC{0,20}") {
            if let Ok(once) = e164(&raw) {
                prop_assert_eq!(e164(&once), Ok(once.clone()));
            }
        }
    }
}
