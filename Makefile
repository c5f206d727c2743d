# The commands of this project, the same for people and for CI. `make` lists them.

CARGO ?= cargo
# What `make run` passes to `customers serve`, as in: make run ARGS='--listen 127.0.0.1:9090'
ARGS ?=
# What `make bench` passes to the benchmarks, as in: make bench BENCH_ARGS='--only lifecycle --runs 1'
BENCH_ARGS ?=
# The checks that `make check-all` runs, all of them by default, as in: make check-all ONLY='image postgres'
ONLY ?=

.DEFAULT_GOAL := help

.PHONY: run
run: ## Start the service in memory and print a curl to paste (ARGS='--listen …')
	@$(CARGO) run --locked --bin customers -- serve $(ARGS)

# The end-to-end tests start the program and its image, and cargo does not build these for them.
.PHONY: test
test: ## Run every test, with PostgreSQL and containers; installs PostgreSQL if there is none
	@./scripts/ensure-postgres
	@./scripts/ensure-image
	$(CARGO) build --locked --bin customers
	$(CARGO) test --locked --workspace

# The same clippy command as in `lint`, so that both share what is compiled.
.PHONY: check
check: ## Check format and clippy and run the unit tests of the core: the loop while editing
	$(CARGO) fmt --all --check
	$(CARGO) clippy --locked --workspace --all-targets --all-features -- -D warnings
	$(CARGO) test --locked --quiet --lib --package customers-domain --package customers-ports --package customers-use-cases

.PHONY: lint
lint: ## Check format, clippy, documentation and, if shellcheck is installed, the scripts
	$(CARGO) fmt --all --check
	$(CARGO) clippy --locked --workspace --all-targets --all-features -- -D warnings
	RUSTDOCFLAGS='-D warnings' $(CARGO) doc --locked --workspace --no-deps
	@./scripts/lint-scripts

.PHONY: image
image: ## Build the image customers:dev (CUSTOMERS_IMAGE names another)
	@./scripts/build-image

.PHONY: check-all
check-all: ## Run the checks of a release, which take long (ONLY='image …' for some of them)
	@./scripts/check-all $(ONLY)

# PostgreSQL runs as a process, because a container's network would be measured too. The program is built in a
# command of its own, with the features that it is released with.
.PHONY: bench-programs
bench-programs:
	@TEST_POSTGRES_PROVIDER=local ./scripts/ensure-postgres
	$(CARGO) build --locked --release --bin customers
	$(CARGO) build --locked --release --package customers-benches

.PHONY: bench
bench: bench-programs ## Run the benchmarks on a temporary PostgreSQL (BENCH_ARGS='--help', '--only lifecycle', …)
	TEST_POSTGRES_PROVIDER=local $(CARGO) run --locked --release --package customers-benches -- $(BENCH_ARGS)

.PHONY: bench-scale
bench-scale: bench-programs ## Run the benchmarks with ten million customers (BENCH_ARGS='--customers 1000000' for fewer)
	TEST_POSTGRES_PROVIDER=local $(CARGO) run --locked --release --package customers-benches -- --only scale $(BENCH_ARGS)

.PHONY: help
help: ## List these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))
