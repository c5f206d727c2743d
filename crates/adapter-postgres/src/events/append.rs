use chrono::{DateTime, Utc};
use customers_domain::{EventId, EventValue, ModuleEvent, TenantId};
use serde_json::{Map, Value};

use crate::failure::Failure;
use crate::sql;
use crate::statement::Statement;
use crate::transaction::Transaction;

/// Appends an event of a module to the feed, in the module's own transaction.
///
/// The event appears in the feed after the commit, and does not appear after a rollback. An event whose id is stored
/// already is not appended again, so the unit of work can be repeated. Report the commit to
/// [`EventSignal`](customers_ports::EventSignal), or the event appears a little later.
///
/// # Errors
/// Returns an error if a statement fails.
pub async fn append_event(
    transaction: &mut Transaction<'_>,
    tenant: TenantId,
    id: EventId,
    at: DateTime<Utc>,
    event: &ModuleEvent,
) -> Result<(), Failure> {
    let store = Statement::new(sql::STORE_MODULE_EVENT)
        .bind(tenant.as_uuid())
        .bind(id.as_uuid())
        .bind(at)
        .bind(event.event_type.as_str())
        .bind(encode(event));
    if transaction.fetch(store).await?.is_empty() {
        return Ok(());
    }
    let append = Statement::new(sql::APPEND_MODULE_EVENT)
        .bind(tenant.as_uuid())
        .bind(at)
        .bind(id.as_uuid());
    transaction.fetch(append).await?;
    Ok(())
}

fn encode(event: &ModuleEvent) -> String {
    let values = event.data.values().map(|(name, value)| {
        let value = match value {
            EventValue::Text(text) => Value::from(text.as_str()),
            EventValue::Number(number) => Value::from(*number),
            EventValue::Boolean(boolean) => Value::from(*boolean),
            EventValue::Null => Value::Null,
        };
        (name.to_owned(), value)
    });
    Value::Object(values.collect::<Map<_, _>>()).to_string()
}
