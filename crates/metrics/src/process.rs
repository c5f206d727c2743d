use metrics::Counter;

use crate::list;

/// Metrics of the process.
pub struct ProcessMetrics {
    panics: Counter,
    #[cfg(target_os = "linux")]
    system: linux::SystemMetrics,
}

impl ProcessMetrics {
    /// Creates metrics that record to the installed recorder, and records the program's version.
    pub fn recording(version: &'static str) -> Self {
        list::BUILD_INFO.gauge([version.into()]).set(1);
        Self {
            panics: list::PANICS.counter([]),
            #[cfg(target_os = "linux")]
            system: linux::SystemMetrics::recording(),
        }
    }

    /// Returns a function that counts a panic.
    pub fn panic_counter(&self) -> impl Fn() + Send + Sync + 'static {
        let panics = self.panics.clone();
        move || panics.increment(1)
    }

    /// Reads the process statistics from the operating system. Does nothing on systems other than Linux.
    pub fn update(&self) {
        #[cfg(target_os = "linux")]
        self.system.update();
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use metrics::{Counter, Gauge};
    use procfs::process::{LimitValue, Process};
    use procfs::{WithCurrentSystemInfo as _, boot_time_secs, ticks_per_second};

    use crate::list;

    pub(super) struct SystemMetrics {
        start_time: Gauge,
        cpu_seconds: Counter,
        resident_memory: Gauge,
        open_files: Gauge,
        open_files_max: Gauge,
    }

    impl SystemMetrics {
        pub(super) fn recording() -> Self {
            Self {
                start_time: list::START_TIME.gauge([]),
                cpu_seconds: list::CPU_SECONDS.counter([]),
                resident_memory: list::RESIDENT_MEMORY.gauge([]),
                open_files: list::OPEN_FILES.gauge([]),
                open_files_max: list::OPEN_FILES_MAX.gauge([]),
            }
        }

        /// Reads the statistics. A value that cannot be read keeps its previous value.
        pub(super) fn update(&self) {
            let Ok(process) = Process::myself() else {
                return;
            };
            if let Ok(stat) = process.stat() {
                let ticks = ticks_per_second();
                self.cpu_seconds.absolute((stat.utime + stat.stime) / ticks);
                set(&self.resident_memory, stat.rss_bytes().get());
                if let Ok(booted_at) = boot_time_secs() {
                    set(&self.start_time, booted_at + stat.starttime / ticks);
                }
            }
            if let Ok(count) = process.fd_count() {
                set(&self.open_files, u64::try_from(count).unwrap_or(u64::MAX));
            }
            if let Ok(limits) = process.limits() {
                let max = match limits.max_open_files.soft_limit {
                    LimitValue::Value(max) => max,
                    LimitValue::Unlimited => 0,
                };
                set(&self.open_files_max, max);
            }
        }
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "seconds, bytes and files are far below 2^53"
    )]
    fn set(gauge: &Gauge, value: u64) {
        gauge.set(value as f64);
    }
}
