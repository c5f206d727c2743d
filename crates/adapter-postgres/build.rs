//! Migrations are compiled in, and the compiler does not notice a new file among them by itself.

fn main() {
    println!("cargo:rerun-if-changed=../../migrations");
}
