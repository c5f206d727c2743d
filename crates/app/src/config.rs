//! Interprets the command line, and refuses contradictions.

use std::path::PathBuf;

use customers_adapter_vault::KeyName;
use customers_use_cases::ApiKeySecret;
use secrecy::{ExposeSecret as _, SecretString};

use crate::cli::{DEV_API_KEY, DatabaseUrlArg, ServeArgs};
use crate::failure::Failure;
use crate::traces::Endpoint;

/// Store of the service.
#[derive(Debug)]
pub(crate) enum StoreChoice {
    /// In memory.
    Memory {
        /// The API key to use instead of a new one.
        key: Option<ApiKeySecret>,
    },
    /// In a PostgreSQL database.
    Postgres {
        /// The URL of the database.
        url: SecretString,
        /// Where the master key is.
        master_key: MasterKeyPlace,
    },
}

/// Place of the master key.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum MasterKeyPlace {
    /// In a file.
    File(PathBuf),
    /// In a transit engine, under this name.
    Vault(KeyName),
}

/// Selects the store of `serve`. A deployment with a misspelt database URL must not end up in memory, so ambiguous
/// settings are refused.
///
/// # Errors
/// Returns an error if the URL is empty, if both memory and a database are requested, if memory is used on a public
/// address without `--in-memory`, if a development key is malformed or combined with a database, if a database has no master key or two, or if `--migrate` is
/// combined with a pooler.
pub(crate) fn store_choice(
    args: &ServeArgs,
    dev_key: Option<&str>,
) -> Result<StoreChoice, Failure> {
    let usage = |message: &str| Err(Failure::Usage(message.to_owned()));
    match optional_url(&args.database.url)? {
        Some(_) if args.in_memory => usage(
            "--in-memory and a database URL (--database-url, DATABASE_URL) exclude each other",
        ),
        Some(_) if dev_key.is_some() => usage(
            "CUSTOMERS_DEV_API_KEY is for memory mode only; with a database, create keys with `customers keys create`",
        ),
        Some(_) if args.migrate && args.database.pooler.is_some() => usage(
            "--migrate needs a direct connection and cannot be combined with --pooler: run `customers migrate` without a pooler",
        ),
        Some(url) => Ok(StoreChoice::Postgres {
            url,
            master_key: required_master_key(args)?,
        }),
        None if !args.in_memory && !args.listen.ip().is_loopback() => usage(
            "no database is configured, and memory mode needs a loopback address: set DATABASE_URL, or add --in-memory",
        ),
        None => {
            let key = dev_key
                .map(ApiKeySecret::parse)
                .transpose()
                .map_err(|malformed| Failure::Usage(format!("{DEV_API_KEY}: {malformed}")))?;
            Ok(StoreChoice::Memory { key })
        }
    }
}

/// Returns the place of the master key. An empty variable counts as none.
fn required_master_key(args: &ServeArgs) -> Result<MasterKeyPlace, Failure> {
    let file = args.master_key_file.as_deref();
    let file = file.filter(|path| !path.as_os_str().is_empty());
    let vault = args.master_key_vault.as_deref();
    let vault = vault.filter(|name| !name.is_empty());
    match (file, vault) {
        (Some(path), None) => Ok(MasterKeyPlace::File(path.to_path_buf())),
        (None, Some(name)) => KeyName::parse(name)
            .map(MasterKeyPlace::Vault)
            .map_err(|error| Failure::Usage(format!("--master-key-vault: {error}"))),
        (Some(_), Some(_)) => Err(Failure::Usage(
            "--master-key-file and --master-key-vault (CUSTOMERS_MASTER_KEY_FILE, CUSTOMERS_MASTER_KEY_VAULT) exclude each other".into(),
        )),
        (None, None) => Err(Failure::Usage(
            "a database needs a master key, under which personal data is sealed: make one with `customers master-key create --output master.key`, then `customers serve --master-key-file master.key`; or use one in a vault with `customers serve --master-key-vault NAME`".into(),
        )),
    }
}

/// Returns the URL for a command that needs a database.
///
/// # Errors
/// Returns an error if the URL is missing or empty.
pub(crate) fn required_url(arg: &DatabaseUrlArg) -> Result<SecretString, Failure> {
    optional_url(arg)?.ok_or_else(|| {
        Failure::Usage("this command needs a database: set DATABASE_URL or --database-url".into())
    })
}

/// Returns the endpoint for traces, if there is one.
///
/// # Errors
/// Returns an error if it is not the base URL of a collector.
pub(crate) fn trace_endpoint(args: &ServeArgs) -> Result<Option<Endpoint>, Failure> {
    let base = args.otlp_endpoint.as_ref().map(SecretString::expose_secret);
    Endpoint::parse(base.unwrap_or_default()).map_err(|error| Failure::Usage(error.to_string()))
}

fn optional_url(arg: &DatabaseUrlArg) -> Result<Option<SecretString>, Failure> {
    if arg.is_blank() {
        return Err(Failure::Usage(
            "the database URL (--database-url, DATABASE_URL) is empty; set it, or leave it out altogether".into(),
        ));
    }
    Ok(arg.given().cloned())
}

/// Returns the fixed key for development, if the variable is set.
///
/// # Errors
/// Returns an error if the value is not valid UTF-8.
pub(crate) fn dev_key_from_environment() -> Result<Option<String>, Failure> {
    from_environment(DEV_API_KEY)
}

/// Returns a variable that has no flag, if it is set.
///
/// # Errors
/// Returns an error if the value is not valid UTF-8.
#[expect(
    clippy::disallowed_methods,
    reason = "secrets have no flags: every user of a machine can see its command lines"
)]
pub(crate) fn from_environment(name: &str) -> Result<Option<String>, Failure> {
    match std::env::var(name) {
        Ok(value) => Ok(Some(value)),
        Err(std::env::VarError::NotPresent) => Ok(None),
        Err(std::env::VarError::NotUnicode(_)) => {
            Err(Failure::Usage(format!("{name} is not text")))
        }
    }
}

#[cfg(test)]
mod tests;
