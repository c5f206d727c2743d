//! Parses the Prometheus text format and compares it with the list of metrics.

use std::collections::{BTreeMap, BTreeSet};

use customers_metrics::{Kind, METRICS, Metric, Values};

/// A parsed metrics page.
#[derive(Debug, Default)]
pub struct Exposition {
    /// Help texts by name.
    pub help: BTreeMap<String, String>,
    /// Types by name.
    pub kinds: BTreeMap<String, String>,
    /// All series.
    pub samples: Vec<Sample>,
}

/// A series and its value.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// Name, including the suffix of a histogram's series.
    pub name: String,
    /// Labels.
    pub labels: BTreeMap<String, String>,
    /// Value.
    pub value: f64,
}

impl Exposition {
    /// Parses a page.
    ///
    /// # Panics
    /// Panics if the format is invalid, or if something occurs twice.
    pub fn parse(text: &str) -> Self {
        assert!(
            text.ends_with('\n'),
            "the last line must end with a newline: {text}"
        );
        let mut page = Self::default();
        for line in text.lines().filter(|line| !line.is_empty()) {
            if let Some(rest) = line.strip_prefix("# HELP ") {
                let (name, help) = rest.split_once(' ').expect("a name and a text");
                let before = page.help.insert(name.to_owned(), help.to_owned());
                assert_eq!(before, None, "duplicate HELP: {line}");
            } else if let Some(rest) = line.strip_prefix("# TYPE ") {
                let (name, kind) = rest.split_once(' ').expect("a name and a type");
                let before = page.kinds.insert(name.to_owned(), kind.to_owned());
                assert_eq!(before, None, "duplicate TYPE: {line}");
            } else {
                page.samples.push(Sample::parse(line));
            }
        }
        let series: BTreeSet<_> = page
            .samples
            .iter()
            .map(|it| (&it.name, &it.labels))
            .collect();
        assert_eq!(series.len(), page.samples.len(), "duplicate series: {text}");
        page
    }

    /// Returns the sum of the series with the given name and labels, or 0 if there is none.
    ///
    /// # Panics
    /// Panics if the sum is not a whole number.
    pub fn sum(&self, name: &str, labels: &[(&str, &str)]) -> u64 {
        let series = self.samples.iter();
        let series = series.filter(|sample| sample.name == name && sample.has(labels));
        let sum: f64 = series.map(|sample| sample.value).sum();
        sum.abs().to_string().parse().expect("a whole number")
    }

    /// Returns whether a series with the given name and labels exists.
    pub fn has(&self, name: &str, labels: &[(&str, &str)]) -> bool {
        self.samples
            .iter()
            .any(|sample| sample.name == name && sample.has(labels))
    }

    /// Returns all differences from the list of metrics: names, types, help texts, labels and label values.
    pub fn violations(&self) -> Vec<String> {
        let mut violations = Vec::new();
        for (name, kind) in &self.kinds {
            match METRICS.iter().find(|metric| metric.name == name) {
                None => violations.push(format!("{name} is not in the list")),
                Some(metric) => {
                    if metric.kind.as_str() != kind {
                        violations.push(format!("{name} has type {kind}"));
                    }
                    if self.help.get(name).map(String::as_str) != Some(metric.help) {
                        violations.push(format!("{name} has a different help text"));
                    }
                }
            }
        }
        let of_samples = self.samples.iter().filter_map(Sample::violation);
        violations.extend(of_samples);
        violations
    }
}

impl Sample {
    fn parse(line: &str) -> Self {
        let (series, value) = line.rsplit_once(' ').expect("a series and a value");
        let (name, labels) = match series.split_once('{') {
            None => (series, ""),
            Some((name, rest)) => (name, rest.strip_suffix('}').expect("the end of labels")),
        };
        let labels: BTreeMap<String, String> = labels
            .split_terminator("\",")
            .map(|pair| {
                let (name, value) = pair.split_once("=\"").expect("a label");
                let value = value.strip_suffix('"').unwrap_or(value);
                (name.to_owned(), value.to_owned())
            })
            .collect();
        Self {
            name: name.to_owned(),
            labels,
            value: value.parse().expect("a number"),
        }
    }

    fn has(&self, labels: &[(&str, &str)]) -> bool {
        labels
            .iter()
            .all(|(name, value)| self.labels.get(*name).is_some_and(|it| it == value))
    }

    fn violation(&self) -> Option<String> {
        let Some(metric) = metric_of(&self.name) else {
            return Some(format!("{} is not in the list", self.name));
        };
        let mut names: Vec<&str> = metric.labels.iter().map(|label| label.name).collect();
        if self.name.ends_with("_bucket") {
            names.push("le");
        }
        names.sort_unstable();
        let seen: Vec<&str> = self.labels.keys().map(String::as_str).collect();
        if seen != names {
            return Some(format!("{} has the labels {seen:?}", self.name));
        }
        let undefined = metric.labels.iter().find(|label| match label.values {
            Values::Fixed(values) => !values.contains(&self.labels[label.name].as_str()),
            Values::FromProgram(_) => false,
        });
        undefined.map(|label| format!("{} has {self:?}", label.name))
    }
}

/// Returns the metric of a series by the name of the series.
pub fn metric_of(series: &str) -> Option<&'static Metric> {
    METRICS.iter().find(|metric| match metric.kind {
        Kind::Counter | Kind::Gauge => metric.name == series,
        Kind::Histogram => ["_bucket", "_sum", "_count"]
            .into_iter()
            .any(|suffix| series.strip_suffix(suffix) == Some(metric.name)),
    })
}
