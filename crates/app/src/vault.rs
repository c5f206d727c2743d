//! The master key of `serve` in a vault.

use std::net::IpAddr;

use customers_adapter_vault::{KeyName, Settings, SettingsError, Token, Vault};
use customers_ports::{MasterKey as _, MasterKeyError, SecretKey};
use http::Uri;

use crate::cli::{VAULT_ADDR, VAULT_TOKEN, VAULT_TOKEN_FILE};
use crate::config;
use crate::failure::Failure;

/// Context of the key that is wrapped at the start. It is not the context of any stored key.
const TRIAL: &[u8] = b"customers: trial of the master key";

/// A key in a vault. No request was sent yet.
#[derive(Debug)]
pub(crate) struct VaultKey {
    vault: Vault,
    name: KeyName,
    /// Whether requests cross a network without TLS.
    is_in_clear: bool,
}

/// Variables of the vault.
#[derive(Default)]
struct Variables {
    address: Option<String>,
    token: Option<String>,
    token_file: Option<String>,
}

impl VaultKey {
    /// Creates the client of the vault that the environment names.
    ///
    /// # Errors
    /// Returns an error if a variable is missing or invalid, or if the system has no root certificates for https.
    pub(crate) fn from_environment(name: KeyName) -> Result<Self, Failure> {
        let variables = Variables {
            address: config::from_environment(VAULT_ADDR)?,
            token: config::from_environment(VAULT_TOKEN)?,
            token_file: config::from_environment(VAULT_TOKEN_FILE)?,
        };
        Self::new(name, variables)
    }

    fn new(name: KeyName, variables: Variables) -> Result<Self, Failure> {
        let usage = |message: &str| Failure::Usage(message.to_owned());
        let given = |value: Option<String>| value.filter(|it| !it.trim().is_empty());
        let address = given(variables.address).ok_or_else(|| {
            usage("--master-key-vault needs the address of the vault: set VAULT_ADDR, such as https://vault.example.com:8200")
        })?;
        let token = match (given(variables.token), given(variables.token_file)) {
            (Some(token), None) => Token::Value(token.into()),
            (None, Some(path)) => Token::File(path.into()),
            (Some(_), Some(_)) => {
                return Err(usage("VAULT_TOKEN and VAULT_TOKEN_FILE exclude each other"));
            }
            (None, None) => {
                return Err(usage(
                    "--master-key-vault needs a token for the vault: set VAULT_TOKEN or VAULT_TOKEN_FILE",
                ));
            }
        };
        let settings = Settings {
            address: address.clone(),
            token,
            key: name.clone(),
        };
        let vault = Vault::new(settings).map_err(|error| match error {
            SettingsError::Address => Failure::Usage(format!("{VAULT_ADDR}: {error}")),
            other => Failure::Vault(other),
        })?;
        Ok(Self {
            vault,
            name,
            is_in_clear: is_in_clear(&address),
        })
    }

    /// Wraps and unwraps a key that is not used for anything else.
    ///
    /// # Errors
    /// Returns an error if the vault is away, or if it refuses the token or the key.
    pub(crate) async fn open(self) -> Result<Vault, Failure> {
        if self.is_in_clear {
            tracing::warn!(
                "VAULT_ADDR is not https, so the token and the keys of tenants cross the network in clear"
            );
        }
        self.try_out().await.map_err(|error| Failure::VaultKey {
            key: self.name.to_string(),
            error,
        })?;
        Ok(self.vault)
    }

    async fn try_out(&self) -> Result<(), MasterKeyError> {
        let key = SecretKey::try_from_fill(|bytes| getrandom::fill(bytes));
        let key = key.map_err(|_| MasterKeyError::Unavailable {
            reason: "the system has no randomness".to_owned(),
        })?;
        let wrapped = self.vault.wrap_key(&key, TRIAL).await?;
        let unwrapped = self.vault.unwrap_key(&wrapped, TRIAL).await?;
        if unwrapped.expose() == key.expose() {
            Ok(())
        } else {
            Err(MasterKeyError::Rejected)
        }
    }
}

/// Returns whether an address is http on a host that is not this machine.
fn is_in_clear(address: &str) -> bool {
    let Ok(uri) = address.parse::<Uri>() else {
        return false;
    };
    let host = uri.host().unwrap_or_default();
    let ip = host.trim_matches(['[', ']']).parse::<IpAddr>();
    let is_loopback = match ip {
        Ok(ip) => ip.is_loopback(),
        Err(_) => host.eq_ignore_ascii_case("localhost"),
    };
    uri.scheme_str() == Some("http") && !is_loopback
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(address: &str, token: &str, token_file: &str) -> Result<VaultKey, Failure> {
        let variables = Variables {
            address: Some(address.to_owned()),
            token: Some(token.to_owned()),
            token_file: Some(token_file.to_owned()),
        };
        VaultKey::new(KeyName::parse("customers").unwrap(), variables)
    }

    const ADDRESS: &str = "http://127.0.0.1:8200";

    #[test]
    fn an_address_and_one_token_are_needed() {
        assert!(key(ADDRESS, "s.token", "").is_ok());
        assert!(key(ADDRESS, "", "token").is_ok());
        for (address, token, token_file, named) in [
            ("", "s.token", "", "VAULT_ADDR"),
            ("vault.example.com", "s.token", "", "VAULT_ADDR"),
            (ADDRESS, "", " ", "VAULT_TOKEN_FILE"),
            (ADDRESS, "s.token", "token", "exclude"),
        ] {
            match key(address, token, token_file) {
                Err(Failure::Usage(message)) => {
                    assert!(message.contains(named), "{message}");
                    assert!(!message.contains("s.token"), "{message}");
                }
                other => panic!("not refused: {other:?}"),
            }
        }
        let none = VaultKey::new(KeyName::parse("customers").unwrap(), Variables::default());
        assert!(matches!(none, Err(Failure::Usage(_))));
    }

    #[test]
    fn http_is_safe_on_this_machine_alone() {
        for safe in [
            ADDRESS,
            "http://[::1]:8200",
            "http://localhost:8200",
            "https://vault.example.com",
            "https://192.0.2.1:8200",
        ] {
            assert!(!is_in_clear(safe), "{safe}");
        }
        for unsafe_address in [
            "http://vault.example.com:8200",
            "http://192.0.2.1",
            "http://[2001:db8::1]:8200",
            "http://localhost.example.com",
        ] {
            assert!(is_in_clear(unsafe_address), "{unsafe_address}");
        }
    }

    #[tokio::test]
    async fn a_vault_that_is_away_is_an_error_that_names_it() {
        let away = key("http://127.0.0.1:1", "s.token", "").unwrap();
        let message = away.open().await.unwrap_err().to_string();
        assert!(message.contains("`customers`"), "{message}");
        assert!(message.contains("vault does not answer"), "{message}");
        assert!(!message.contains("s.token"), "{message}");
    }
}
