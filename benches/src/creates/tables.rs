//! What is told of creates: a table for each number of connections, and what is to be reached.

use std::time::Duration;

use super::stage::{Sample, Way};
use super::{AtSize, Variant};
use crate::report::{Report, Table, connections, median, microseconds, milliseconds};

const COLUMNS: [&str; 7] = [
    "creates",
    "a second",
    "of `pgbench`",
    "p50",
    "p99",
    "CPU a create: program",
    "PostgreSQL",
];

const PLAIN: Variant = Variant {
    way: Way::Together,
    is_keyed: false,
};
const KEYED: Variant = Variant {
    way: Way::Together,
    is_keyed: true,
};

/// All that was measured of creates.
pub(super) struct Tables<'a>(pub(super) &'a [AtSize]);

impl Tables<'_> {
    /// Tells it.
    pub(super) fn add_to(&self, report: &mut Report) {
        for size in self.0 {
            let title = format!("Creates, {}", connections(size.connections));
            size.add_to(report.table(title, &COLUMNS));
        }
        let table = report.table("Creates, to be reached", &["what", "measured", "to reach"]);
        for size in self.0 {
            match size.connections {
                1 => size.judge_lone(table),
                64 => {
                    size.judge_rates(table);
                    size.judge_memory(table, "≤ 64 MB");
                }
                512 => size.judge_memory(table, "≤ 128 MB"),
                _ => {}
            }
        }
    }
}

impl AtSize {
    fn add_to(&self, table: &mut Table) {
        let pgbench: Vec<Sample> = self.turns.iter().map(|turn| turn.pgbench).collect();
        table.row(cells(
            "`pgbench`: inserts".to_owned(),
            String::new(),
            &pgbench,
        ));
        for variant in Variant::all() {
            let samples = self.samples(variant);
            if !samples.is_empty() {
                let ratio = format!("{:.2} ×", self.ratio(variant, |run| run.a_second));
                table.row(cells(variant.name(), ratio, &samples));
            }
        }
    }

    fn judge_lone(&self, table: &mut Table) {
        for (variant, name) in [(PLAIN, "without"), (KEYED, "with")] {
            let ratio = self.ratio(variant, |run| run.p50.as_secs_f64());
            table.row([
                format!("a lone create {name} a key, p50"),
                format!("{ratio:.2} × `pgbench`"),
                "≤ 1.3 ×".to_owned(),
            ]);
        }
    }

    fn judge_rates(&self, table: &mut Table) {
        let kinds = [(PLAIN, "without", "≥ 2 ×"), (KEYED, "with", "≥ 1.5 ×")];
        for (variant, name, target) in kinds {
            let ratio = self.ratio(variant, |run| run.a_second);
            table.row([
                format!("creates a second {name} a key, 64 connections"),
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
                way: Way::TwoCopies,
                ..variant
            };
            let pairs = self.samples(two).into_iter().zip(self.samples(variant));
            let ratio = median(pairs.map(|(two, one)| two.a_second / one.a_second));
            table.row([
                format!("two copies {name} a key, 64 connections"),
                format!("{ratio:.2} × one copy"),
                "≥ 1.0 ×".to_owned(),
            ]);
        }
    }

    fn judge_memory(&self, table: &mut Table, target: &str) {
        table.row([
            format!(
                "memory of a copy after {} connections (at most)",
                self.connections
            ),
            format!("{:.0} MB ({:.0} MB)", self.memory.now, self.memory.most),
            target.to_owned(),
        ]);
    }

    fn samples(&self, variant: Variant) -> Vec<Sample> {
        self.turns
            .iter()
            .flat_map(|turn| &turn.creates)
            .filter(|(of, _)| *of == variant)
            .map(|(_, sample)| *sample)
            .collect()
    }

    /// How a figure of the variant compares with that of `pgbench` in the same turn; the median.
    fn ratio(&self, variant: Variant, figure: impl Fn(&Sample) -> f64) -> f64 {
        let ratios = self.samples(variant);
        let ratios = ratios.iter().zip(&self.turns);
        median(ratios.map(|(sample, turn)| figure(sample) / figure(&turn.pgbench)))
    }
}

impl Variant {
    fn name(self) -> String {
        let way = match self.way {
            Way::Together => "together",
            Way::OneByOne => "one by one",
            Way::TwoCopies => "together, two copies of the program",
        };
        let key = if self.is_keyed { ", with a key" } else { "" };
        format!("{way}{key}")
    }
}

/// A row of [`COLUMNS`].
fn cells(name: String, ratio: String, runs: &[Sample]) -> [String; COLUMNS.len()] {
    let program: Vec<Duration> = runs.iter().filter_map(|run| run.program).collect();
    [
        name,
        format!("{:.0}", median(runs.iter().map(|run| run.a_second))),
        ratio,
        milliseconds(median(runs.iter().map(|run| run.p50))),
        milliseconds(median(runs.iter().map(|run| run.p99))),
        if program.is_empty() {
            String::new()
        } else {
            microseconds(median(program))
        },
        microseconds(median(runs.iter().map(|run| run.postgres))),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::creates::Turn;
    use crate::service::Memory;

    fn sample(a_second: f64, milliseconds: u64) -> Sample {
        Sample {
            a_second,
            p50: Duration::from_millis(milliseconds),
            p99: Duration::from_millis(4 * milliseconds),
            program: Some(Duration::from_micros(40)),
            postgres: Duration::from_micros(60),
        }
    }

    /// Three turns in a machine that gets slower, where creates are always twice as fast as `pgbench`
    /// and those by two copies half as fast again.
    fn measured(connections: u32) -> AtSize {
        let turn = |speed: f64| Turn {
            pgbench: Sample {
                program: None,
                ..sample(speed, 6)
            },
            creates: Variant::all()
                .map(|variant| match variant.way {
                    Way::TwoCopies => (variant, sample(3.0 * speed, 2)),
                    Way::Together | Way::OneByOne => (variant, sample(2.0 * speed, 3)),
                })
                .collect(),
        };
        AtSize {
            connections,
            turns: [4000.0, 2000.0, 1000.0].map(turn).into(),
            memory: Memory {
                now: 40.0,
                most: 50.0,
            },
        }
    }

    fn told(connections: u32) -> String {
        let mut report = Report::default();
        Tables(&[measured(connections)]).add_to(&mut report);
        report.to_markdown()
    }

    #[test]
    fn creates_are_told_beside_the_inserts_of_their_turn() {
        let told = told(64);
        assert!(told.starts_with("## Creates, 64 connections\n"), "{told}");
        for row in [
            "| `pgbench`: inserts | 2000 |  | 6.00 ms | 24.00 ms |  | 60 µs |",
            "| together, with a key | 4000 | 2.00 × | 3.00 ms | 12.00 ms | 40 µs | 60 µs |",
        ] {
            assert!(told.contains(row), "{told}");
        }
    }

    #[test]
    fn what_is_to_be_reached_is_told_where_it_is() {
        let told_at_64 = told(64);
        for row in [
            "| creates a second without a key, 64 connections | 2.00 × `pgbench` | ≥ 2 × |",
            "| p99 of creates with a key, 64 connections | 12.00 ms, 4.0 × p50 | ≤ 15 ms or ≤ 3 × |",
            "| two copies without a key, 64 connections | 1.50 × one copy | ≥ 1.0 × |",
            "| memory of a copy after 64 connections (at most) | 40 MB (50 MB) | ≤ 64 MB |",
        ] {
            assert!(told_at_64.contains(row), "{told_at_64}");
        }
        let lone = "| a lone create with a key, p50 | 0.50 × `pgbench` | ≤ 1.3 × |";
        assert!(told(1).contains(lone));
        assert!(told(512).contains("(at most) | 40 MB (50 MB) | ≤ 128 MB |"));
    }
}
