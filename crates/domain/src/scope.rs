use std::str::FromStr;

use thiserror::Error;

/// What an API key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Read customers, their history and the status rules.
    CustomersRead,
    /// Create, change and submit customers.
    CustomersWrite,
    /// Decide on customers: approve, reject, suspend, close and the like.
    CustomersReview,
}

/// The text names no scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a scope is one of customers:read, customers:write and customers:review")]
pub struct UnknownScope;

impl Scope {
    /// Every scope, in the order in which it is documented.
    pub const ALL: [Self; 3] = [
        Self::CustomersRead,
        Self::CustomersWrite,
        Self::CustomersReview,
    ];

    /// The public name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CustomersRead => "customers:read",
            Self::CustomersWrite => "customers:write",
            Self::CustomersReview => "customers:review",
        }
    }

    const fn bit(self) -> u8 {
        match self {
            Self::CustomersRead => 1,
            Self::CustomersWrite => 2,
            Self::CustomersReview => 4,
        }
    }
}

impl FromStr for Scope {
    type Err = UnknownScope;

    fn from_str(text: &str) -> Result<Self, UnknownScope> {
        Self::ALL
            .into_iter()
            .find(|scope| scope.as_str() == text)
            .ok_or(UnknownScope)
    }
}

/// A set of scopes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Scopes(u8);

impl Scopes {
    /// Whether the scope is among them.
    pub const fn contains(self, scope: Scope) -> bool {
        self.0 & scope.bit() != 0
    }

    /// The scopes, in the order of [`Scope::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Scope> {
        Scope::ALL
            .into_iter()
            .filter(move |scope| self.contains(*scope))
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        Self(scopes.into_iter().fold(0, |bits, scope| bits | scope.bit()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_holds_what_was_put_in_and_nothing_else() {
        let scopes: Scopes = [Scope::CustomersReview, Scope::CustomersRead]
            .into_iter()
            .collect();
        assert!(scopes.contains(Scope::CustomersRead));
        assert!(!scopes.contains(Scope::CustomersWrite));
        assert_eq!(
            scopes.iter().collect::<Vec<_>>(),
            [Scope::CustomersRead, Scope::CustomersReview]
        );
    }

    #[test]
    fn every_scope_is_read_back_from_its_name() {
        for scope in Scope::ALL {
            assert_eq!(scope.as_str().parse(), Ok(scope));
        }
        assert_eq!("customers:*".parse::<Scope>(), Err(UnknownScope));
    }
}
