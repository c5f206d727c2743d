use crate::fault::{Fault, Parse, refuse_blank};

/// Type of a customer: a person or a company.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    strum::EnumString,
    strum::VariantArray,
    strum::VariantNames,
)]
#[strum(serialize_all = "snake_case")]
pub enum CustomerType {
    /// A natural person.
    Individual,
    /// A company or another legal person.
    Business,
}

impl CustomerType {
    /// Every type, in the order of the documentation.
    pub const ALL: &'static [Self] = <Self as strum::VariantArray>::VARIANTS;

    /// Returns the name in the HTTP API.
    pub const fn as_str(self) -> &'static str {
        <Self as strum::VariantNames>::VARIANTS[self as usize]
    }
}

impl Parse for CustomerType {
    type Fault = Fault;

    fn parse(raw: &str) -> Result<Self, Fault> {
        refuse_blank(raw)?;
        raw.parse().map_err(|_| Fault::UnknownType)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_exact_names_are_accepted() {
        assert_eq!(
            CustomerType::parse("individual"),
            Ok(CustomerType::Individual)
        );
        assert_eq!(CustomerType::parse("business"), Ok(CustomerType::Business));
        for bad in ["Individual", "company", "individual ", "0"] {
            assert_eq!(CustomerType::parse(bad), Err(Fault::UnknownType), "{bad:?}");
        }
        assert_eq!(CustomerType::parse(""), Err(Fault::Blank));
    }
}
