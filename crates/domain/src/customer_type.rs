use crate::fault::{Fault, Parse, refuse_blank};

/// Type of a customer: a person or a company.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CustomerType {
    /// A natural person.
    Individual,
    /// A company or another legal person.
    Business,
}

impl CustomerType {
    /// Every type, in the order of the documentation.
    pub const ALL: [Self; 2] = [Self::Individual, Self::Business];

    /// Returns the name in the HTTP API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Individual => "individual",
            Self::Business => "business",
        }
    }
}

impl Parse for CustomerType {
    type Fault = Fault;

    fn parse(raw: &str) -> Result<Self, Fault> {
        refuse_blank(raw)?;
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str() == raw)
            .ok_or(Fault::UnknownType)
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
