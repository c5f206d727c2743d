//! For tests alone: the repository contract suite, builders, a database for a test
