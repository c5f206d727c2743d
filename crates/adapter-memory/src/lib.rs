//! The ports in memory: the embedded default and the fast double for tests
