//! Path parameters at the same position, which must have the same name in every module.

use std::collections::HashMap;

use crate::contract::Contract;
use crate::duplicates::DuplicateDeclaration;

/// Checks that parameters at the same position have the same name. The router panics on `/wallets/{id}` beside
/// `/wallets/{wallet}/holds`.
pub(crate) fn check(contracts: &[Contract]) -> Result<(), DuplicateDeclaration> {
    let mut seen: HashMap<String, (&str, &'static str)> = HashMap::new();
    for contract in contracts {
        for path in contract.openapi.paths.paths.keys() {
            let mut position = String::new();
            for segment in path.split('/').skip(1) {
                position.push('/');
                if !segment.contains('{') {
                    position.push_str(segment);
                    continue;
                }
                let (first_segment, first) = *seen
                    .entry(position.clone())
                    .or_insert((segment, contract.module));
                if first_segment != segment {
                    return Err(DuplicateDeclaration {
                        what: "path parameter",
                        name: format!("{position}{first_segment} as {position}{segment}"),
                        first,
                        second: contract.module,
                    });
                }
                position.push_str("{}");
            }
        }
    }
    Ok(())
}
