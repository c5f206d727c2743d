//! The modules of a program, together: what they declare, their flags and their tables.

use std::collections::HashSet;

use clap::ArgMatches;
use customers_adapter_postgres::ModuleSchema;
use customers_domain::Scope;
use customers_http_kit::{Catalog, DuplicateDeclaration, ServiceInfo, service};

use crate::failure::Failure;
use crate::module::{AnyModule, Start};

/// Modules beside the one for customers, in their order.
#[derive(Default)]
pub(crate) struct Modules(Vec<Box<dyn AnyModule>>);

/// A module that waits for the store.
pub(crate) struct Pending {
    pub(crate) name: &'static str,
    pub(crate) schema: Option<ModuleSchema>,
    pub(crate) start: Start,
}

impl Modules {
    pub(crate) fn push(&mut self, module: impl AnyModule + 'static) {
        self.0.push(Box::new(module));
    }

    /// Returns what all modules declare, including customers.
    ///
    /// # Errors
    /// Returns an error if two of them declare the same scope, problem, field code or route.
    pub(crate) fn catalog(&self, info: ServiceInfo) -> Result<Catalog, DuplicateDeclaration> {
        let customers = customers_adapter_http::module().into_contract();
        let events = customers_adapter_http::events_module().into_contract();
        let others = self.0.iter().map(|module| module.contract());
        service::catalog(info, [customers, events].into_iter().chain(others))
    }

    /// Returns the tables of the modules.
    pub(crate) fn schemas(&self) -> Vec<ModuleSchema> {
        self.0.iter().filter_map(|module| module.schema()).collect()
    }

    /// Returns the prefixes of the targets that log at level INFO.
    pub(crate) fn log_targets(&self) -> Vec<&'static str> {
        let others = self.0.iter().map(|module| module.log_target());
        ["customers"].into_iter().chain(others).collect()
    }

    /// Adds the flags of the modules to the command `serve`.
    ///
    /// # Errors
    /// Returns an error if a flag, a variable or a group exists already.
    pub(crate) fn add_flags(&self, mut serve: clap::Command) -> Result<clap::Command, Failure> {
        let mut taken: HashSet<String> = names(&serve).collect();
        for module in &self.0 {
            let own = module.add_flags(clap::Command::new("module"));
            for name in names(&own) {
                if taken.contains(&name) {
                    let module = module.contract().module();
                    return Err(Failure::DuplicateFlag { module, name });
                }
                taken.insert(name);
            }
            serve = module.add_flags(serve.next_help_heading("Options of modules"));
        }
        Ok(serve)
    }

    /// Reads the flags of the modules.
    ///
    /// # Errors
    /// Returns an error if they are invalid.
    pub(crate) fn configure(self, matches: &ArgMatches) -> Result<Vec<Pending>, clap::Error> {
        let configured = self.0.into_iter().map(|module| {
            Ok(Pending {
                name: module.contract().module(),
                schema: module.schema(),
                start: module.configure(matches)?,
            })
        });
        configured.collect()
    }
}

/// Returns what must be unique in a command: ids, flags, variables and groups.
fn names(command: &clap::Command) -> impl Iterator<Item = String> {
    let of_args = command.get_arguments().flat_map(|arg| {
        let long = arg.get_long().map(|long| format!("--{long}"));
        let short = arg.get_short().map(|short| format!("-{short}"));
        let variable = arg.get_env().map(|env| env.to_string_lossy().into_owned());
        [Some(arg.get_id().to_string()), long, short, variable]
    });
    let groups = command
        .get_groups()
        .map(|group| Some(group.get_id().to_string()));
    let names: Vec<Option<String>> = of_args.chain(groups).collect();
    names.into_iter().flatten()
}

/// Parses a scope that a module declares, for the command line.
///
/// # Errors
/// Returns a message that names every scope.
pub(crate) fn scope(catalog: &Catalog, text: &str) -> Result<Scope, String> {
    catalog
        .scope(text)
        .ok_or_else(|| format!("a scope is one of {}", scope_names(catalog)))
}

/// Returns the names of all scopes, separated by commas.
pub(crate) fn scope_names(catalog: &Catalog) -> String {
    let scopes = catalog.scopes().iter();
    let names: Vec<&str> = scopes.map(|definition| definition.scope.as_str()).collect();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use customers_http_kit::{HttpState, module};
    use utoipa_axum::router::OpenApiRouter;

    use super::*;
    use crate::cli;
    use crate::module::{Module, ModuleContext, NoArgs, Serving, StartError};

    fn routes() -> module::Module<HttpState> {
        let scope = Scope::declare("holds:read");
        module::Module::new("holds", OpenApiRouter::new())
            .scopes([module::ScopeDefinition::new(scope, "Read holds.")])
    }

    #[derive(Debug, clap::Args)]
    struct HoldsArgs {
        /// Maximum number of holds
        #[arg(long, env = "HOLDS_MAX", default_value = "3")]
        holds_max: u32,
    }

    #[derive(Debug, clap::Args)]
    struct TakenArgs {
        /// Not the address
        #[arg(long)]
        listen: Option<String>,
    }

    /// Defines a module with these flags, which does not start.
    macro_rules! module {
        ($module:ident, $args:ty) => {
            struct $module;

            impl Module for $module {
                type Args = $args;

                fn contract(&self) -> module::Contract {
                    routes().into_contract()
                }

                async fn start(self, args: $args, _: ModuleContext) -> Result<Serving, StartError> {
                    Err(format!("{args:?}").into())
                }
            }
        };
    }

    module!(Holds, HoldsArgs);
    module!(Plain, NoArgs);
    module!(Taken, TakenArgs);

    fn definition(modules: &Modules) -> Result<clap::Command, Failure> {
        let info = customers_adapter_http::SERVICE_INFO;
        let catalog = modules.catalog(info.clone()).unwrap();
        cli::definition("bank", info.version, &catalog, modules)
    }

    fn only(module: impl Module) -> Modules {
        let mut modules = Modules::default();
        modules.push(module);
        modules
    }

    #[test]
    fn the_flags_and_scopes_of_a_module_are_in_the_help() {
        let mut definition = definition(&only(Holds)).unwrap();
        definition.clone().debug_assert();
        let serve = definition.find_subcommand_mut("serve").unwrap();
        let help = serve.render_help().to_string();
        for text in [
            "--holds-max",
            "HOLDS_MAX",
            "[default: 3]",
            "Options of modules",
        ] {
            assert!(help.contains(text), "{text}: {help}");
        }
        let keys = definition.find_subcommand_mut("keys").unwrap();
        let create = keys.find_subcommand_mut("create").unwrap();
        let help = create.render_help().to_string().replace('\n', " ");
        assert!(
            help.contains("customers:write") && help.contains("holds:read"),
            "{help}"
        );
        let line = [
            "bank",
            "keys",
            "create",
            "--tenant",
            "acme",
            "--scope",
            "holds:read",
        ];
        assert!(definition.clone().try_get_matches_from(line).is_ok());
        let line = line.map(|word| {
            if word == "holds:read" {
                "holds:write"
            } else {
                word
            }
        });
        assert!(definition.try_get_matches_from(line).is_err());
    }

    #[test]
    fn a_module_without_flags_adds_none_to_the_help() {
        let mut definition = definition(&only(Plain)).unwrap();
        let serve = definition.find_subcommand_mut("serve").unwrap();
        let help = serve.render_help().to_string();
        assert!(!help.contains("Options of modules"), "{help}");
    }

    #[test]
    fn a_flag_that_exists_is_refused_with_its_module() {
        let refused = definition(&only(Taken)).unwrap_err();
        let message = refused.message("bank");
        assert!(
            message.contains("`holds`") && message.contains("`listen`"),
            "{message}"
        );
        let mut twice = Modules::default();
        twice.push(Holds);
        twice.push(Holds);
        let serve = clap::Command::new("serve");
        assert!(matches!(
            twice.add_flags(serve),
            Err(Failure::DuplicateFlag {
                module: "holds",
                ..
            })
        ));
    }

    #[test]
    fn the_log_target_of_a_module_is_its_crate() {
        assert_eq!(only(Plain).log_targets(), ["customers", "customers_app"]);
    }
}
