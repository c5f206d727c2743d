//! The migrations are compiled in, and a new file among them must cause a build.

fn main() {
    println!("cargo:rerun-if-changed=migrations");
}
