//! The text format of Prometheus, read and held against the list of metrics.

use std::collections::{BTreeMap, BTreeSet};

use customers_metrics::{Kind, METRICS, Metric, Values};

/// A page of metrics.
#[derive(Debug, Default)]
pub struct Exposition {
    /// Name, then the text of `# HELP`.
    pub help: BTreeMap<String, String>,
    /// Name, then the word of `# TYPE`.
    pub kinds: BTreeMap<String, String>,
    /// Every series.
    pub samples: Vec<Sample>,
}

/// A series and its value.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// The name, with the suffix of a histogram's series.
    pub name: String,
    /// The labels.
    pub labels: BTreeMap<String, String>,
    /// The value.
    pub value: f64,
}

impl Exposition {
    /// Reads a page.
    ///
    /// # Panics
    /// When it is not in the format, or holds something twice.
    pub fn parse(text: &str) -> Self {
        assert!(text.ends_with('\n'), "the last line has no end: {text}");
        let mut page = Self::default();
        for line in text.lines().filter(|line| !line.is_empty()) {
            if let Some(rest) = line.strip_prefix("# HELP ") {
                let (name, help) = rest.split_once(' ').expect("a name and a text");
                let before = page.help.insert(name.to_owned(), help.to_owned());
                assert_eq!(before, None, "HELP twice: {line}");
            } else if let Some(rest) = line.strip_prefix("# TYPE ") {
                let (name, kind) = rest.split_once(' ').expect("a name and a type");
                let before = page.kinds.insert(name.to_owned(), kind.to_owned());
                assert_eq!(before, None, "TYPE twice: {line}");
            } else {
                page.samples.push(Sample::parse(line));
            }
        }
        let series: BTreeSet<_> = page
            .samples
            .iter()
            .map(|it| (&it.name, &it.labels))
            .collect();
        assert_eq!(series.len(), page.samples.len(), "a series twice: {text}");
        page
    }

    /// The sum over the series of that name which have all of these labels; 0 where there is none.
    ///
    /// # Panics
    /// When it is not a whole number.
    pub fn sum(&self, name: &str, labels: &[(&str, &str)]) -> u64 {
        let series = self.samples.iter();
        let series = series.filter(|sample| sample.name == name && sample.has(labels));
        let sum: f64 = series.map(|sample| sample.value).sum();
        sum.abs().to_string().parse().expect("a whole number")
    }

    /// Whether there is such a series.
    pub fn has(&self, name: &str, labels: &[(&str, &str)]) -> bool {
        self.samples
            .iter()
            .any(|sample| sample.name == name && sample.has(labels))
    }

    /// Whatever is not as the list of metrics says: names, types, help, labels and their values.
    pub fn offences(&self) -> Vec<String> {
        let mut offences = Vec::new();
        for (name, kind) in &self.kinds {
            match METRICS.iter().find(|metric| metric.name == name) {
                None => offences.push(format!("{name} is not in the list")),
                Some(metric) => {
                    if metric.kind.as_str() != kind {
                        offences.push(format!("{name} is called a {kind}"));
                    }
                    if self.help.get(name).map(String::as_str) != Some(metric.help) {
                        offences.push(format!("{name} has another HELP"));
                    }
                }
            }
        }
        let of_samples = self.samples.iter().filter_map(Sample::offence);
        offences.extend(of_samples);
        offences
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

    fn offence(&self) -> Option<String> {
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
        let stranger = metric.labels.iter().find(|label| match label.values {
            Values::Of(values) => !values.contains(&self.labels[label.name].as_str()),
            Values::Own(_) => false,
        });
        stranger.map(|label| format!("{} has {self:?}", label.name))
    }
}

/// The metric that a series belongs to, by the series' name.
pub fn metric_of(series: &str) -> Option<&'static Metric> {
    METRICS.iter().find(|metric| match metric.kind {
        Kind::Counter | Kind::Gauge => metric.name == series,
        Kind::Histogram => ["_bucket", "_sum", "_count"]
            .into_iter()
            .any(|suffix| series.strip_suffix(suffix) == Some(metric.name)),
    })
}
