//! The tables for creates: one for each number of connections, and one with the targets.

use std::time::Duration;

use super::setup::{Mode, Sample};
use super::{AtSize, Variant};
use crate::report::{Report, Table, connections, median, microseconds, milliseconds};

const COLUMNS: [&str; 7] = [
    "creates",
    "per second",
    "vs `pgbench`",
    "p50",
    "p99",
    "CPU per create: program",
    "PostgreSQL",
];

const PLAIN: Variant = Variant {
    mode: Mode::Batched,
    is_keyed: false,
};
const KEYED: Variant = Variant {
    mode: Mode::Batched,
    is_keyed: true,
};

/// All results of creates.
pub(super) struct Tables<'a>(pub(super) &'a [AtSize]);

impl Tables<'_> {
    /// Adds the tables to the report.
    pub(super) fn add_to(&self, report: &mut Report) {
        for size in self.0 {
            let title = format!("Creates, {}", connections(size.connections));
            size.add_to(report.table(title, &COLUMNS));
        }
        let table = report.table("Creates, targets", &["what", "measured", "target"]);
        for size in self.0 {
            match size.connections {
                1 => size.add_single_targets(table),
                64 => {
                    size.add_rate_targets(table);
                    size.add_memory_target(table, "≤ 64 MB");
                }
                512 => size.add_memory_target(table, "≤ 128 MB"),
                _ => {}
            }
        }
    }
}

impl AtSize {
    fn add_to(&self, table: &mut Table) {
        let pgbench: Vec<Sample> = self.rounds.iter().map(|round| round.pgbench).collect();
        table.row(cells(
            "`pgbench`: inserts".to_owned(),
            String::new(),
            &pgbench,
        ));
        for variant in Variant::all() {
            let samples = self.samples(variant);
            if !samples.is_empty() {
                let ratio = format!("{:.2} ×", self.ratio(variant, |run| run.per_second));
                table.row(cells(variant.name(), ratio, &samples));
            }
        }
    }

    fn add_single_targets(&self, table: &mut Table) {
        for (variant, name) in [(PLAIN, "without"), (KEYED, "with")] {
            let ratio = self.ratio(variant, |run| run.p50.as_secs_f64());
            table.row([
                format!("a single create {name} a key, p50"),
                format!("{ratio:.2} × `pgbench`"),
                "≤ 1.3 ×".to_owned(),
            ]);
        }
    }

    fn add_rate_targets(&self, table: &mut Table) {
        let kinds = [(PLAIN, "without", "≥ 2 ×"), (KEYED, "with", "≥ 1.5 ×")];
        for (variant, name, target) in kinds {
            let ratio = self.ratio(variant, |run| run.per_second);
            table.row([
                format!("creates per second {name} a key, 64 connections"),
                format!("{ratio:.2} × `pgbench`"),
                target.to_owned(),
            ]);
        }
        for (variant, name, _) in kinds {
            let at = |time: fn(&Sample) -> Duration| median(self.samples(variant).iter().map(time));
            let (p50, p99) = (at(|run| run.p50), at(|run| run.p99));
            table.row([
                format!("p99 of creates {name} a key, 64 connections"),
                format!(
                    "{}, {:.1} × p50",
                    milliseconds(p99),
                    p99.as_secs_f64() / p50.as_secs_f64()
                ),
                "≤ 15 ms or ≤ 3 ×".to_owned(),
            ]);
        }
        for (variant, name, _) in kinds {
            let two = Variant {
                mode: Mode::TwoInstances,
                ..variant
            };
            let pairs = self.samples(two).into_iter().zip(self.samples(variant));
            let ratio = median(pairs.map(|(two, one)| two.per_second / one.per_second));
            table.row([
                format!("two instances {name} a key, 64 connections"),
                format!("{ratio:.2} × one instance"),
                "≥ 1.0 ×".to_owned(),
            ]);
        }
    }

    fn add_memory_target(&self, table: &mut Table, target: &str) {
        table.row([
            format!(
                "memory of an instance after {} connections (peak)",
                self.connections
            ),
            format!("{:.0} MB ({:.0} MB)", self.memory.current, self.memory.peak),
            target.to_owned(),
        ]);
    }

    fn samples(&self, variant: Variant) -> Vec<Sample> {
        self.rounds
            .iter()
            .flat_map(|round| &round.creates)
            .filter(|(of, _)| *of == variant)
            .map(|(_, sample)| *sample)
            .collect()
    }

    /// Returns the median ratio of a figure to that of `pgbench` in the same round.
    fn ratio(&self, variant: Variant, figure: impl Fn(&Sample) -> f64) -> f64 {
        let ratios = self.samples(variant);
        let ratios = ratios.iter().zip(&self.rounds);
        median(ratios.map(|(sample, round)| figure(sample) / figure(&round.pgbench)))
    }
}

impl Variant {
    fn name(self) -> String {
        let mode = match self.mode {
            Mode::Batched => "batched",
            Mode::Unbatched => "unbatched",
            Mode::TwoInstances => "batched, two instances",
        };
        let key = if self.is_keyed { ", with a key" } else { "" };
        format!("{mode}{key}")
    }
}

/// Returns a row with the columns [`COLUMNS`].
fn cells(name: String, ratio: String, runs: &[Sample]) -> [String; COLUMNS.len()] {
    let program: Vec<Duration> = runs.iter().filter_map(|run| run.program_cpu).collect();
    [
        name,
        format!("{:.0}", median(runs.iter().map(|run| run.per_second))),
        ratio,
        milliseconds(median(runs.iter().map(|run| run.p50))),
        milliseconds(median(runs.iter().map(|run| run.p99))),
        if program.is_empty() {
            String::new()
        } else {
            microseconds(median(program))
        },
        microseconds(median(runs.iter().map(|run| run.postgres_cpu))),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::creates::Round;
    use crate::service::Memory;

    fn sample(per_second: f64, milliseconds: u64) -> Sample {
        Sample {
            per_second,
            p50: Duration::from_millis(milliseconds),
            p99: Duration::from_millis(4 * milliseconds),
            program_cpu: Some(Duration::from_micros(40)),
            postgres_cpu: Duration::from_micros(60),
        }
    }

    /// Returns three rounds on a machine that gets slower. Creates are twice as fast as `pgbench`, and three
    /// times as fast with two instances.
    fn measured(connections: u32) -> AtSize {
        let round = |speed: f64| Round {
            pgbench: Sample {
                program_cpu: None,
                ..sample(speed, 6)
            },
            creates: Variant::all()
                .map(|variant| match variant.mode {
                    Mode::TwoInstances => (variant, sample(3.0 * speed, 2)),
                    Mode::Batched | Mode::Unbatched => (variant, sample(2.0 * speed, 3)),
                })
                .collect(),
        };
        AtSize {
            connections,
            rounds: [4000.0, 2000.0, 1000.0].map(round).into(),
            memory: Memory {
                current: 40.0,
                peak: 50.0,
            },
        }
    }

    fn markdown(connections: u32) -> String {
        let mut report = Report::default();
        Tables(&[measured(connections)]).add_to(&mut report);
        report.to_markdown()
    }

    #[test]
    fn creates_are_compared_with_the_inserts_of_their_round() {
        let text = markdown(64);
        assert!(text.starts_with("## Creates, 64 connections\n"), "{text}");
        for row in [
            "| `pgbench`: inserts | 2000 |  | 6.00 ms | 24.00 ms |  | 60 µs |",
            "| batched, with a key | 4000 | 2.00 × | 3.00 ms | 12.00 ms | 40 µs | 60 µs |",
        ] {
            assert!(text.contains(row), "{text}");
        }
    }

    #[test]
    fn targets_are_listed_with_their_results() {
        let text = markdown(64);
        for row in [
            "| creates per second without a key, 64 connections | 2.00 × `pgbench` | ≥ 2 × |",
            "| p99 of creates with a key, 64 connections | 12.00 ms, 4.0 × p50 | ≤ 15 ms or ≤ 3 × |",
            "| two instances without a key, 64 connections | 1.50 × one instance | ≥ 1.0 × |",
            "| memory of an instance after 64 connections (peak) | 40 MB (50 MB) | ≤ 64 MB |",
        ] {
            assert!(text.contains(row), "{text}");
        }
        let single = "| a single create with a key, p50 | 0.50 × `pgbench` | ≤ 1.3 × |";
        assert!(markdown(1).contains(single));
        assert!(markdown(512).contains("(peak) | 40 MB (50 MB) | ≤ 128 MB |"));
    }
}
