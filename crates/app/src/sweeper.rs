//! Deletes idempotency records after their retention.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use customers_ports::{IdempotencyRecords, StoreError};
use tokio::time::sleep;

/// Minimum retention of a record; part of the public contract.
const RETENTION: TimeDelta = TimeDelta::hours(24);
/// Pause between two sweeps.
const INTERVAL: Duration = Duration::from_mins(1);
/// Maximum number of records that one statement deletes, so that it is short and locks few rows.
const BATCH: u32 = 500;

/// Sweeps until it is dropped or aborted.
///
/// The first sweep starts at a random time within the first interval, so that copies of the program that
/// start together do not sweep together.
pub(crate) async fn run(records: Arc<dyn IdempotencyRecords>) {
    sleep(start_delay()).await;
    let mut failing = false;
    loop {
        let outcome = sweep(records.as_ref()).await;
        log_change(&mut failing, outcome);
        sleep(INTERVAL).await;
    }
}

async fn sweep(records: &dyn IdempotencyRecords) -> Result<(), StoreError> {
    while records.sweep(RETENTION, BATCH).await? == BATCH {
        tokio::task::yield_now().await;
    }
    Ok(())
}

/// Logs the first failure and the first success after it, not every one.
fn log_change(failing: &mut bool, outcome: Result<(), StoreError>) {
    match outcome {
        Ok(()) if *failing => {
            tracing::info!("deleting old idempotency records again");
            *failing = false;
        }
        Err(error) if !*failing => {
            tracing::warn!(%error, "cannot delete old idempotency records");
            *failing = true;
        }
        Ok(()) | Err(_) => {}
    }
}

fn start_delay() -> Duration {
    // Without randomness, the first sweep starts at once.
    let part = getrandom::u32().unwrap_or_default();
    INTERVAL.mul_f64(f64::from(part) / f64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use async_trait::async_trait;

    use super::*;

    /// Returns the next number for each call, or an error when there are none left.
    struct Scripted(Mutex<Vec<u32>>);

    #[async_trait]
    impl IdempotencyRecords for Scripted {
        async fn sweep(&self, age: TimeDelta, at_most: u32) -> Result<u32, StoreError> {
            assert_eq!((age, at_most), (RETENTION, BATCH));
            self.0
                .lock()
                .unwrap()
                .pop()
                .ok_or_else(|| StoreError::unavailable("away"))
        }
    }

    #[tokio::test]
    async fn a_sweep_continues_until_a_batch_is_not_full() {
        let records = Scripted(Mutex::new(vec![7, 3, BATCH, BATCH]));
        assert_eq!(sweep(&records).await, Ok(()));
        assert_eq!(*records.0.lock().unwrap(), [7]);
    }

    #[tokio::test]
    async fn a_failure_ends_the_sweep() {
        let records = Scripted(Mutex::new(vec![BATCH]));
        assert!(sweep(&records).await.is_err());
    }

    #[test]
    fn only_the_first_failure_and_the_next_success_are_logged() {
        let mut failing = false;
        let away = || Err(StoreError::unavailable("away"));
        let mut states = Vec::new();
        for outcome in [Ok(()), away(), away(), Ok(()), Ok(())] {
            log_change(&mut failing, outcome);
            states.push(failing);
        }
        assert_eq!(states, [false, true, true, false, false]);
    }

    #[test]
    fn the_first_sweep_starts_within_one_interval() {
        assert!((0..1000).all(|_| start_delay() <= INTERVAL));
    }
}
