use std::collections::HashSet;

use customers_domain::{AddressLine, CustomerState, ExternalId, TenantId};
use customers_ports::{Creation, IdempotencyClaim};
use sqlx::types::{Json, Uuid};

use crate::connection::Connection;
use crate::customers::create::Create;
use crate::database::Work;
use crate::failure::Failure;
use crate::rows::{column, unreadable};
use crate::settings::{LOCK_WAIT_TOGETHER, milliseconds};
use crate::sql;
use crate::statement::Statement;

/// Several creates in one statement, no two of them with one key or one id, and all keys of one
/// operation. It says which are stored;
/// of the others it says nothing.
///
/// It bears repetition: what an earlier attempt had stored is passed over, as anything is that stands
/// in the way.
pub(super) struct CreateMany<'a>(pub(super) Vec<&'a Create>);

impl Work for CreateMany<'_> {
    type Output = HashSet<Uuid>;
    const WRITES: bool = true;

    async fn attempt(&self, connection: &mut Connection) -> Result<HashSet<Uuid>, Failure> {
        let rows = connection.fetch(self.statement()).await?;
        let row = rows.first().ok_or_else(|| unreadable("stored"))?;
        let stored: Option<Vec<Uuid>> = column(row, "stored")?;
        Ok(stored.unwrap_or_default().into_iter().collect())
    }
}

impl CreateMany<'_> {
    fn statement(&self) -> Statement {
        let tenants = self.0.iter().map(|create| create.tenant());
        let texts = |of: fn(&CustomerState) -> &str| self.states(of);
        let email_keys = self.states(|state| state.profile.email.key());
        let email_keys: Vec<&str> = email_keys.iter().map(|key| key.expose().as_str()).collect();
        Statement::new(sql::STORE_CUSTOMERS)
            .bind(milliseconds(LOCK_WAIT_TOGETHER))
            .bind(tenants.map(TenantId::as_uuid).collect::<Vec<_>>())
            .bind(self.states(|state| state.id.as_uuid()))
            .bind(texts(|state| state.profile.customer_type.as_str()))
            .bind(texts(|state| state.profile.first_name.expose()))
            .bind(texts(|state| state.profile.last_name.expose()))
            .bind(texts(|state| state.profile.email.expose()))
            .bind(email_keys)
            .bind(texts(|state| state.profile.phone.expose()))
            .bind(texts(|state| state.profile.billing_address.line1.expose()))
            .bind(self.states(|state| {
                let line2 = state.profile.billing_address.line2.as_ref();
                line2.map(AddressLine::expose)
            }))
            .bind(texts(|state| state.profile.billing_address.city.expose()))
            .bind(texts(|state| state.profile.billing_address.state.expose()))
            .bind(texts(|state| {
                state.profile.billing_address.zip_code.expose()
            }))
            .bind(texts(|state| {
                state.profile.billing_address.country.as_str()
            }))
            .bind(self.states(|state| state.profile.external_id.as_ref().map(ExternalId::expose)))
            .bind(self.states(|state| Json(state.profile.metadata.expose())))
            .bind(texts(|state| state.status.as_str()))
            .bind(self.states(|state| state.created_at))
            .bind(self.creations(|creation| creation.change().id.as_uuid()))
            .bind(self.creations(|creation| creation.change().actor.as_str()))
            .bind(self.claims(|claim| claim.key_hash.as_slice()))
            .bind(self.claims(|claim| claim.fingerprint.as_slice()))
            .bind(self.details())
            .bind(
                self.claims(|claim| claim.operation)
                    .into_iter()
                    .flatten()
                    .next(),
            )
    }

    fn creations<'s, T>(&'s self, of: impl Fn(&'s Creation) -> T) -> Vec<T> {
        let creations = self.0.iter().map(|create| create.creation());
        creations.map(of).collect()
    }

    fn states<'s, T>(&'s self, of: impl Fn(&'s CustomerState) -> T) -> Vec<T> {
        self.creations(|creation| of(creation.customer().state()))
    }

    fn claims<'s, T>(&'s self, of: fn(&'s IdempotencyClaim) -> T) -> Vec<Option<T>> {
        self.creations(|creation| creation.claim.as_ref().map(of))
    }

    fn details(&self) -> Vec<Option<Vec<u8>>> {
        let detail = |create: &&Create| {
            let claim = create.creation().claim;
            claim.map(|_| create.created().detail)
        };
        self.0.iter().map(detail).collect()
    }
}
