use customers_domain::{
    CustomerEvent, CustomerId, Event, EventBody, EventData, EventId, EventType, EventValue,
    ModuleEvent, SequencedEvent, TenantId,
};
use customers_ports::{EventPage, EventQuery, Page};
use serde_json::Value;
use sqlx::postgres::PgRow;

use crate::column::{column, unreadable};
use crate::events::position::{sequence, stored};
use crate::failure::Failure;
use crate::rows;
use crate::sql;
use crate::statement::Statement;

pub(super) fn statement(tenant: TenantId, query: EventQuery) -> Statement {
    Statement::new(sql::READ_EVENTS)
        .bind(tenant.as_uuid())
        .bind(stored(query.after))
        .bind(i64::from(query.limit) + 1)
}

/// Reads the rows of [`READ_EVENTS`](sql::READ_EVENTS), of which there is at least one.
pub(super) fn page(rows: &[PgRow], query: EventQuery) -> Result<EventPage, Failure> {
    let first = rows.first().ok_or_else(|| unreadable("head"))?;
    let mut events = Vec::with_capacity(rows.len());
    for row in rows {
        if column::<Option<i64>>(row, "sequence")?.is_some() {
            events.push(sequenced(row)?);
        }
    }
    let page = Page::cut(events, query.limit);
    Ok(EventPage {
        events: page.items,
        head: sequence(first, "head")?,
        has_more: page.has_more,
    })
}

fn sequenced(row: &PgRow) -> Result<SequencedEvent, Failure> {
    let is_of_module = column::<i32>(row, "version")? == 0;
    Ok(SequencedEvent {
        sequence: sequence(row, "sequence")?,
        event: if is_of_module {
            module_event(row)?
        } else {
            customer_event(row)?
        },
    })
}

fn customer_event(row: &PgRow) -> Result<Event, Failure> {
    Ok(Event {
        id: EventId::from_uuid(column(row, "change_id")?),
        at: column(row, "changed_at")?,
        body: EventBody::Customer(CustomerEvent {
            customer_id: CustomerId::from_uuid(column(row, "subject_id")?),
            version: rows::version(column(row, "version")?)?,
            action: rows::action(row)?,
            status: rows::to_status(row)?,
            previous_status: rows::from_status(row)?,
            changed_fields: rows::changed_fields(row)?,
        }),
    })
}

fn module_event(row: &PgRow) -> Result<Event, Failure> {
    Ok(Event {
        id: EventId::from_uuid(column(row, "subject_id")?),
        at: column(row, "module_at")?,
        body: EventBody::Module(ModuleEvent {
            event_type: EventType::from_stored(column(row, "event_type")?),
            data: decode(column(row, "data")?)?,
        }),
    })
}

fn decode(data: &str) -> Result<EventData, Failure> {
    let Ok(Value::Object(values)) = serde_json::from_str(data) else {
        return Err(unreadable("data"));
    };
    let values = values.into_iter().map(|(name, value)| {
        let value = match value {
            Value::String(text) => EventValue::Text(text),
            Value::Number(number) => {
                EventValue::Number(number.as_i64().ok_or_else(|| unreadable("data"))?)
            }
            Value::Bool(boolean) => EventValue::Boolean(boolean),
            Value::Null => EventValue::Null,
            Value::Array(_) | Value::Object(_) => return Err(unreadable("data")),
        };
        Ok((name, value))
    });
    let values: Result<Vec<_>, Failure> = values.collect();
    Ok(EventData::from_stored(values?))
}
