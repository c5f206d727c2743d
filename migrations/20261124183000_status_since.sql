-- The time of the last change of status, for customers and for decisions, which keep the customer as it
-- was left. A decision changes the status, so there it is the time of the decision.

ALTER TABLE customers ADD COLUMN status_since timestamptz(6) NOT NULL DEFAULT now();
ALTER TABLE decisions ADD COLUMN status_since timestamptz(6) NOT NULL DEFAULT now();

UPDATE customers SET status_since = (
    SELECT max(at)
    FROM customer_changes AS change
    WHERE change.tenant_id = customers.tenant_id
        AND change.customer_id = customers.id
        AND change.action <> 'update'
);
UPDATE decisions SET status_since = updated_at;
