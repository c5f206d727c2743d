/// Returns the URL with another database.
pub(super) fn with_database(url: &str, database: &str) -> String {
    let (rest, query) = url.split_once('?').unwrap_or((url, ""));
    let authority = rest.find("://").map_or(0, |scheme| scheme + 3);
    let path = rest[authority..]
        .find('/')
        .map_or(rest.len(), |slash| authority + slash);
    let mark = if query.is_empty() { "" } else { "?" };
    format!("{}/{database}{mark}{query}", &rest[..path])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_database_is_replaced_and_the_rest_kept() {
        for (url, expected) in [
            ("postgres://u:p@h:1/db", "postgres://u:p@h:1/new"),
            ("postgres://h", "postgres://h/new"),
            ("postgres://h/?a=/b", "postgres://h/new?a=/b"),
            (
                "postgresql://h/db?sslmode=require",
                "postgresql://h/new?sslmode=require",
            ),
        ] {
            assert_eq!(with_database(url, "new"), expected);
        }
    }
}
