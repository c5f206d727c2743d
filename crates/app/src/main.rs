//! The program `customers`: the service with only the module for customers.

use std::process::ExitCode;

use customers_app::App;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    App::new().run()
}
