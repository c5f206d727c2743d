use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::process;
use std::sync::OnceLock;

/// A file of master keys, as `customers master-key create` makes it. All tests use this one, so that
/// several programs can serve one database.
pub const MASTER_KEY: &str = "cmk_2ebb2fe409c71806_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8\n";

/// Returns the path of a file with [`MASTER_KEY`] that only its owner can read. The file is next to the test program, so
/// it is part of what a build creates.
pub fn master_key_file() -> &'static str {
    static FILE: OnceLock<String> = OnceLock::new();
    FILE.get_or_init(|| {
        let program = std::env::current_exe().expect("the path of the test program");
        let path = program.with_file_name("customers-tests.key");
        if !fs::read_to_string(&path).is_ok_and(|text| text == MASTER_KEY) {
            // Other test programs may do the same at this moment, so the file appears whole.
            let draft = path.with_extension(format!("{}.draft", process::id()));
            let mut options = OpenOptions::new();
            let options = options.write(true).create(true).truncate(true).mode(0o600);
            let mut file = options
                .open(&draft)
                .expect("a file next to the test program");
            file.write_all(MASTER_KEY.as_bytes())
                .and_then(|()| fs::rename(&draft, &path))
                .expect("the file with the master key of tests is written");
        }
        let path = path.into_os_string().into_string();
        path.expect("the path of the test program is valid UTF-8")
    })
}
