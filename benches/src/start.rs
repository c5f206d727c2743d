//! The time from the start of the program until it is ready.

use crate::options::Options;
use crate::report::{Report, median, milliseconds};
use crate::service::Program;
use crate::{Result, note};

/// Starts of the program for each figure about starting.
const STARTS: u32 = 10;

/// The time from start to ready, in memory.
///
/// # Errors
/// When the program fails.
pub(crate) fn measure(program: &Program, options: Options, report: &mut Report) -> Result<()> {
    let starts = STARTS.max(options.runs);
    note(&format!("{starts} starts"));
    let mut took = Vec::new();
    for _ in 0..starts {
        took.push(program.serve_alone()?.ready_after);
    }
    let table = report.table("Start", &["what", "measured", "to reach"]);
    let time = milliseconds(median(took));
    table.row([
        "from start to ready, in memory".to_owned(),
        time,
        "≤ 100 ms".to_owned(),
    ]);
    Ok(())
}
