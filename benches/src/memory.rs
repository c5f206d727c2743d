//! Creates in memory, in turns with the same service where nothing is stored.

use std::time::Duration;

use crate::load::{self, Measured};
use crate::options::Options;
use crate::report::{self, Report, median, microseconds, milliseconds};
use crate::requests::Requests;
use crate::service::Program;
use crate::{Result, note};

const SIZES: [u32; 2] = [64, 1];
/// Before anything is measured: connections open and caches fill.
const WARM_UP: Duration = Duration::from_secs(1);

/// Creates in memory, and what is left of them where they are read, checked and answered alone. Each
/// run has a service of its own, which ends with the customers it keeps.
///
/// # Errors
/// When a program fails.
pub(crate) fn measure(program: &Program, options: Options, report: &mut Report) -> Result<()> {
    let without_store = Program::beside_this("customers-without-store")?;
    let columns = [
        "creates",
        "a second",
        "p50",
        "p99",
        "CPU a create",
        "of those without a store",
        "to reach",
    ];
    let table = report.table("Creates in memory", &columns);
    for connections in SIZES {
        let name = report::connections(connections);
        let (mut stored, mut answered) = (Vec::new(), Vec::new());
        for turn in 1..=options.runs {
            note(&format!("memory, {name}: {turn} of {}", options.runs));
            stored.push(Run::of(program, connections, options.length)?);
            answered.push(Run::of(&without_store, connections, options.length)?);
        }
        let pairs = stored.iter().zip(&answered);
        let ratio = median(pairs.map(|(one, other)| one.load.rate / other.load.rate));
        let judged = [format!("{ratio:.2} ×"), "≥ 0.70 ×".to_owned()];
        table.row(cells(format!("in memory, {name}"), &stored, judged));
        let name = format!("without a store, {name}");
        table.row(cells(name, &answered, [String::new(), String::new()]));
    }
    Ok(())
}

/// What one run saw.
struct Run {
    load: Measured,
    /// Processor time of the program.
    taken: Duration,
}

impl Run {
    fn of(program: &Program, connections: u32, length: Duration) -> Result<Self> {
        let mut service = program.serve_alone()?;
        let api_key = service.greeted_api_key()?;
        let requests = |run| [Requests::creates(service.address, &api_key, run, false)];
        load::run(connections, WARM_UP, &requests(0))?;
        let before = service.processor_time()?;
        let load = load::run(connections, length, &requests(1))?;
        Ok(Self {
            load,
            taken: service.processor_time()?.saturating_sub(before),
        })
    }

    fn taken_a_create(&self) -> Duration {
        let creates = u32::try_from(self.load.answers()).unwrap_or(u32::MAX);
        self.taken.checked_div(creates).unwrap_or_default()
    }
}

fn cells(name: String, runs: &[Run], judged: [String; 2]) -> impl Iterator<Item = String> {
    let at = |percent| milliseconds(median(runs.iter().map(|run| run.load.percentile(percent))));
    let measured = [
        name,
        format!("{:.0}", median(runs.iter().map(|run| run.load.rate))),
        at(50),
        at(99),
        microseconds(median(runs.iter().map(Run::taken_a_create))),
    ];
    measured.into_iter().chain(judged)
}
