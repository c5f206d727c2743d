-- The roles and the database of a deployment. To be run once, by a role that may create both:
--
--   psql --file=deploy/roles.sql postgres
--
-- Neither role has a password yet: give each one with psql's \password, which sends a hash alone.

-- Owns the schema: `customers migrate` runs as this one, and nothing else does.
CREATE ROLE customers_owner LOGIN;

-- The service, and `customers keys`. It may read and write rows, and may not change the schema.
CREATE ROLE customers_app LOGIN;

CREATE DATABASE customers OWNER customers_owner;
