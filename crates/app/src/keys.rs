//! `customers keys`: creates, lists and revokes API keys.

mod listing;

use std::sync::Arc;

use chrono::TimeDelta;
use customers_domain::{ApiKeyId, Scopes};
use customers_ports::{Clock as _, Revocation};
use customers_use_cases::{ApiKeySecret, ApiKeyService, IssueApiKeyError};
use secrecy::{ExposeSecret as _, SecretString};

use crate::cli::{CreateKeyArgs, DatabaseArgs, KeysCommand, ListKeysArgs};
use crate::failure::Failure;
use crate::output;
use crate::postgres;
use crate::system::{SystemClock, UuidV7};

/// Runs a command on the API keys of a database.
///
/// # Errors
/// Returns an error if no database is configured, its schema is too old, the store fails, or the key to
/// revoke does not exist.
pub(crate) async fn run(command: &KeysCommand) -> Result<(), Failure> {
    match command {
        KeysCommand::Create(args) => create(args, &service(&args.database).await?).await,
        KeysCommand::List(args) => list(args, &service(&args.database).await?).await,
        KeysCommand::Revoke(args) => {
            let id = key_id(&args.id)?;
            revoke(id, &service(&args.database).await?).await
        }
    }
}

async fn service(database: &DatabaseArgs) -> Result<ApiKeyService, Failure> {
    let keys = postgres::open_for_keys(database).await?;
    Ok(ApiKeyService::new(
        keys,
        Arc::new(UuidV7),
        Arc::new(SystemClock),
    ))
}

async fn create(args: &CreateKeyArgs, keys: &ApiKeyService) -> Result<(), Failure> {
    let scopes: Scopes = args.scope.iter().copied().collect();
    let lifetime = args
        .expires_in
        .map(TimeDelta::from_std)
        .transpose()
        .map_err(|_| IssueApiKeyError::LifetimeTooLong)?;
    let scope_names = listing::scope_names(&scopes);
    let issued = keys.issue(&args.tenant, scopes, lifetime).await?;
    let tenant = args.tenant.expose();
    if issued.tenant_is_new {
        output::note(&format!("Created tenant {tenant}."));
    }
    let key = issued.secret.expose();
    output::print(&if args.quiet {
        format!("{key}\n")
    } else {
        format!(
            "API key of tenant {tenant} ({scope_names}):\n\n  {key}\n\nStore it now. It cannot be shown again.\n"
        )
    })
}

async fn list(args: &ListKeysArgs, keys: &ApiKeyService) -> Result<(), Failure> {
    let listings = keys.list().await?;
    let now = SystemClock.now();
    output::print(&if args.json {
        listing::json(&listings, now)
    } else {
        listing::table(&listings, now)
    })
}

async fn revoke(id: ApiKeyId, keys: &ApiKeyService) -> Result<(), Failure> {
    match keys.revoke(id).await? {
        Revocation::Revoked => output::print(&format!("Revoked API key {id}.\n")),
        Revocation::AlreadyRevoked => output::print(&format!("API key {id} is already revoked.\n")),
        Revocation::Unknown => Err(Failure::UnknownApiKey(id)),
    }
}

/// Parses the id of an API key. The argument may be a whole key by mistake, so no message contains it.
fn key_id(argument: &SecretString) -> Result<ApiKeyId, Failure> {
    let argument = argument.expose_secret();
    ApiKeyId::parse(argument).ok_or_else(|| {
        Failure::Usage(match ApiKeySecret::parse(argument) {
            Ok(key) => format!("expected the id of an API key, not a whole API key; its id is {}", key.id()),
            Err(_) => format!(
                "the id of an API key must be {} letters and digits, as shown by `customers keys list`",
                ApiKeyId::LENGTH
            ),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_accepted() {
        let id = key_id(&"0123456789abcdeF".into()).unwrap();
        assert_eq!(id.as_str(), "0123456789abcdeF");
    }

    #[test]
    fn a_whole_key_is_refused_and_not_repeated() {
        let key = ApiKeySecret::generate().unwrap();
        let message = key_id(&key.expose().into()).unwrap_err().to_string();
        assert!(message.contains(key.id().as_str()));
        assert!(!message.contains(key.expose()));
        let message = key_id(&"tooshort".into()).unwrap_err().to_string();
        assert!(!message.contains("tooshort"), "{message}");
    }
}
