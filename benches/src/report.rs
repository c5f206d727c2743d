//! The table that is printed in the end.

use std::fmt::Write as _;

/// What was measured, beside what is to be reached where there is such a figure.
#[derive(Debug, Default)]
pub(crate) struct Report {
    rows: Vec<[String; 3]>,
}

impl Report {
    pub(crate) fn add(&mut self, what: impl Into<String>, measured: String, target: &str) {
        self.rows.push([what.into(), measured, target.to_owned()]);
    }

    /// The rows as a table in Markdown.
    pub(crate) fn to_markdown(&self) -> String {
        let mut text = String::from("| what | measured | to reach |\n|---|---|---|\n");
        for [what, measured, target] in &self.rows {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "| {what} | {measured} | {target} |");
        }
        text
    }
}

/// The middle value; of an even number of values the upper one of the two.
pub(crate) fn median<T: PartialOrd + Copy + Default>(values: impl IntoIterator<Item = T>) -> T {
    let mut values: Vec<T> = values.into_iter().collect();
    values.sort_by(|one, two| one.partial_cmp(two).unwrap_or(std::cmp::Ordering::Equal));
    values.get(values.len() / 2).copied().unwrap_or_default()
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
    fn a_report_is_a_table() {
        let mut report = Report::default();
        report.add("ready", "8 ms".to_owned(), "≤ 100 ms");
        let expected =
            "| what | measured | to reach |\n|---|---|---|\n| ready | 8 ms | ≤ 100 ms |\n";
        assert_eq!(report.to_markdown(), expected);
    }
}
