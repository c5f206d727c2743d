use crate::fault::{Fault, Parse, refuse_blank};

/// An assigned ISO 3166-1 alpha-2 code in upper case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CountryCode(&'static str);

impl CountryCode {
    /// Returns the two letters.
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

impl Parse for CountryCode {
    type Fault = Fault;

    fn parse(raw: &str) -> Result<Self, Fault> {
        refuse_blank(raw)?;
        rust_iso3166::from_alpha2(raw)
            .map(|country| Self(country.alpha2))
            .ok_or(Fault::UnknownCountry)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_assigned_upper_case_codes_are_accepted() {
        for good in ["NG", "GB", "US", "SS", "AX"] {
            assert_eq!(CountryCode::parse(good).map(CountryCode::as_str), Ok(good));
        }
        for bad in [
            "ng", "Ng", "UK", "EU", "XK", "ZZ", "NGA", "N", " NG", "566", "\u{0}",
        ] {
            assert_eq!(
                CountryCode::parse(bad),
                Err(Fault::UnknownCountry),
                "{bad:?}"
            );
        }
        assert_eq!(CountryCode::parse(" "), Err(Fault::Blank));
    }
}
