//! Creates in memory, compared with the same service without a store.

use std::time::Duration;

use crate::load::{self, LoadResult};
use crate::options::Options;
use crate::report::{self, Report, median, microseconds, milliseconds};
use crate::requests::Requests;
use crate::service::Program;
use crate::{Result, note};

const CONNECTIONS: [u32; 2] = [64, 1];
/// Time to open connections and fill caches before measuring.
const WARM_UP: Duration = Duration::from_secs(1);

/// Measures creates in memory, alternating with the program without a store. Each run starts a new service.
///
/// # Errors
/// Returns an error if a program fails.
pub(crate) fn measure(program: &Program, options: Options, report: &mut Report) -> Result<()> {
    let without_store = Program::built("customers-without-store")?;
    let columns = [
        "creates",
        "per second",
        "p50",
        "p99",
        "CPU per create",
        "vs without a store",
        "target",
    ];
    let table = report.table("Creates in memory", &columns);
    for connections in CONNECTIONS {
        let name = report::connections(connections);
        let (mut with_store, mut without) = (Vec::new(), Vec::new());
        for run in 1..=options.runs {
            note(&format!("memory, {name}: {run} of {}", options.runs));
            with_store.push(Run::of(program, connections, options.run_duration())?);
            without.push(Run::of(
                &without_store,
                connections,
                options.run_duration(),
            )?);
        }
        let pairs = with_store.iter().zip(&without);
        let ratio = median(pairs.map(|(one, other)| one.load.rate / other.load.rate));
        let verdict = [format!("{ratio:.2} ×"), "≥ 0.70 ×".to_owned()];
        table.row(cells(format!("in memory, {name}"), &with_store, verdict));
        let name = format!("without a store, {name}");
        table.row(cells(name, &without, [String::new(), String::new()]));
    }
    Ok(())
}

/// Result of one run.
struct Run {
    load: LoadResult,
    /// CPU time of the program.
    cpu_time: Duration,
}

impl Run {
    fn of(program: &Program, connections: u32, duration: Duration) -> Result<Self> {
        let mut service = program.serve_in_memory()?;
        let api_key = service.api_key_from_greeting()?;
        let requests = |run| [Requests::creates(service.address, &api_key, run, false)];
        load::run(connections, WARM_UP, &requests(0))?;
        let before = service.cpu_time()?;
        let load = load::run(connections, duration, &requests(1))?;
        Ok(Self {
            load,
            cpu_time: service.cpu_time()?.saturating_sub(before),
        })
    }

    fn cpu_time_per_create(&self) -> Duration {
        let creates = u32::try_from(self.load.responses()).unwrap_or(u32::MAX);
        self.cpu_time.checked_div(creates).unwrap_or_default()
    }
}

fn cells(name: String, runs: &[Run], verdict: [String; 2]) -> impl Iterator<Item = String> {
    let at = |percent| milliseconds(median(runs.iter().map(|run| run.load.percentile(percent))));
    let measured = [
        name,
        format!("{:.0}", median(runs.iter().map(|run| run.load.rate))),
        at(50),
        at(99),
        microseconds(median(runs.iter().map(Run::cpu_time_per_create))),
    ];
    measured.into_iter().chain(verdict)
}
