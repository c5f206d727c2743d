use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;

/// A permission that a module declares, named `module:verb`, such as `customers:read`.
///
/// The set is open: each module declares its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Scope(&'static str);

impl Scope {
    /// Read customers, their history and the status rules.
    pub const CUSTOMERS_READ: Self = Self::declare("customers:read");
    /// Create, change and submit customers.
    pub const CUSTOMERS_WRITE: Self = Self::declare("customers:write");
    /// Decide on customers: approve, reject, suspend, close and the like.
    pub const CUSTOMERS_REVIEW: Self = Self::declare("customers:review");

    /// Erase customers for good.
    pub const CUSTOMERS_ERASE: Self = Self::declare("customers:erase");

    /// Read the event feed.
    pub const EVENTS_READ: Self = Self::declare("events:read");

    /// The scopes of customers, in the order in which they are documented.
    pub const CUSTOMERS: [Self; 4] = [
        Self::CUSTOMERS_READ,
        Self::CUSTOMERS_WRITE,
        Self::CUSTOMERS_REVIEW,
        Self::CUSTOMERS_ERASE,
    ];

    /// Declares a scope.
    ///
    /// # Panics
    /// Panics if the name is not `module:verb`, each of 1 to 32 lower-case ASCII letters, digits and hyphens. In a
    /// constant this is a compile error.
    pub const fn declare(name: &'static str) -> Self {
        assert!(is_scope_name(name.as_bytes()), "a scope is module:verb");
        Self(name)
    }

    /// Returns the public name.
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// Maximum length of the module and of the verb.
const PART_MAX: usize = 32;

const fn is_scope_name(name: &[u8]) -> bool {
    let mut colons = 0;
    let mut half = 0;
    let mut index = 0;
    while index < name.len() {
        match name[index] {
            b':' if half > 0 => {
                colons += 1;
                half = 0;
            }
            b'a'..=b'z' | b'0'..=b'9' | b'-' if half < PART_MAX => half += 1,
            _ => return false,
        }
        index += 1;
    }
    colons == 1 && half > 0
}

/// The scopes of an API key, by name.
///
/// A name that no module declares is kept and grants nothing. A key therefore works before, after and beside the
/// release that adds its scope.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Scopes(BTreeSet<Cow<'static, str>>);

impl Scopes {
    /// Rebuilds a set from stored names.
    pub fn from_stored(names: impl IntoIterator<Item = String>) -> Self {
        Self(names.into_iter().map(Cow::Owned).collect())
    }

    /// Returns whether the set contains the scope.
    pub fn contains(&self, scope: Scope) -> bool {
        self.0.contains(scope.as_str())
    }

    /// Returns the names in ascending order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(AsRef::as_ref)
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        let names = scopes.into_iter().map(|scope| Cow::Borrowed(scope.0));
        Self(names.collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_contains_exactly_its_scopes() {
        let scopes = Scopes::from_iter([Scope::CUSTOMERS_REVIEW, Scope::CUSTOMERS_READ]);
        assert!(scopes.contains(Scope::CUSTOMERS_READ));
        assert!(!scopes.contains(Scope::CUSTOMERS_WRITE));
        assert_eq!(
            scopes.names().collect::<Vec<_>>(),
            ["customers:read", "customers:review"]
        );
    }

    #[test]
    fn an_undeclared_stored_name_is_kept() {
        let stored = ["customers:read", "future:verb"].map(str::to_owned);
        let scopes = Scopes::from_stored(stored);
        assert!(scopes.contains(Scope::CUSTOMERS_READ));
        assert_eq!(
            scopes.names().collect::<Vec<_>>(),
            ["customers:read", "future:verb"]
        );
    }

    #[test]
    fn a_name_is_a_module_and_a_verb() {
        for good in ["customers:read", "webhook-endpoints:manage", "a:1"] {
            assert!(is_scope_name(good.as_bytes()), "{good}");
        }
        let long = format!("{}:read", "a".repeat(33));
        for bad in [
            "", ":", "a", "a:", ":a", "a:b:c", "a:*", "A:b", "a b:c", &long,
        ] {
            assert!(!is_scope_name(bad.as_bytes()), "{bad}");
        }
    }
}
