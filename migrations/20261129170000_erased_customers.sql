-- What remains of an erased customer. Its row in `customers` is deleted, with the salt that its key is derived
-- from, so what was sealed for it in other tables can never be opened again.
CREATE TABLE erased_customers (
    tenant_id uuid           NOT NULL,
    id        uuid           NOT NULL,
    erased_at timestamptz(6) NOT NULL,
    version   integer        NOT NULL,
    PRIMARY KEY (tenant_id, id)
);

-- Null for an erasure, of which nothing is sealed.
ALTER TABLE decisions ALTER COLUMN sealed DROP NOT NULL;
