use chrono::DateTime;
use customers_domain::{CustomerId, CustomerStatus, Receipt};

use crate::conflict::{Conflict, UniqueField};
use crate::idempotency::RecordedOutcome;

/// The first outcome of a create with an idempotency key. Every retry returns it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FirstAnswer {
    /// The customer was created.
    Created(Receipt),
    /// Another customer held a unique value.
    Taken(Conflict),
}

impl FirstAnswer {
    /// [`RecordedOutcome::code`] of a created customer.
    pub const CREATED: i16 = 1;
    /// [`RecordedOutcome::code`] if the email was taken.
    pub const EMAIL_TAKEN: i16 = 2;
    /// [`RecordedOutcome::code`] if the external id was taken.
    pub const EXTERNAL_ID_TAKEN: i16 = 3;

    /// Encodes the outcome for an idempotency record.
    ///
    /// The resource is the created customer, or the one that holds the value. The detail of a created customer is a
    /// version byte, the time of creation in microseconds (big-endian `i64`) and the name of its first status. Other
    /// outcomes have no detail.
    pub fn to_record(self) -> RecordedOutcome {
        match self {
            Self::Created(receipt) => RecordedOutcome {
                code: Self::CREATED,
                resource_id: receipt.id.as_uuid(),
                detail: encode(&receipt),
            },
            Self::Taken(conflict) => RecordedOutcome {
                code: match conflict.field {
                    UniqueField::Email => Self::EMAIL_TAKEN,
                    UniqueField::ExternalId => Self::EXTERNAL_ID_TAKEN,
                },
                resource_id: conflict.holder.as_uuid(),
                detail: Vec::new(),
            },
        }
    }

    /// Decodes a record made by [`Self::to_record`]. Returns `None` for any other record.
    pub fn from_record(record: &RecordedOutcome) -> Option<Self> {
        let id = CustomerId::from_uuid(record.resource_id);
        let taken = |field| Self::Taken(Conflict { field, holder: id });
        match record.code {
            Self::CREATED => decode(id, &record.detail).map(Self::Created),
            Self::EMAIL_TAKEN => Some(taken(UniqueField::Email)),
            Self::EXTERNAL_ID_TAKEN => Some(taken(UniqueField::ExternalId)),
            _ => None,
        }
    }
}

/// Version of the detail's encoding.
const VERSION: u8 = 1;

fn encode(receipt: &Receipt) -> Vec<u8> {
    let mut detail = vec![VERSION];
    detail.extend(receipt.created_at.timestamp_micros().to_be_bytes());
    detail.extend(receipt.status.as_str().bytes());
    detail
}

fn decode(id: CustomerId, detail: &[u8]) -> Option<Receipt> {
    let (version, detail) = detail.split_first()?;
    let (created_at, status) = detail.split_first_chunk()?;
    let status = CustomerStatus::from_name(str::from_utf8(status).ok()?)?;
    let created_at = DateTime::from_timestamp_micros(i64::from_be_bytes(*created_at))?;
    (*version == VERSION).then_some(Receipt {
        id,
        status,
        created_at,
    })
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn id() -> CustomerId {
        CustomerId::from_uuid(Uuid::from_u128(0x0189_0a5d))
    }

    fn created(status: CustomerStatus, microseconds: i64) -> FirstAnswer {
        FirstAnswer::Created(Receipt {
            id: id(),
            status,
            created_at: DateTime::from_timestamp_micros(microseconds).unwrap(),
        })
    }

    fn taken(field: UniqueField) -> FirstAnswer {
        FirstAnswer::Taken(Conflict {
            field,
            holder: id(),
        })
    }

    #[test]
    fn every_outcome_can_be_decoded_from_its_record() {
        let statuses = CustomerStatus::ALL.iter();
        let created = statuses.flat_map(|&status| {
            [-1, 0, 1_758_531_669_123_456].map(|microseconds| created(status, microseconds))
        });
        let taken = [UniqueField::Email, UniqueField::ExternalId].map(taken);
        for answer in created.chain(taken) {
            assert_eq!(FirstAnswer::from_record(&answer.to_record()), Some(answer));
        }
    }

    #[test]
    fn a_record_with_another_code_or_version_is_refused() {
        let good = created(CustomerStatus::Active, 7).to_record();
        assert_eq!(good.detail, b"\x01\0\0\0\0\0\0\0\x07active");
        for (code, detail) in [
            (0, good.detail.clone()),
            (4, good.detail.clone()),
            (FirstAnswer::CREATED, Vec::new()),
            (FirstAnswer::CREATED, good.detail[..8].to_vec()),
            (FirstAnswer::CREATED, good.detail[..9].to_vec()),
            (FirstAnswer::CREATED, [&[2], &good.detail[1..]].concat()),
        ] {
            let record = RecordedOutcome {
                code,
                detail,
                ..good.clone()
            };
            assert_eq!(FirstAnswer::from_record(&record), None, "{record:?}");
        }
    }
}
