//! The tables that the benchmark prints.

use std::fmt::Write as _;
use std::time::Duration;

/// The tables with the results.
#[derive(Debug, Default)]
pub(crate) struct Report {
    tables: Vec<Table>,
}

/// A table. Each row has one cell per column.
#[derive(Debug)]
pub(crate) struct Table {
    title: String,
    columns: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Report {
    /// Appends a table.
    pub(crate) fn table(&mut self, title: impl Into<String>, columns: &[&str]) -> &mut Table {
        self.tables.push_mut(Table {
            title: title.into(),
            columns: columns.iter().map(|&name| name.to_owned()).collect(),
            rows: Vec::new(),
        })
    }

    /// Returns the tables in Markdown.
    pub(crate) fn to_markdown(&self) -> String {
        let tables: Vec<String> = self.tables.iter().map(Table::to_markdown).collect();
        tables.join("\n")
    }
}

impl Table {
    /// Appends a row.
    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    fn to_markdown(&self) -> String {
        let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
        let mut text = format!("## {}\n\n{}", self.title, line(&self.columns));
        // Writing to a string cannot fail.
        let _ = writeln!(text, "|{}", "---|".repeat(self.columns.len()));
        text.extend(self.rows.iter().map(|row| line(row)));
        text
    }
}

/// Returns the median, which is the upper of the two middle values if their number is even.
pub(crate) fn median<T: PartialOrd + Copy + Default>(values: impl IntoIterator<Item = T>) -> T {
    let mut values: Vec<T> = values.into_iter().collect();
    values.sort_by(|one, two| one.partial_cmp(two).unwrap_or(std::cmp::Ordering::Equal));
    values.get(values.len() / 2).copied().unwrap_or_default()
}

/// Returns a percentile (0 to 100) of sorted values.
pub(crate) fn percentile<T: Copy + Default>(sorted: &[T], percent: usize) -> T {
    let last = sorted.len().saturating_sub(1);
    sorted
        .get(last * percent / 100)
        .copied()
        .unwrap_or_default()
}

/// Formats a number of connections.
pub(crate) fn connections(number: u32) -> String {
    match number {
        1 => "one connection".to_owned(),
        _ => format!("{number} connections"),
    }
}

/// Formats a duration in milliseconds.
pub(crate) fn milliseconds(duration: Duration) -> String {
    format!("{:.2} ms", duration.as_secs_f64() * 1000.0)
}

/// Formats a duration in microseconds.
pub(crate) fn microseconds(duration: Duration) -> String {
    format!("{:.0} µs", duration.as_secs_f64() * 1e6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_of_the_sorted_values() {
        assert_eq!(median([3, 1, 2]), 2);
        assert_eq!(median([1.0, 4.0, 2.0, 3.0]).to_string(), "3");
        assert_eq!(median(Vec::<u32>::new()), 0);
    }

    #[test]
    fn a_percentile_is_taken_from_the_sorted_values() {
        let values: Vec<u32> = (1..=200).collect();
        assert_eq!(
            [50, 99, 100].map(|at| percentile(&values, at)),
            [100, 198, 200]
        );
        assert_eq!(percentile(&Vec::<u32>::new(), 50), 0);
    }

    #[test]
    fn one_connection_is_singular() {
        assert_eq!([1, 8].map(connections), ["one connection", "8 connections"]);
    }

    #[test]
    fn tables_are_separated_by_blank_lines() {
        let mut report = Report::default();
        let table = report.table("Start", &["what", "measured"]);
        table.row(["ready", "8 ms"].map(str::to_owned));
        report.table("Life", &["operation"]);
        let expected = "## Start\n\n| what | measured |\n|---|---|\n| ready | 8 ms |\n\n\
                        ## Life\n\n| operation |\n|---|\n";
        assert_eq!(report.to_markdown(), expected);
    }
}
