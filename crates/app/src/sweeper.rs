//! Deletes the records of repeated requests once nobody may count on them any more.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use customers_ports::{IdempotencyRecords, StoreError};
use tokio::time::sleep;

/// How long a record is kept at least; part of the public contract.
const KEPT_FOR: TimeDelta = TimeDelta::hours(24);
/// The rest between two sweeps.
const INTERVAL: Duration = Duration::from_mins(1);
/// Few enough that one step is short and locks little.
const STEP: u32 = 500;

/// Sweeps until it is dropped or aborted. The first sweep comes at some time within the first
/// interval, so that copies of the program that start together do not sweep together.
pub(crate) async fn run(records: Arc<dyn IdempotencyRecords>) {
    sleep(start_delay()).await;
    let mut failing = false;
    loop {
        let outcome = sweep(records.as_ref()).await;
        tell_of_a_change(&mut failing, outcome);
        sleep(INTERVAL).await;
    }
}

async fn sweep(records: &dyn IdempotencyRecords) -> Result<(), StoreError> {
    while records.sweep(KEPT_FOR, STEP).await? == STEP {
        tokio::task::yield_now().await;
    }
    Ok(())
}

/// A store that is away is told of once, not every minute, and so is its return.
fn tell_of_a_change(failing: &mut bool, outcome: Result<(), StoreError>) {
    match outcome {
        Ok(()) if *failing => {
            tracing::info!("old idempotency records are deleted again");
            *failing = false;
        }
        Err(error) if !*failing => {
            tracing::warn!(%error, "old idempotency records cannot be deleted for now");
            *failing = true;
        }
        Ok(()) | Err(_) => {}
    }
}

fn start_delay() -> Duration {
    // Without randomness the program sweeps at once: early is as good as any time.
    let part = getrandom::u32().unwrap_or_default();
    INTERVAL.mul_f64(f64::from(part) / f64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use async_trait::async_trait;

    use super::*;

    /// Answers each call with the next number, or with an error where there is none.
    struct Scripted(Mutex<Vec<u32>>);

    #[async_trait]
    impl IdempotencyRecords for Scripted {
        async fn sweep(&self, age: TimeDelta, at_most: u32) -> Result<u32, StoreError> {
            assert_eq!((age, at_most), (KEPT_FOR, STEP));
            self.0
                .lock()
                .unwrap()
                .pop()
                .ok_or_else(|| StoreError::unavailable("away"))
        }
    }

    #[tokio::test]
    async fn a_sweep_goes_on_until_a_step_finds_less_than_it_may_delete() {
        let records = Scripted(Mutex::new(vec![7, 3, STEP, STEP]));
        assert_eq!(sweep(&records).await, Ok(()));
        assert_eq!(*records.0.lock().unwrap(), [7]);
    }

    #[tokio::test]
    async fn a_failure_ends_the_sweep() {
        let records = Scripted(Mutex::new(vec![STEP]));
        assert!(sweep(&records).await.is_err());
    }

    #[test]
    fn only_the_first_failure_and_the_return_change_what_is_told() {
        let mut failing = false;
        let away = || Err(StoreError::unavailable("away"));
        let mut told = Vec::new();
        for outcome in [Ok(()), away(), away(), Ok(()), Ok(())] {
            tell_of_a_change(&mut failing, outcome);
            told.push(failing);
        }
        assert_eq!(told, [false, true, true, false, false]);
    }

    #[test]
    fn the_first_sweep_comes_within_one_interval() {
        assert!((0..1000).all(|_| start_delay() <= INTERVAL));
    }
}
