use std::fs;

use super::*;
use crate::create::{create, generate};
use crate::error::CreateError;

fn secret(byte: u8) -> SecretKey {
    SecretKey::from_slice(&[byte; 32]).unwrap()
}

async fn unwrapped(
    file: &KeyFile,
    wrapped: &WrappedKey,
    context: &[u8],
) -> Result<[u8; 32], MasterKeyError> {
    let key = file.unwrap_key(wrapped, context).await?;
    Ok(*key.expose())
}

#[tokio::test]
async fn a_wrapped_key_is_unwrapped_only_in_its_context() {
    let file = KeyFile::parse(&generate().unwrap()).unwrap();
    let wrapped = file.wrap_key(&secret(7), b"here").await.unwrap();
    assert_eq!(unwrapped(&file, &wrapped, b"here").await, Ok([7; 32]));
    let elsewhere = unwrapped(&file, &wrapped, b"there").await;
    assert_eq!(elsewhere, Err(MasterKeyError::Rejected));
    for position in 0..wrapped.bytes.len() {
        let mut altered = wrapped.clone();
        altered.bytes[position] ^= 1;
        let opened = unwrapped(&file, &altered, b"here").await;
        assert_eq!(opened, Err(MasterKeyError::Rejected), "{position}");
        altered.bytes.truncate(position);
        let opened = unwrapped(&file, &altered, b"here").await;
        assert_eq!(opened, Err(MasterKeyError::Rejected), "{position}");
    }
}

#[tokio::test]
async fn in_concatenated_files_the_first_key_wraps_and_all_unwrap() {
    let (old, new) = (generate().unwrap(), generate().unwrap());
    let only_old = KeyFile::parse(&old).unwrap();
    let only_new = KeyFile::parse(&new).unwrap();
    let both = KeyFile::parse(&format!("{}{}", *new, *old)).unwrap();

    let by_old = only_old.wrap_key(&secret(1), b"").await.unwrap();
    let by_both = both.wrap_key(&secret(2), b"").await.unwrap();
    assert_eq!(unwrapped(&both, &by_old, b"").await, Ok([1; 32]));
    assert_eq!(unwrapped(&only_new, &by_both, b"").await, Ok([2; 32]));
    let master_key = by_both.master_key.clone();
    assert_ne!(master_key, by_old.master_key);
    assert_eq!(
        unwrapped(&only_old, &by_both, b"").await,
        Err(MasterKeyError::Unknown { master_key })
    );
}

#[test]
fn invalid_lines_are_reported_with_their_number() {
    let file = generate().unwrap();
    let line = file.lines().last().unwrap();
    let (head, last) = line.split_at(line.len() - 1);
    let other = if last == "A" { "B" } else { "A" };
    for text in [
        head.to_owned(),
        format!("{head}{other}"),
        format!("{line}{line}"),
        format!("{line} and more"),
        line.replace("cmk_", "ck_"),
        line.replacen("cmk_", "cmk_0", 1),
        "secret".into(),
    ] {
        let text = format!("# comment\n\n{text}\n");
        let refused = KeyFile::parse(&text).unwrap_err();
        assert!(
            matches!(refused, KeyFileError::Malformed { line: 3 }),
            "{refused}"
        );
    }
    for empty in ["", "\n \n", "# only a comment\n"] {
        assert!(matches!(KeyFile::parse(empty), Err(KeyFileError::Empty)));
    }
    assert!(KeyFile::parse(&format!("\n  {line}\r\n")).is_ok());
}

#[test]
fn debug_shows_only_the_id_of_a_key() {
    let text = generate().unwrap();
    let secret = text.trim_end().rsplit('_').next().unwrap();
    let shown = format!("{:?}", KeyFile::parse(&text).unwrap());
    assert!(!shown.contains(secret), "{shown}");
}

#[test]
fn a_new_file_is_readable_only_by_its_owner_and_never_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("master.key");
    create(&path).unwrap();
    let written = fs::read(&path).unwrap();
    assert!(!KeyFile::open(&path).unwrap().is_readable_by_others());
    assert!(matches!(create(&path), Err(CreateError::Exists)));
    assert_eq!(fs::read(&path).unwrap(), written);
    let nowhere = folder.path().join("missing").join("master.key");
    assert!(matches!(create(&nowhere), Err(CreateError::Unwritable(_))));
}

#[test]
fn a_missing_file_and_an_invalid_file_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("master.key");
    let missing = KeyFile::open(&path).unwrap_err();
    assert!(matches!(missing, KeyFileError::Unreadable(_)), "{missing}");
    fs::write(&path, vec![b'#'; 65 * 1024]).unwrap();
    assert!(matches!(KeyFile::open(&path), Err(KeyFileError::TooLarge)));
    fs::write(&path, [0xff, 0xfe]).unwrap();
    let binary = KeyFile::open(&path);
    assert!(matches!(binary, Err(KeyFileError::Malformed { line: 1 })));
    assert!(matches!(
        KeyFile::open(folder.path()),
        Err(KeyFileError::Unreadable(_))
    ));
}

#[cfg(unix)]
#[test]
fn a_file_that_others_can_read_is_detected() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("master.key");
    create(&path).unwrap();
    for (mode, readable) in [(0o600, false), (0o400, false), (0o640, true), (0o604, true)] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        let file = KeyFile::open(&path).unwrap();
        assert_eq!(file.is_readable_by_others(), readable, "{mode:o}");
    }
}
