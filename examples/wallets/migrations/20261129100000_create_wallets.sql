-- Wallets of customers. No foreign key to `customers`: the service owns that table, and erasing a customer deletes its
-- row.
CREATE TABLE wallets (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    customer_id uuid NOT NULL,
    currency text COLLATE "C" NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT wallets_currency_is_a_code CHECK (currency ~ '^[A-Z]{3}$')
);
