//! What is sealed of a customer before a statement stores it.

use customers_domain::{Customer, CustomerChange, CustomerDecision, CustomerId, Reason};
use sqlx::postgres::PgRow;

use crate::column::column;
use crate::failure::Failure;
use crate::rows::open;
use crate::sealing::form::{self, DecisionForm, ProfileForm};
use crate::sealing::{CustomerKey, Digest, KeyRing, Place, Salt, Slot};

/// What is sealed of a customer that is created.
pub(super) struct NewSeals {
    pub(super) salt: Salt,
    pub(super) email_digest: Digest,
    pub(super) phone_digest: Digest,
    pub(super) profile: Vec<u8>,
}

impl NewSeals {
    pub(super) fn of(customer: &Customer, ring: &KeyRing) -> Result<Self, Failure> {
        let (state, profile) = (customer.state(), customer.profile());
        let salt = Salt::random()?;
        let key = ring.customer_key(state.id, salt);
        let place = place(ring, state.id, Slot::Profile(state.version));
        let form = ProfileForm::of(profile, state.status_reason.as_ref());
        Ok(Self {
            salt,
            email_digest: ring.email_digest(&profile.email),
            phone_digest: ring.phone_digest(&profile.phone),
            profile: key.seal(place, |into| form::write(&form, into))?,
        })
    }
}

/// What a row of [`FIND_SEALED`](crate::sql::FIND_SEALED) holds: what was sealed of a customer before
/// the change that is to be stored.
pub(super) struct Earlier {
    salt: Salt,
    profile: Vec<u8>,
}

impl Earlier {
    /// Opens the row.
    pub(super) fn read(row: &PgRow, place: Place<'_>, ring: &KeyRing) -> Result<Self, Failure> {
        Ok(Self {
            salt: Salt(column(row, "salt")?),
            profile: open(row, "sealed", place, ring)?,
        })
    }
}

/// What is sealed of a customer that is changed, and of the change.
pub(super) struct ChangeSeals {
    pub(super) email_digest: Digest,
    pub(super) phone_digest: Digest,
    pub(super) profile: Vec<u8>,
    pub(super) reason: Option<Vec<u8>>,
    pub(super) decision: Option<Vec<u8>>,
}

impl ChangeSeals {
    /// Seals a customer after a change. Of `earlier` it carries on what this program does not know.
    pub(super) fn of_change(
        customer: &Customer,
        change: &CustomerChange,
        earlier: &Earlier,
        ring: &KeyRing,
    ) -> Result<Self, Failure> {
        let (state, profile) = (customer.state(), customer.profile());
        let key = ring.customer_key(state.id, earlier.salt);
        let at = |slot| place(ring, state.id, slot);
        let form = ProfileForm::of(profile, state.status_reason.as_ref());
        let reason = change.reason.as_ref();
        Ok(Self {
            email_digest: ring.email_digest(&profile.email),
            phone_digest: ring.phone_digest(&profile.phone),
            profile: key.seal(at(Slot::Profile(state.version)), |into| {
                form::write_over(&earlier.profile, &form, into)
            })?,
            reason: reason
                .map(|reason| seal_reason(&key, at(Slot::Reason(state.version)), reason))
                .transpose()?,
            decision: None,
        })
    }

    /// Seals a customer after a decision, and the decision itself where it has an id.
    pub(super) fn of_decision(
        decision: &CustomerDecision,
        earlier: &Earlier,
        ring: &KeyRing,
    ) -> Result<Self, Failure> {
        let (customer, change) = (decision.customer(), decision.change());
        let seals = Self::of_change(customer, change, earlier, ring)?;
        let Some(id) = &change.decision_id else {
            return Ok(seals);
        };
        let key = ring.customer_key(customer.id(), earlier.salt);
        let place = place(ring, customer.id(), Slot::Decision(id));
        let form = DecisionForm::of(decision.verb(), customer.state());
        Ok(Self {
            decision: Some(key.seal(place, |into| form::write(&form, into))?),
            ..seals
        })
    }
}

fn seal_reason(key: &CustomerKey, place: Place<'_>, reason: &Reason) -> Result<Vec<u8>, Failure> {
    key.seal(place, |into| {
        into.extend_from_slice(reason.expose().as_bytes());
        Ok(())
    })
}

fn place<'a>(ring: &KeyRing, customer: CustomerId, slot: Slot<'a>) -> Place<'a> {
    Place {
        tenant: ring.tenant(),
        customer,
        slot,
    }
}
