//! `customers master-key`: creates master keys, and reads the one of `serve`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use customers_adapter_key_file::{self as key_file, CreateError, KeyFile};

use customers_ports::MasterKey;

use crate::cli::{CreateMasterKeyArgs, MasterKeyCommand};
use crate::config::MasterKeyPlace;
use crate::failure::Failure;
use crate::output;
use crate::vault::VaultKey;

/// Runs a command that needs no database.
///
/// # Errors
/// Returns an error if the key cannot be created or written.
pub(crate) fn run(command: &MasterKeyCommand) -> Result<(), Failure> {
    match command {
        MasterKeyCommand::Create(args) => create(args),
    }
}

/// A master key whose settings are checked. It is not used yet.
pub(crate) enum Source {
    File(PathBuf),
    Vault(VaultKey),
}

impl Source {
    /// Completes the place of a master key with the variables of the environment.
    ///
    /// # Errors
    /// Returns an error if a variable of the vault is missing or invalid.
    pub(crate) fn of(place: MasterKeyPlace) -> Result<Self, Failure> {
        Ok(match place {
            MasterKeyPlace::File(path) => Self::File(path),
            MasterKeyPlace::Vault(name) => Self::Vault(VaultKey::from_environment(name)?),
        })
    }

    /// Returns the master key of a service, after it was read or tried.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read or holds no master key, or if the vault does not wrap and unwrap.
    pub(crate) async fn open(self) -> Result<Arc<dyn MasterKey>, Failure> {
        Ok(match self {
            Self::File(path) => Arc::new(read(&path)?),
            Self::Vault(key) => Arc::new(key.open().await?),
        })
    }
}

/// Reads the master key of a service, and warns where others can read it too.
///
/// # Errors
/// When the file cannot be read, or holds no master key.
fn read(path: &Path) -> Result<KeyFile, Failure> {
    let file = KeyFile::open(path).map_err(|error| Failure::ReadMasterKeyFile {
        path: path.to_path_buf(),
        error,
    })?;
    if file.is_readable_by_others() {
        tracing::warn!(
            path = %path.display(),
            "others can read the file with the master key; let its owner alone read it (chmod 600)"
        );
    }
    Ok(file)
}

fn create(args: &CreateMasterKeyArgs) -> Result<(), Failure> {
    let Some(path) = &args.output else {
        let text = key_file::generate().map_err(Failure::CreateMasterKey)?;
        return output::print(&text);
    };
    match key_file::create(path) {
        Ok(()) => output::print(&format!(
            "Wrote a new master key to {}.\n{KEEP}",
            path.display()
        )),
        Err(CreateError::Exists) if args.if_missing => output::print(&unchanged(path)),
        Err(error) => Err(Failure::CreateMasterKeyFile {
            path: path.clone(),
            error,
        }),
    }
}

fn unchanged(path: &Path) -> String {
    format!("{} already exists and was not changed.\n", path.display())
}

const KEEP: &str = "\
Keep a copy in another place than the database and its backups. Without this key, sealed data in
the database cannot be read.
";
