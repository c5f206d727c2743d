//! Time from start to ready.

use crate::options::Options;
use crate::report::{Report, median, milliseconds};
use crate::service::Program;
use crate::{Result, note};

/// Minimum number of starts.
const STARTS: u32 = 10;

/// Measures the time from start to ready, in memory.
///
/// # Errors
/// Returns an error if the program fails.
pub(crate) fn measure(program: &Program, options: Options, report: &mut Report) -> Result<()> {
    let starts = STARTS.max(options.runs);
    note(&format!("{starts} starts"));
    let mut times = Vec::new();
    for _ in 0..starts {
        times.push(program.serve_in_memory()?.ready_after);
    }
    let table = report.table("Start", &["what", "measured", "target"]);
    let time = milliseconds(median(times));
    table.row([
        "from start to ready, in memory".to_owned(),
        time,
        "≤ 100 ms".to_owned(),
    ]);
    Ok(())
}
