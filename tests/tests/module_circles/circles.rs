//! Reads the sources of a crate and finds the uses between modules.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use syn::visit::{self, Visit};
use syn::{Attribute, File, Ident, Item, ItemUse, UseTree, Visibility};

/// The modules of a crate by path, such as `server::slots`. The path of the root is empty.
pub struct Sources(BTreeMap<String, File>);

impl Sources {
    /// Reads every file below a `src` directory.
    pub fn read(src: &Path) -> Self {
        let mut files = BTreeMap::new();
        read_into(src, "", &mut files);
        Self(files)
    }

    /// Parses modules from strings.
    pub fn of(modules: &[(&str, &str)]) -> Self {
        let parsed = modules
            .iter()
            .map(|(path, text)| ((*path).to_owned(), syn::parse_file(text).unwrap()));
        Self(parsed.collect())
    }

    /// Returns the sets of modules that use each other, directly or indirectly.
    pub fn circles(&self) -> Vec<BTreeSet<String>> {
        let uses = self.uses();
        let reached: BTreeMap<&String, BTreeSet<&String>> = uses
            .keys()
            .map(|module| (module, reachable(module, &uses)))
            .collect();
        let mut circles: Vec<BTreeSet<String>> = Vec::new();
        for (module, seen) in &reached {
            let circle: BTreeSet<String> = seen
                .iter()
                .filter(|other| reached[**other].contains(module))
                .map(|other| (*other).clone())
                .collect();
            if circle.len() > 1 && !circles.contains(&circle) {
                circles.push(circle);
            }
        }
        circles
    }

    /// Returns the identifiers outside tests that contain a word, ignoring case.
    pub fn identifiers_with(&self, word: &str) -> BTreeSet<String> {
        let mut names = Names {
            word,
            found: BTreeSet::new(),
        };
        for file in self.0.values() {
            names.visit_file(file);
        }
        names.found
    }

    fn uses(&self) -> BTreeMap<String, BTreeSet<String>> {
        let re_exports = self.re_exports();
        self.0
            .iter()
            .map(|(module, file)| {
                let mut paths = Paths { found: Vec::new() };
                paths.visit_file(file);
                let targets = paths
                    .found
                    .iter()
                    .filter_map(|path| self.absolute(module, path))
                    .map(|path| self.module_of(&path, &re_exports))
                    .filter(|target| target != module);
                (module.clone(), targets.collect())
            })
            .collect()
    }

    /// Returns re-exports with their targets, such as `auth::KeyCache` with `auth::key_cache::KeyCache`.
    fn re_exports(&self) -> BTreeMap<String, String> {
        let mut re_exports = BTreeMap::new();
        for (module, file) in &self.0 {
            for item in &file.items {
                let Item::Use(item) = item else { continue };
                if matches!(item.vis, Visibility::Inherited) {
                    continue;
                }
                for path in leaves(&item.tree) {
                    let target = self.absolute(module, &path);
                    if let (Some(target), Some(name)) = (target, path.last()) {
                        re_exports.insert(join(module, name), target.join("::"));
                    }
                }
            }
        }
        re_exports
    }

    /// Returns the path from the root of the crate, or `None` if it leads to another crate.
    fn absolute(&self, module: &str, path: &[String]) -> Option<Vec<String>> {
        let mut here: Vec<String> = segments(module);
        let mut rest = path;
        match path.first()?.as_str() {
            "crate" => {
                here.clear();
                rest = &path[1..];
            }
            "self" => rest = &path[1..],
            "super" => {
                while rest.first().is_some_and(|segment| segment == "super") {
                    here.pop()?;
                    rest = &rest[1..];
                }
            }
            first if self.0.contains_key(&join(module, first)) => {}
            _ => return None,
        }
        here.extend(rest.iter().cloned());
        Some(here)
    }

    /// Returns the deepest module of a path, through re-exports.
    fn module_of(&self, path: &[String], re_exports: &BTreeMap<String, String>) -> String {
        let mut path = path.to_vec();
        // Limits chains of re-exports.
        for _ in 0..8 {
            let re_exported = (1..=path.len())
                .find_map(|length| Some((length, re_exports.get(&path[..length].join("::"))?)));
            let Some((length, target)) = re_exported else {
                break;
            };
            path = [segments(target), path[length..].to_vec()].concat();
        }
        let deepest = (0..=path.len())
            .rev()
            .map(|length| path[..length].join("::"))
            .find(|module| self.0.contains_key(module));
        deepest.unwrap_or_default()
    }
}

fn segments(module: &str) -> Vec<String> {
    let segments = module.split("::").filter(|segment| !segment.is_empty());
    segments.map(str::to_owned).collect()
}

fn join(module: &str, name: &str) -> String {
    if module.is_empty() {
        name.to_owned()
    } else {
        format!("{module}::{name}")
    }
}

fn read_into(directory: &Path, module: &str, files: &mut BTreeMap<String, File>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            read_into(&path, &join(module, &stem), files);
        } else if path.extension().is_some_and(|extension| extension == "rs") && stem != "tests" {
            let name = match stem.as_str() {
                "lib" | "main" | "mod" => module.to_owned(),
                _ => join(module, &stem),
            };
            let text = fs::read_to_string(&path).unwrap();
            files.insert(name, syn::parse_file(&text).unwrap());
        }
    }
}

fn reachable<'u>(
    start: &'u String,
    uses: &'u BTreeMap<String, BTreeSet<String>>,
) -> BTreeSet<&'u String> {
    let mut seen = BTreeSet::new();
    let mut next = vec![start];
    while let Some(module) = next.pop() {
        for target in uses.get(module).into_iter().flatten() {
            if seen.insert(target) {
                next.push(target);
            }
        }
    }
    seen
}

fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute
                .parse_args::<Ident>()
                .is_ok_and(|argument| argument == "test")
    })
}

/// Returns every path of a `use`.
fn leaves(tree: &UseTree) -> Vec<Vec<String>> {
    match tree {
        UseTree::Path(path) => {
            let first = path.ident.to_string();
            let rest = leaves(&path.tree).into_iter();
            rest.map(|rest| [vec![first.clone()], rest].concat())
                .collect()
        }
        UseTree::Group(group) => group.items.iter().flat_map(leaves).collect(),
        UseTree::Name(name) if name.ident == "self" => vec![Vec::new()],
        UseTree::Name(name) => vec![vec![name.ident.to_string()]],
        UseTree::Rename(rename) => vec![vec![rename.ident.to_string()]],
        UseTree::Glob(_) => vec![Vec::new()],
    }
}

/// Collects the paths that a module names, without its tests and its re-exports.
struct Paths {
    found: Vec<Vec<String>>,
}

impl<'ast> Visit<'ast> for Paths {
    fn visit_item(&mut self, item: &'ast Item) {
        let attributes = match item {
            Item::Mod(item) => &item.attrs,
            Item::Use(item) => &item.attrs,
            Item::Impl(item) => &item.attrs,
            Item::Fn(item) => &item.attrs,
            _ => return visit::visit_item(self, item),
        };
        if !is_test(attributes) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        if matches!(item.vis, Visibility::Inherited) {
            self.found.extend(leaves(&item.tree));
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let segments = path.segments.iter();
        let segments: Vec<String> = segments.map(|segment| segment.ident.to_string()).collect();
        if segments.len() > 1 {
            self.found.push(segments);
        }
        visit::visit_path(self, path);
    }
}

/// Collects the identifiers that contain a word.
struct Names<'w> {
    word: &'w str,
    found: BTreeSet<String>,
}

impl<'ast> Visit<'ast> for Names<'_> {
    fn visit_item(&mut self, item: &'ast Item) {
        match item {
            Item::Mod(item) if is_test(&item.attrs) => {}
            _ => visit::visit_item(self, item),
        }
    }

    fn visit_ident(&mut self, ident: &'ast Ident) {
        let name = ident.to_string();
        if name.to_ascii_lowercase().contains(self.word) {
            self.found.insert(name);
        }
    }
}
