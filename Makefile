# The commands of this project, the same for people and for CI. `make` alone lists them.

CARGO ?= cargo
# What `make run` passes to `customers serve`, as in: make run ARGS='--listen 127.0.0.1:9090'
ARGS ?=
# What `make bench` passes on, as in: make bench BENCH_ARGS='--only life --runs 1'
BENCH_ARGS ?=

.DEFAULT_GOAL := help

.PHONY: run
run: ## Start the service in memory and print a curl to paste (ARGS='--listen …')
	@$(CARGO) run --locked --bin customers -- serve $(ARGS)

# The program and its image are built first: the end-to-end tests start them, and cargo would not
# rebuild them for the tests.
.PHONY: test
test: ## Run every test, on PostgreSQL and in containers too; says what it uses, and installs what it must
	@./scripts/ensure-postgres
	@./scripts/ensure-image
	$(CARGO) build --locked --bin customers
	$(CARGO) test --locked --workspace

.PHONY: lint
lint: ## Check format, clippy, documentation and, where shellcheck is there, the scripts
	$(CARGO) fmt --all --check
	$(CARGO) clippy --locked --workspace --all-targets --all-features -- -D warnings
	RUSTDOCFLAGS='-D warnings' $(CARGO) doc --locked --workspace --no-deps
	@./scripts/lint-scripts

.PHONY: image
image: ## Build the image customers:dev (CUSTOMERS_IMAGE names another), and say how
	@./scripts/build-image

# The server's own programs, not a container: a container's network would be measured with it. The program
# is built by itself, as it is shipped; the benchmarks bring along one without a store to compare it with.
.PHONY: bench-programs
bench-programs:
	@TEST_POSTGRES_PROVIDER=local ./scripts/ensure-postgres
	$(CARGO) build --locked --release --bin customers
	$(CARGO) build --locked --release --package customers-benches

.PHONY: bench
bench: bench-programs ## Measure against a PostgreSQL of its own and print tables (BENCH_ARGS='--help', '--only life', …)
	TEST_POSTGRES_PROVIDER=local $(CARGO) run --locked --release --package customers-benches -- $(BENCH_ARGS)

.PHONY: bench-scale
bench-scale: bench-programs ## The same with ten million customers (BENCH_ARGS='--customers 1000000' for fewer)
	TEST_POSTGRES_PROVIDER=local $(CARGO) run --locked --release --package customers-benches -- --only scale $(BENCH_ARGS)

.PHONY: help
help: ## List these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))
