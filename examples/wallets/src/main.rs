//! The program `bank`: customers, and wallets for them.

use std::process::ExitCode;

use customers_app::App;
use wallets::Wallets;

fn main() -> ExitCode {
    App::new().name("bank").module(Wallets).run()
}
