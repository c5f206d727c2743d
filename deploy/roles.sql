-- Creates the roles and the database of a deployment. Run it once, as a role that may create both:
--
--   psql --file=deploy/roles.sql postgres
--
-- The roles have no passwords yet. Set them with psql's \password, which sends only a hash.

-- Owns the schema. Only `customers migrate` runs as this role.
CREATE ROLE customers_owner LOGIN;

-- Used by the service and by `customers keys`. It reads and writes rows and cannot change the schema.
CREATE ROLE customers_app LOGIN;

CREATE DATABASE customers OWNER customers_owner;
