-- Grants the service's role exactly the rights that it needs. Run it in the service's database after
-- `customers migrate`, and again after each release that adds a table:
--
--   psql --file=deploy/grants.sql customers
--
-- Run it as customers_owner, who owns the database.

GRANT CREATE ON SCHEMA public TO customers_owner;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO customers_app;

-- To check the version of the schema.
GRANT SELECT ON _sqlx_migrations TO customers_app;

GRANT SELECT, INSERT ON tenants TO customers_app;
GRANT SELECT, INSERT, UPDATE (revoked_at) ON api_keys TO customers_app;

-- The service makes a tenant's keys when the tenant first needs them.
GRANT SELECT, INSERT ON tenant_keys TO customers_app;

-- DELETE: an edit of a unique value deletes the row and inserts it again, in one statement.
GRANT SELECT, INSERT, UPDATE, DELETE ON customers TO customers_app;

-- Changes, decisions and what remains of erased customers are append-only.
GRANT SELECT, INSERT ON customer_changes, decisions, erased_customers TO customers_app;

-- No statement updates a record; old records are deleted.
GRANT SELECT, INSERT, DELETE ON idempotency_records TO customers_app;

-- The event feed: a change stores a waiting event, and the sequencer moves it and the head of its tenant. Positions are
-- append-only.
GRANT SELECT, INSERT, DELETE ON waiting_events TO customers_app;
GRANT SELECT, INSERT, UPDATE (sequence) ON event_heads TO customers_app;
GRANT SELECT, INSERT ON events, module_events TO customers_app;
