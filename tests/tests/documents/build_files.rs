//! The files that build and release the program agree with the workspace.

use cargo_metadata::MetadataCommand;

use crate::read;

#[test]
fn the_build_context_of_the_image_has_every_member_of_the_workspace() {
    let ignore_file = read(".dockerignore");
    let included: Vec<&str> = ignore_file
        .lines()
        .filter_map(|line| line.strip_prefix('!'))
        .collect();
    let metadata = MetadataCommand::new()
        .manifest_path(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))
        .no_deps()
        .other_options(["--locked".to_owned()])
        .exec()
        .unwrap();
    for member in metadata.workspace_packages() {
        let path = member
            .manifest_path
            .strip_prefix(&metadata.workspace_root)
            .unwrap();
        assert!(
            included.iter().any(|entry| path.starts_with(entry)),
            ".dockerignore excludes {path}"
        );
    }
}
