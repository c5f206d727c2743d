-- What the service's own role may do, and nothing more. To be run in the database of the customers,
-- after `customers migrate`, and again after each release that brings a table:
--
--   psql --file=deploy/grants.sql customers
--
-- As customers_owner; on PostgreSQL 14, where `public` is not the database owner's, as a superuser.

GRANT CREATE ON SCHEMA public TO customers_owner;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO customers_app;

-- To tell whether the schema is its own.
GRANT SELECT ON _sqlx_migrations TO customers_app;

GRANT SELECT, INSERT ON tenants TO customers_app;
GRANT SELECT, INSERT, UPDATE (revoked_at) ON api_keys TO customers_app;

-- DELETE for the one statement that changes what is unique: it deletes the row and inserts it anew.
GRANT SELECT, INSERT, UPDATE, DELETE ON customers TO customers_app;

-- What was done and decided is never changed.
GRANT SELECT, INSERT ON customer_changes, decisions TO customers_app;

-- UPDATE for the lock under which old records are deleted; no statement changes one.
GRANT SELECT, INSERT, UPDATE, DELETE ON idempotency_records TO customers_app;
