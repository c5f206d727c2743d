//! Creates on PostgreSQL, compared with `pgbench`: batched, unbatched, and with two instances of the program,
//! at several numbers of connections.

mod setup;
mod tables;

use std::time::Duration;

use crate::options::Options;
use crate::report::{self, Report};
use crate::service::{Memory, Program};
use crate::{Result, note};
use setup::{Mode, Sample, Setup};
use tables::Tables;

/// A number of connections.
struct Size {
    connections: u32,
    /// Whether it has targets. Such runs take the whole duration, others three fifths of it.
    has_targets: bool,
}

const SIZES: [Size; 4] = [
    Size {
        connections: 1,
        has_targets: true,
    },
    Size {
        connections: 8,
        has_targets: false,
    },
    Size {
        connections: 64,
        has_targets: true,
    },
    Size {
        connections: 512,
        has_targets: false,
    },
];

/// Measures creates in each mode, with and without an idempotency key, alternating with `pgbench`.
///
/// # Errors
/// Returns an error if the database, the program or `pgbench` fails.
pub(crate) fn measure(program: &Program, options: Options, report: &mut Report) -> Result<()> {
    let mut setup = Setup::start(program)?;
    let mut measured = Vec::new();
    for size in &SIZES {
        measured.push(at_size(&mut setup, size, options)?);
    }
    Tables(&measured).add_to(report);
    Ok(())
}

fn at_size(setup: &mut Setup, size: &Size, options: Options) -> Result<AtSize> {
    let connections = size.connections;
    let name = report::connections(connections);
    note(&format!("creates, {name}"));
    let duration = if size.has_targets {
        options.run_duration()
    } else {
        Duration::from_secs(options.run_duration().as_secs() * 3 / 5).max(Duration::from_secs(1))
    };
    let connecting = setup.warm_up(connections)?;
    let variants: Vec<Variant> = Variant::all()
        .filter(|variant| variant.mode != Mode::TwoInstances || connections > 1)
        .collect();
    let mut rounds = Vec::new();
    for round in 1..=options.runs {
        note(&format!("creates, {name}: {round} of {}", options.runs));
        let pgbench = setup.insert(connections, duration, connecting)?;
        let mut creates = Vec::new();
        for &variant in &variants {
            let sample = setup.create(variant.mode, variant.is_keyed, connections, duration)?;
            creates.push((variant, sample));
        }
        rounds.push(Round { pgbench, creates });
    }
    Ok(AtSize {
        connections,
        rounds,
        memory: setup.memory()?,
    })
}

/// A kind of creates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Variant {
    mode: Mode,
    /// Whether each create has an idempotency key.
    is_keyed: bool,
}

impl Variant {
    fn all() -> impl Iterator<Item = Self> {
        [Mode::Batched, Mode::Unbatched, Mode::TwoInstances]
            .into_iter()
            .flat_map(|mode| [false, true].map(|is_keyed| Self { mode, is_keyed }))
    }
}

/// Consecutive runs: `pgbench` and each variant once.
struct Round {
    pgbench: Sample,
    creates: Vec<(Variant, Sample)>,
}

/// Results at one number of connections.
struct AtSize {
    connections: u32,
    rounds: Vec<Round>,
    /// Memory of the first instance of the program after the runs.
    memory: Memory,
}
