//! Creates on PostgreSQL, beside `pgbench`: with what the design does for them and without it, at several
//! numbers of connections.

mod stage;
mod tables;

use std::time::Duration;

use crate::options::Options;
use crate::report::{self, Report};
use crate::service::{Memory, Program};
use crate::{Result, note};
use stage::{Sample, Stage, Way};
use tables::Tables;

/// A number of connections, and for how much of a run's length they put load on.
struct Size {
    connections: u32,
    /// Those that something is to be reached at last the whole length, the others three fifths.
    is_main: bool,
}

const SIZES: [Size; 4] = [
    Size {
        connections: 1,
        is_main: true,
    },
    Size {
        connections: 8,
        is_main: false,
    },
    Size {
        connections: 64,
        is_main: true,
    },
    Size {
        connections: 512,
        is_main: false,
    },
];

/// Creates in each way, with and without an idempotency key, in turns with `pgbench`.
///
/// # Errors
/// When the database, the program or `pgbench` fails.
pub(crate) fn measure(program: &Program, options: Options, report: &mut Report) -> Result<()> {
    let mut stage = Stage::start(program)?;
    let mut measured = Vec::new();
    for size in &SIZES {
        measured.push(at_size(&mut stage, size, options)?);
    }
    Tables(&measured).add_to(report);
    Ok(())
}

fn at_size(stage: &mut Stage, size: &Size, options: Options) -> Result<AtSize> {
    let connections = size.connections;
    let name = report::connections(connections);
    note(&format!("creates, {name}"));
    let length = if size.is_main {
        options.length
    } else {
        Duration::from_secs(options.length.as_secs() * 3 / 5).max(Duration::from_secs(1))
    };
    let opening = stage.warm_up(connections)?;
    let variants: Vec<Variant> = Variant::all()
        .filter(|variant| variant.way != Way::TwoCopies || connections > 1)
        .collect();
    let mut turns = Vec::new();
    for turn in 1..=options.runs {
        note(&format!("creates, {name}: {turn} of {}", options.runs));
        let pgbench = stage.insert(connections, length, opening)?;
        let mut creates = Vec::new();
        for &variant in &variants {
            let sample = stage.create(variant.way, variant.is_keyed, connections, length)?;
            creates.push((variant, sample));
        }
        turns.push(Turn { pgbench, creates });
    }
    Ok(AtSize {
        connections,
        turns,
        memory: stage.memory()?,
    })
}

/// How creates are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Variant {
    way: Way,
    /// Whether each has an idempotency key.
    is_keyed: bool,
}

impl Variant {
    fn all() -> impl Iterator<Item = Self> {
        [Way::Together, Way::OneByOne, Way::TwoCopies]
            .into_iter()
            .flat_map(|way| [false, true].map(|is_keyed| Self { way, is_keyed }))
    }
}

/// Runs that followed each other: `pgbench`, and each variant once.
struct Turn {
    pgbench: Sample,
    creates: Vec<(Variant, Sample)>,
}

/// What was measured at a number of connections.
struct AtSize {
    connections: u32,
    turns: Vec<Turn>,
    /// That of the first copy of the program, afterwards.
    memory: Memory,
}
