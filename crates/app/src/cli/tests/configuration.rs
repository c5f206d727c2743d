//! The configuration tables of `docs/operations.md` are generated from the definitions of the command line.

use std::collections::BTreeMap;
use std::fs;

use clap::Arg;

use super::super::help::VARIABLES_WITHOUT_FLAG;
use super::*;

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/operations.md");
const HOW_TO_RENEW: &str = "UPDATE_DOCS=1 cargo test -p customers-app --lib configuration";
const BEGIN: &str = "<!-- Made from crates/app/src/cli.rs. Do not edit; renew by:\n     ";
const END: &str = "<!-- The end of what is made from it. -->\n";

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "the variable is this test's own, and the program never reads it"
)]
fn the_configuration_tables_match_the_command_line() {
    let page = fs::read_to_string(PATH).unwrap();
    let (before, rest) = page.split_once(BEGIN).unwrap();
    let (_, after) = rest.split_once(END).unwrap();
    let renewed = format!(
        "{before}{BEGIN}{HOW_TO_RENEW} -->\n\n{}\n{END}{after}",
        tables()
    );
    if std::env::var("UPDATE_DOCS").is_ok() {
        fs::write(PATH, &renewed).unwrap();
    }
    assert!(
        fs::read_to_string(PATH).unwrap() == renewed,
        "docs/operations.md is not what the command line says any more. Renew it by:\n    {HOW_TO_RENEW}"
    );
}

fn tables() -> String {
    let definition = definition();
    let serve = definition.find_subcommand("serve").unwrap();
    let flags: String = configured(serve).map(row).collect();
    let alone = VARIABLES_WITHOUT_FLAG.into_iter().map(row_without_a_flag);
    let alone: String = alone.collect();
    let others: String = others(&definition).iter().map(row_of_others).collect();
    format!(
        "`customers serve`:

| flag | variable | default | meaning |
|---|---|---|---|
{flags}{alone}
The other commands accept some of them, with the same defaults:

| flag | variable | commands |
|---|---|---|
{others}"
    )
}

/// Returns the arguments of a command that can be set by a variable.
fn configured(command: &clap::Command) -> impl Iterator<Item = &Arg> {
    command
        .get_arguments()
        .filter(|arg| arg.get_env().is_some())
}

fn row(arg: &Arg) -> String {
    let help = arg.get_help().unwrap().to_string();
    let (meaning, own_default) = help
        .strip_suffix(']')
        .and_then(|help| help.split_once(" [default: "))
        .map_or((help.as_str(), None), |(meaning, default)| {
            (meaning, Some(default))
        });
    let one_of: Vec<String> = arg
        .get_possible_values()
        .iter()
        .filter(|_| arg.get_action().takes_values())
        .map(|value| format!("`{}`", value.get_name()))
        .collect();
    let one_of = if one_of.is_empty() {
        String::new()
    } else {
        format!(": {}", one_of.join(" or "))
    };
    format!(
        "| `{}` | `{}` | {} | {meaning}{one_of} |\n",
        flag(arg),
        variable(arg),
        own_default.map_or_else(|| default(arg), ToOwned::to_owned),
    )
}

fn row_without_a_flag((variable, meaning): (&str, &str)) -> String {
    format!("| | `{variable}` | none | {meaning} |\n")
}

fn row_of_others(((flag, variable), commands): (&(String, String), &Vec<String>)) -> String {
    format!("| `{flag}` | `{variable}` | {} |\n", commands.join(", "))
}

fn flag(arg: &Arg) -> String {
    let long = arg.get_long().unwrap();
    match arg.get_value_names() {
        Some([value]) if arg.get_action().takes_values() => format!("--{long} {value}"),
        _ => format!("--{long}"),
    }
}

fn variable(arg: &Arg) -> &str {
    arg.get_env().unwrap().to_str().unwrap()
}

fn default(arg: &Arg) -> String {
    match arg.get_default_values() {
        _ if !arg.get_action().takes_values() => "off".to_owned(),
        [] => "none".to_owned(),
        [value] => format!("`{}`", value.to_str().unwrap()),
        several => panic!("{several:?}"),
    }
}

/// Returns every flag with a variable that a command other than `serve` has, and these commands.
fn others(definition: &clap::Command) -> BTreeMap<(String, String), Vec<String>> {
    let mut found: BTreeMap<_, Vec<String>> = BTreeMap::new();
    for command in definition.get_subcommands() {
        let below = command.get_subcommands();
        let below = below.map(|sub| (format!("`{} {}`", command.get_name(), sub.get_name()), sub));
        let itself = (format!("`{}`", command.get_name()), command);
        for (name, command) in below.chain([itself]) {
            for arg in configured(command).filter(|_| name != "`serve`") {
                let key = (flag(arg), variable(arg).to_owned());
                found.entry(key).or_default().push(name.clone());
            }
        }
    }
    found
}
