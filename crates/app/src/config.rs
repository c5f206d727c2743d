//! From what was said on the command line to what is meant, with every contradiction refused.

use std::path::{Path, PathBuf};

use customers_use_cases::ApiKeySecret;
use secrecy::{ExposeSecret as _, SecretString};

use crate::cli::{DEV_API_KEY, DatabaseUrlArg, ServeArgs};
use crate::failure::Failure;
use crate::traces::Endpoint;

/// Where the service keeps its customers.
#[derive(Debug)]
pub(crate) enum StoreChoice {
    /// In this process, until it ends.
    Memory {
        /// The key to serve with, if it is not to be a new one.
        key: Option<ApiKeySecret>,
    },
    /// In a Postgres database.
    Postgres {
        /// The URL of the database.
        url: SecretString,
        /// The file with the master key.
        master_key: PathBuf,
    },
}

/// Decides where `serve` keeps customers. A deployment whose database URL is misspelt must not end
/// up in memory, so whatever is in doubt is refused.
///
/// # Errors
/// When the URL is empty, when memory and a database are both asked for, when memory is to be
/// reached from other machines without having been asked for, when a development key is malformed
/// or has a database beside it, when a database has no master key, and when a migration is to go through a pooler.
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
            "CUSTOMERS_DEV_API_KEY is for memory alone; with a database, make keys with `customers keys create`",
        ),
        Some(_) if args.migrate && args.database.pooler.is_some() => usage(
            "--migrate needs a direct connection, not one through a pooler: run `customers migrate` on one",
        ),
        Some(url) => Ok(StoreChoice::Postgres {
            url,
            master_key: required_master_key(args)?,
        }),
        None if !args.in_memory && !args.listen.ip().is_loopback() => usage(
            "no database is named, and customers in memory are for a loopback address: set DATABASE_URL, or say --in-memory",
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

/// The file with the master key. A variable that is set to nothing counts as none.
fn required_master_key(args: &ServeArgs) -> Result<PathBuf, Failure> {
    let given = args.master_key_file.as_deref();
    let path = given.filter(|path| !path.as_os_str().is_empty());
    path.map(Path::to_path_buf).ok_or_else(|| {
        Failure::Usage(
            "a database needs a master key, under which personal data is sealed: make one with `customers master-key create --output master.key`, then `customers serve --master-key-file master.key`".into(),
        )
    })
}

/// The URL of a command that cannot do without.
///
/// # Errors
/// When there is none, or it is empty.
pub(crate) fn required_url(arg: &DatabaseUrlArg) -> Result<SecretString, Failure> {
    optional_url(arg)?.ok_or_else(|| {
        Failure::Usage("this command needs a database: set DATABASE_URL or --database-url".into())
    })
}

/// Where traces go, if they go anywhere.
///
/// # Errors
/// When it is not the base URL of a collector.
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

/// The key that is fixed for development, if the environment holds one.
///
/// # Errors
/// When it is not text.
#[expect(
    clippy::disallowed_methods,
    reason = "it has no flag: every user of a machine can see its command lines"
)]
pub(crate) fn dev_key_from_environment() -> Result<Option<String>, Failure> {
    match std::env::var(DEV_API_KEY) {
        Ok(key) => Ok(Some(key)),
        Err(std::env::VarError::NotPresent) => Ok(None),
        Err(std::env::VarError::NotUnicode(_)) => {
            Err(Failure::Usage(format!("{DEV_API_KEY} is not text")))
        }
    }
}

#[cfg(test)]
mod tests;
