use std::borrow::Cow;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};
use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory as _};

use crate::fault::{Fault, Parse};
use crate::personal::Personal;

/// Maximum number of consecutive marks. Scripts use fewer; more are decoration.
const MAX_CONSECUTIVE_MARKS: usize = 4;

/// Invisible characters that are neither white space nor in a forbidden category: the fillers of Hangul and the empty
/// Braille pattern.
const INVISIBLE: [char; 5] = ['\u{3164}', '\u{115f}', '\u{1160}', '\u{ffa0}', '\u{2800}'];

/// Trims, normalises to NFC and checks a text of 1 to `max` code points.
fn parse_text(raw: &str, max: usize) -> Result<String, Fault> {
    let trimmed = raw.trim();
    if trimmed.is_empty() {
        return Err(Fault::Blank);
    }
    if trimmed.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return if trimmed.len() > max {
            Err(Fault::TooLong { max })
        } else {
            Ok(trimmed.to_owned())
        };
    }
    let text = normalise(trimmed);
    if !text.chars().any(is_visible) {
        return Err(Fault::Blank);
    }
    if text.chars().nth(max).is_some() {
        return Err(Fault::TooLong { max });
    }
    if text.starts_with(is_mark) || !holds_allowed_characters(&text) {
        return Err(Fault::InvalidCharacter);
    }
    Ok(text.into_owned())
}

fn normalise(text: &str) -> Cow<'_, str> {
    match is_nfc_quick(text.chars()) {
        IsNormalized::Yes => Cow::Borrowed(text),
        IsNormalized::No | IsNormalized::Maybe => Cow::Owned(text.nfc().collect()),
    }
}

/// Returns whether the character is visible.
fn is_visible(character: char) -> bool {
    let shows_nothing = matches!(
        character.general_category(),
        GeneralCategory::Control
            | GeneralCategory::Format
            | GeneralCategory::LineSeparator
            | GeneralCategory::ParagraphSeparator
    );
    !shows_nothing && !character.is_whitespace() && !INVISIBLE.contains(&character)
}

fn holds_allowed_characters(text: &str) -> bool {
    let mut marks = 0;
    let mut previous = None;
    let mut rest = text.chars();
    while let Some(character) = rest.next() {
        let allowed = match character.general_category() {
            GeneralCategory::Format => {
                is_joiner(character)
                    && previous.is_some_and(is_letter_or_mark)
                    && rest.clone().next().is_some_and(is_letter_or_mark)
            }
            GeneralCategory::Control
            | GeneralCategory::PrivateUse
            | GeneralCategory::LineSeparator
            | GeneralCategory::ParagraphSeparator => false,
            _ => !is_noncharacter(character),
        };
        marks = if is_mark(character) { marks + 1 } else { 0 };
        if !allowed || marks > MAX_CONSECUTIVE_MARKS {
            return false;
        }
        previous = Some(character);
    }
    true
}

/// Returns whether the character is a zero-width joiner or non-joiner. They shape letters in Persian, Hindi and other
/// languages.
const fn is_joiner(character: char) -> bool {
    matches!(character, '\u{200c}' | '\u{200d}')
}

/// Returns whether the character is U+FDD0 to U+FDEF or one of the last two code points of a plane. These never become
/// characters.
const fn is_noncharacter(character: char) -> bool {
    matches!(character, '\u{fdd0}'..='\u{fdef}') || character as u32 & 0xfffe == 0xfffe
}

fn is_mark(character: char) -> bool {
    character.general_category_group() == GeneralCategoryGroup::Mark
}

fn is_letter_or_mark(character: char) -> bool {
    matches!(
        character.general_category_group(),
        GeneralCategoryGroup::Letter | GeneralCategoryGroup::Mark
    )
}

macro_rules! text_value {
    ($(#[$doc:meta])* $name:ident, $max:literal) => {
        $(#[$doc])*
        #[doc = concat!("\n\nTrimmed, in NFC, 1 to ", $max, " code points.")]
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct $name(Personal<String>);

        impl $name {
            /// Maximum number of code points.
            pub const MAX: usize = $max;

            /// Rebuilds a stored value that [`Parse::parse`] accepted earlier.
            pub const fn from_stored(value: String) -> Self {
                Self(Personal::new(value))
            }

            /// Returns the text.
            pub fn expose(&self) -> &str {
                self.0.expose()
            }
        }

        impl Parse for $name {
            type Fault = Fault;

            fn parse(raw: &str) -> Result<Self, Fault> {
                parse_text(raw, Self::MAX).map(Self::from_stored)
            }
        }
    };
}

text_value!(
    /// A first or last name.
    PersonName, 100
);
text_value!(
    /// A street line of an address.
    AddressLine, 200
);
text_value!(
    /// A city, or a state or region.
    Locality, 100
);
text_value!(
    /// The reason of a change of status. It is personal data.
    Reason, 500
);
text_value!(
    /// Name of a tenant on the command line.
    TenantName, 100
);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn name(raw: &str) -> Result<String, Fault> {
        PersonName::parse(raw).map(|name| name.expose().to_owned())
    }

    fn assert_invalid(raw: &str) {
        let shown = raw.escape_unicode();
        assert_eq!(name(raw), Err(Fault::InvalidCharacter), "{shown}");
    }

    #[test]
    fn a_text_is_trimmed_of_unicode_white_space() {
        assert_eq!(name("\u{3000} Ada\u{a0}\n"), Ok("Ada".into()));
    }

    #[test]
    fn a_text_is_stored_and_counted_in_nfc() {
        assert_eq!(name("Zoe\u{308}"), Ok("Zo\u{eb}".into()));
        assert!(name(&"e\u{301}".repeat(100)).is_ok());
        assert_eq!(
            name(&"\u{e9}".repeat(101)),
            Err(Fault::TooLong {
                max: PersonName::MAX
            })
        );
        assert_eq!(
            name(&"a".repeat(101)),
            Err(Fault::TooLong {
                max: PersonName::MAX
            })
        );
        assert!(name(&"a".repeat(100)).is_ok());
    }

    #[test]
    fn blank_has_precedence_over_too_long_and_too_long_over_a_forbidden_character() {
        assert_eq!(name(&" ".repeat(500)), Err(Fault::Blank));
        assert_eq!(name(&"\u{3164}".repeat(500)), Err(Fault::Blank));
        assert_eq!(
            name(&"a\u{0}".repeat(51)),
            Err(Fault::TooLong {
                max: PersonName::MAX
            })
        );
        assert_eq!(name("a\u{0}"), Err(Fault::InvalidCharacter));
    }

    #[test]
    fn controls_bidi_zero_width_private_use_and_separators_are_refused() {
        for bad in [
            "A\u{0}B",
            "A\u{7f}B",
            "A\tB",
            "A\nB",
            "A\u{202e}B",
            "A\u{200b}B",
            "A\u{feff}B",
            "A\u{e000}B",
            "A\u{2028}B",
            "A\u{2029}B",
            "A\u{ad}B",
        ] {
            assert_invalid(bad);
        }
    }

    #[test]
    fn a_text_without_visible_characters_is_blank() {
        for blank in [
            "\u{3164}",
            "\u{115f}\u{1160}",
            "\u{ffa0} \u{2800}",
            "\u{200b}",
            "\u{feff}\u{200d}",
            "\u{0}",
            "\u{3164}\u{202e}\u{2028}\u{3164}",
        ] {
            assert_eq!(name(blank), Err(Fault::Blank), "{}", blank.escape_unicode());
        }
        for seen in ["\u{3164}A", "\u{2800}\u{2801}", "\u{1100}\u{1160}", "."] {
            assert!(name(seen).is_ok(), "{}", seen.escape_unicode());
        }
    }

    #[test]
    fn noncharacters_are_refused_in_every_plane() {
        for bad in ['\u{fdd0}', '\u{fdef}', '\u{fffe}', '\u{ffff}'] {
            assert_invalid(&format!("A{bad}B"));
        }
        for plane in 1..=16_u32 {
            for last in [0xfffe, 0xffff] {
                let bad = char::from_u32(plane << 16 | last).unwrap();
                assert_invalid(&format!("A{bad}"));
            }
        }
        for good in ["A\u{fdcf}", "A\u{fdf0}", "A\u{fffd}", "A\u{1fffd}"] {
            assert!(name(good).is_ok(), "{}", good.escape_unicode());
        }
    }

    #[test]
    fn a_text_that_begins_with_a_mark_is_refused() {
        for bad in ["\u{301}a", " \u{20dd}A", "\u{301}", "\u{fe0f}A", "\u{903}A"] {
            assert_invalid(bad);
        }
        assert!(name("a\u{323}\u{302}").is_ok());
    }

    #[test]
    fn joiners_are_accepted_only_between_letters_or_marks() {
        assert!(name("\u{645}\u{6cc}\u{200c}\u{62e}\u{648}").is_ok());
        assert!(name("\u{915}\u{94d}\u{200d}\u{937}").is_ok());
        for bad in [
            "A\u{200d}",
            "A\u{200d} B",
            "1\u{200c}2",
            "A\u{200d}\u{200d}B",
        ] {
            assert_invalid(bad);
        }
    }

    #[test]
    fn four_consecutive_marks_are_accepted_and_five_are_refused() {
        assert!(name(&format!("x{}", "\u{20dd}".repeat(4))).is_ok());
        assert_invalid(&format!("x{}", "\u{20dd}".repeat(5)));
    }

    proptest! {
        #[test]
        fn an_accepted_text_is_accepted_again_without_change(raw in "\\PC{0,120}") {
            if let Ok(once) = name(&raw) {
                prop_assert_eq!(name(&once), Ok(once.clone()));
                prop_assert!((1..=PersonName::MAX).contains(&once.chars().count()));
                prop_assert!(once.chars().any(is_visible) && !once.starts_with(is_mark));
            }
        }
    }
}
