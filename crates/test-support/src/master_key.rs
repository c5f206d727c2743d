use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::PathBuf;
use std::process;
use std::sync::OnceLock;

use nix::unistd::getuid;

/// A file of master keys, as `customers master-key create` makes it. All tests use this one, so that
/// several programs can serve one database.
pub const MASTER_KEY: &str = "cmk_2ebb2fe409c71806_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8\n";

/// The path of a file with [`MASTER_KEY`] that its owner alone can read.
pub fn master_key_file() -> &'static str {
    static FILE: OnceLock<String> = OnceLock::new();
    FILE.get_or_init(|| {
        let name = format!("customers-tests-{}.key", getuid());
        let path = std::env::temp_dir().join(name);
        if fs::read_to_string(&path).is_ok_and(|text| text == MASTER_KEY) {
            return text_of(path);
        }
        // Other test programs may do the same at this moment, so the file appears whole.
        let draft = path.with_extension(format!("{}.draft", process::id()));
        let mut options = OpenOptions::new();
        let options = options.write(true).create(true).truncate(true).mode(0o600);
        let mut file = options.open(&draft).expect("a temporary file");
        file.write_all(MASTER_KEY.as_bytes())
            .and_then(|()| fs::rename(&draft, &path))
            .expect("the file with the master key of tests is written");
        text_of(path)
    })
}

fn text_of(path: PathBuf) -> String {
    let path = path.into_os_string().into_string();
    path.expect("the path of temporary files is text")
}
