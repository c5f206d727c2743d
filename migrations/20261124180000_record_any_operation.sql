-- Idempotency records of any operation, not of creates of customers alone. What an outcome means is up
-- to the operation: a code, the resource that it is about, and a few bytes of which the first is the
-- version of their encoding. For `POST /customers` the codes are 1 (created), 2 (the email is taken)
-- and 3 (the external id is taken); `detail` of a created customer is the version 1, the time of
-- creation in microseconds and the name of its status.
--
-- The former shape was never released, so columns are renamed and dropped here at once.

ALTER TABLE idempotency_records DROP CONSTRAINT idempotency_records_outcome_is_known;
ALTER TABLE idempotency_records RENAME COLUMN customer_id TO resource_id;
ALTER TABLE idempotency_records ADD COLUMN detail bytea NOT NULL DEFAULT '';

UPDATE idempotency_records
SET detail = '\x01'::bytea
    || int8send((extract(epoch FROM customer_created_at) * 1000000)::bigint)
    || convert_to(customer_status, 'UTF8')
WHERE outcome = 'created';

ALTER TABLE idempotency_records
    DROP COLUMN customer_status,
    DROP COLUMN customer_created_at,
    ALTER COLUMN outcome TYPE smallint USING
        CASE outcome WHEN 'created' THEN 1 WHEN 'email_taken' THEN 2 ELSE 3 END;
