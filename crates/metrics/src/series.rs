//! Creates the series of the metrics in the list.

use metrics::{Counter, Gauge, Histogram, Label, SharedString};

use crate::list::{Kind, Metric};

/// The label values of a series, in the order of [`Metric::labels`].
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
        debug_assert_eq!(
            self.labels.len(),
            N,
            "wrong number of labels for {}",
            self.name
        );
        let names = self.labels.iter().map(|label| label.name);
        names
            .zip(values)
            .map(|(name, value)| Label::new(name, value))
            .collect()
    }
}

/// One counter for each value of a metric's last label. All of them exist from the start, with value 0.
pub(crate) struct CounterSet(Vec<(&'static str, Counter)>);

impl CounterSet {
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

    pub(crate) fn increment(&self, value: &'static str) {
        let found = self.0.iter().find(|(known, _)| *known == value);
        debug_assert!(found.is_some(), "{value} is not in the list");
        if let Some((_, counter)) = found {
            counter.increment(1);
        }
    }
}
