use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberFormat};

use crate::fault::{Fault, Parse, refuse_blank};
use crate::personal::Personal;

/// ITU-T E.164 section 6: at most 15 digits. Room for a trunk prefix that callers leave in, such as
/// `+44 (0)20 …`, is added.
const DIGITS_MAX: usize = 17;

/// ITU-T E.164 section 6.2.1: a country code has one to three digits, and none begins with another.
const COUNTRY_CODE_DIGITS_MAX: usize = 3;

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
    type Fault = Fault;

    fn parse(raw: &str) -> Result<Self, Fault> {
        refuse_blank(raw)?;
        let dialled = dialled(raw).ok_or(Fault::InvalidPhone)?;
        if as_it_stands(&dialled).is_some_and(|number| PHONE_NUMBER_UTIL.is_valid_number(&number)) {
            return Ok(Self::from_stored(dialled));
        }
        // A trunk prefix may have been left in. To look for one takes five times as long.
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

/// The number cut behind its country calling code. None where there is no such code, of which none
/// begins with a zero, and where the rest begins with one, of which only the library knows whether it
/// counts.
fn as_it_stands(dialled: &str) -> Option<rlibphonenumber::PhoneNumber> {
    let digits = dialled
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
    fn a_trunk_prefix_left_in_is_taken_out() {
        assert_eq!(e164("+44 (0)20 7946 0958"), Ok("+442079460958".into()));
    }

    #[test]
    fn the_example_number_of_every_region_and_type_is_taken_as_it_stands() {
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
    fn anything_else_is_refused() {
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
        fn what_is_valid_as_it_stands_is_what_the_library_reads(
            code in prop::sample::select(vec![1, 7, 33, 39, 44, 49, 52, 54, 55, 81, 91, 234, 352, 590, 800]),
            national in "[1-9][0-9]{5,11}",
        ) {
            let dialled = format!("+{code}{national}");
            let number = as_it_stands(&dialled).unwrap();
            if PHONE_NUMBER_UTIL.is_valid_number(&number) {
                prop_assert_eq!(PHONE_NUMBER_UTIL.parse(&dialled, None).unwrap(), number);
            }
        }

        #[test]
        fn what_was_accepted_is_accepted_unchanged_again(raw in "\\+[0-9 ().-]{0,20}|\\PC{0,20}") {
            if let Ok(once) = e164(&raw) {
                prop_assert_eq!(e164(&once), Ok(once.clone()));
            }
        }
    }
}
