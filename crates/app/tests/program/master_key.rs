//! `customers master-key create`: its output and its files.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use crate::support::{run, text};
use customers_adapter_key_file::KeyFile;

#[test]
fn without_a_path_the_new_key_goes_to_stdout() {
    let one = run(&["master-key", "create"], &[]);
    let other = run(&["master-key", "create"], &[]);
    assert_eq!(one.status.code(), Some(0), "{}", text(&one.stderr));
    assert_ne!(one.stdout, other.stdout);
    let both = text(&one.stdout).to_owned() + text(&other.stdout);
    KeyFile::parse(&both).unwrap();
}

#[test]
fn a_new_file_is_readable_only_by_its_owner_and_the_key_is_not_shown() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("master.key");
    let output = run(
        &["master-key", "create", "--output", path.to_str().unwrap()],
        &[],
    );
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(!text(&output.stdout).contains("cmk_"));
    assert_eq!(
        fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o600
    );
    KeyFile::open(&path).unwrap();
}

#[test]
fn an_existing_file_is_never_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("master.key");
    let create = ["master-key", "create", "--output", path.to_str().unwrap()];
    assert_eq!(run(&create, &[]).status.code(), Some(0));
    let written = fs::read(&path).unwrap();

    let again = run(&create, &[]);
    assert_eq!(again.status.code(), Some(1));
    let complaint = text(&again.stderr);
    assert!(complaint.contains("never overwritten"), "{complaint}");
    assert!(complaint.contains("master.key"), "{complaint}");

    let if_missing = [&create[..], &["--if-missing"]].concat();
    let kept = run(&if_missing, &[]);
    assert_eq!(kept.status.code(), Some(0), "{}", text(&kept.stderr));
    assert_eq!(fs::read(&path).unwrap(), written);

    let nowhere = folder.path().join("missing").join("master.key");
    let nowhere = [
        "master-key",
        "create",
        "--output",
        nowhere.to_str().unwrap(),
    ];
    assert_eq!(run(&nowhere, &[]).status.code(), Some(1));
}

/// Nothing listens there, so a program that gets past its master key fails on the database.
const NO_DATABASE: &str = "postgres://app@127.0.0.1:1/customers";

#[test]
fn a_master_key_that_cannot_be_read_ends_the_program_before_it_connects() {
    let folder = tempfile::tempdir().unwrap();
    let malformed = folder.path().join("malformed.key");
    fs::write(&malformed, "# a comment\nplanted-secret\n").unwrap();
    let missing = folder.path().join("missing.key");
    for (path, reason) in [(&malformed, "line 2"), (&missing, "No such file")] {
        let flag = ["serve", "--master-key-file", path.to_str().unwrap()];
        let output = run(&flag, &[("DATABASE_URL", NO_DATABASE)]);
        assert_eq!(output.status.code(), Some(1));
        let log = text(&output.stderr);
        assert!(log.contains(reason), "{log}");
        assert!(log.contains(path.to_str().unwrap()), "{log}");
        assert!(!log.contains("planted-secret"), "{log}");
    }
}
