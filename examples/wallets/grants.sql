-- Grants the role of the service the privileges that wallets need. Run it as customers_owner after `bank migrate`.

GRANT SELECT ON _sqlx_migrations_wallets TO customers_app;
GRANT SELECT, INSERT ON wallets TO customers_app;
