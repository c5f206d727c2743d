//! From the list to what is counted.

use metrics::{Counter, Gauge, Histogram, Label, SharedString};

use crate::list::{Kind, Metric};

/// The values of a metric's labels, in the order of the list.
pub(crate) type LabelValues<const N: usize> = [SharedString; N];

impl Metric {
    pub(crate) fn counter<const N: usize>(&self, values: LabelValues<N>) -> Counter {
        debug_assert_eq!(self.kind, Kind::Counter);
        metrics::counter!(self.name, self.labelled(values))
    }

    pub(crate) fn gauge<const N: usize>(&self, values: LabelValues<N>) -> Gauge {
        debug_assert_eq!(self.kind, Kind::Gauge);
        metrics::gauge!(self.name, self.labelled(values))
    }

    pub(crate) fn histogram<const N: usize>(&self, values: LabelValues<N>) -> Histogram {
        debug_assert_eq!(self.kind, Kind::Histogram);
        metrics::histogram!(self.name, self.labelled(values))
    }

    fn labelled<const N: usize>(&self, values: LabelValues<N>) -> Vec<Label> {
        debug_assert_eq!(self.labels.len(), N, "{} has other labels", self.name);
        let names = self.labels.iter().map(|label| label.name);
        names
            .zip(values)
            .map(|(name, value)| Label::new(name, value))
            .collect()
    }
}

/// One counter for each value of a metric's last label, all of them there from the start.
pub(crate) struct Tally(Vec<(&'static str, Counter)>);

impl Tally {
    pub(crate) fn new(
        values: &'static [&'static str],
        counter: impl Fn(&'static str) -> Counter,
    ) -> Self {
        Self(
            values
                .iter()
                .map(|value| (*value, counter(value)))
                .collect(),
        )
    }

    pub(crate) fn count(&self, value: &'static str) {
        let found = self.0.iter().find(|(known, _)| *known == value);
        debug_assert!(found.is_some(), "{value} is not in the list");
        if let Some((_, counter)) = found {
            counter.increment(1);
        }
    }
}
