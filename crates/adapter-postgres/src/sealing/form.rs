//! The form of what is sealed: JSON objects with short names. A newer program may add members.
//!
//! A program that does not know a member ignores it when it reads, and carries it on when it edits.
//! So that it can tell an unknown member from one that was removed, every known member is written,
//! with `null` where the customer has none.

use std::borrow::Cow;
use std::collections::BTreeMap;

use chrono::DateTime;
use customers_domain::{
    Action, AddressLine, BillingAddress, CountryCode, Customer, CustomerId, CustomerState,
    CustomerType, EmailAddress, ExternalId, Locality, Metadata, Parse as _, PersonName,
    PhoneNumber, Profile, Reason, Verb, Version, ZipCode,
};
use customers_ports::MadeDecision;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::codes;
use crate::failure::{Failure, FailureKind};

/// The sealed part of a customer's row: the profile but for its [`Clear`] members, and the last reason.
///
/// A name is never used again for something else. A member that comes later is an `Option`.
#[derive(Serialize, Deserialize)]
pub(crate) struct ProfileForm<'a> {
    #[serde(rename = "fn")]
    first_name: Cow<'a, str>,
    #[serde(rename = "ln")]
    last_name: Cow<'a, str>,
    #[serde(rename = "em")]
    email: Cow<'a, str>,
    #[serde(rename = "ph")]
    phone: Cow<'a, str>,
    #[serde(rename = "a1")]
    line1: Cow<'a, str>,
    #[serde(rename = "a2")]
    line2: Option<Cow<'a, str>>,
    #[serde(rename = "ci")]
    city: Cow<'a, str>,
    #[serde(rename = "st")]
    state: Cow<'a, str>,
    #[serde(rename = "zc")]
    zip_code: Cow<'a, str>,
    #[serde(rename = "md")]
    metadata: Cow<'a, BTreeMap<String, String>>,
    #[serde(rename = "re")]
    status_reason: Option<Cow<'a, str>>,
}

/// The members of a profile that have columns of their own, in clear.
pub(crate) struct Clear {
    pub(crate) customer_type: CustomerType,
    pub(crate) country: CountryCode,
    pub(crate) external_id: Option<ExternalId>,
}

impl<'a> ProfileForm<'a> {
    /// The form of a customer's profile and last reason.
    pub(crate) fn of(profile: &'a Profile, reason: Option<&'a Reason>) -> Self {
        let address = &profile.billing_address;
        Self {
            first_name: Cow::Borrowed(profile.first_name.expose()),
            last_name: Cow::Borrowed(profile.last_name.expose()),
            email: Cow::Borrowed(profile.email.expose()),
            phone: Cow::Borrowed(profile.phone.expose()),
            line1: Cow::Borrowed(address.line1.expose()),
            line2: address
                .line2
                .as_ref()
                .map(|line| Cow::Borrowed(line.expose())),
            city: Cow::Borrowed(address.city.expose()),
            state: Cow::Borrowed(address.state.expose()),
            zip_code: Cow::Borrowed(address.zip_code.expose()),
            metadata: Cow::Borrowed(profile.metadata.expose()),
            status_reason: reason.map(|reason| Cow::Borrowed(reason.expose())),
        }
    }

    /// The profile and the last reason, as [`Self::of`] took them.
    pub(crate) fn into_parts(self, clear: Clear) -> (Profile, Option<Reason>) {
        let profile = Profile {
            first_name: PersonName::from_stored(self.first_name.into_owned()),
            last_name: PersonName::from_stored(self.last_name.into_owned()),
            email: EmailAddress::from_stored(self.email.into_owned()),
            phone: PhoneNumber::from_stored(self.phone.into_owned()),
            customer_type: clear.customer_type,
            billing_address: BillingAddress {
                line1: AddressLine::from_stored(self.line1.into_owned()),
                line2: self
                    .line2
                    .map(|line| AddressLine::from_stored(line.into_owned())),
                city: Locality::from_stored(self.city.into_owned()),
                state: Locality::from_stored(self.state.into_owned()),
                zip_code: ZipCode::from_stored(self.zip_code.into_owned()),
                country: clear.country,
            },
            external_id: clear.external_id,
            metadata: Metadata::from_stored(self.metadata.into_owned()),
        };
        let reason = self.status_reason.map(Cow::into_owned);
        (profile, reason.map(Reason::from_stored))
    }
}

/// A sealed decision: the verb, and the customer as the decision left it. Nothing of it stays in clear,
/// so that none of it outlives the customer. It is written once and never edited.
#[derive(Serialize, Deserialize)]
pub(crate) struct DecisionForm<'a> {
    verb: i16,
    #[serde(rename = "type")]
    customer_type: i16,
    country: Cow<'a, str>,
    external_id: Option<Cow<'a, str>>,
    status: i16,
    /// Times are in microseconds since 1970.
    status_since: i64,
    version: u32,
    created_at: i64,
    updated_at: i64,
    profile: ProfileForm<'a>,
}

impl<'a> DecisionForm<'a> {
    /// The form of a decision that left that customer.
    pub(crate) fn of(verb: Verb, state: &'a CustomerState) -> Self {
        let profile = &state.profile;
        Self {
            verb: codes::of_action(Action::Transition(verb)),
            customer_type: codes::of_type(profile.customer_type),
            country: Cow::Borrowed(profile.billing_address.country.as_str()),
            external_id: profile
                .external_id
                .as_ref()
                .map(|id| Cow::Borrowed(id.expose())),
            status: codes::of_status(state.status),
            status_since: state.status_since.timestamp_micros(),
            version: state.version.number(),
            created_at: state.created_at.timestamp_micros(),
            updated_at: state.updated_at.timestamp_micros(),
            profile: ProfileForm::of(profile, state.status_reason.as_ref()),
        }
    }

    /// The decision on the customer of that id; `None` where a member holds what it never should.
    pub(crate) fn into_decision(self, id: CustomerId) -> Option<MadeDecision> {
        let Action::Transition(verb) = codes::action(self.verb)? else {
            return None;
        };
        let (profile, status_reason) = self.profile.into_parts(Clear {
            customer_type: codes::customer_type(self.customer_type)?,
            country: CountryCode::parse(&self.country).ok()?,
            external_id: self
                .external_id
                .map(|id| ExternalId::from_stored(id.into_owned())),
        });
        Some(MadeDecision {
            verb,
            reason: status_reason.clone(),
            customer: Customer::from_stored(CustomerState {
                id,
                profile,
                status: codes::status(self.status)?,
                status_reason,
                status_since: DateTime::from_timestamp_micros(self.status_since)?,
                version: Version::from_number(self.version)?,
                created_at: DateTime::from_timestamp_micros(self.created_at)?,
                updated_at: DateTime::from_timestamp_micros(self.updated_at)?,
            }),
        })
    }
}

/// Appends the form as JSON.
pub(crate) fn write(form: &impl Serialize, into: &mut Vec<u8>) -> Result<(), Failure> {
    serde_json::to_writer(into, form).map_err(|_| defect("a value cannot be encoded"))
}

/// Appends the form as JSON, with the members of `earlier` that this program does not know.
pub(crate) fn write_over(
    earlier: &[u8],
    form: &impl Serialize,
    into: &mut Vec<u8>,
) -> Result<(), Failure> {
    let start = into.len();
    write(form, into)?;
    let written = into.get(start..).unwrap_or_default();
    let known: BTreeMap<Cow<'_, str>, &RawValue> = read(written)?;
    let earlier: BTreeMap<Cow<'_, str>, &RawValue> = read(earlier)?;
    let unknown: Vec<_> = earlier
        .into_iter()
        .filter(|(name, _)| !known.contains_key(name))
        .collect();
    drop(known);
    for (name, value) in unknown {
        // The object is open again, and has members.
        into.pop();
        into.push(b',');
        write(&name, into)?;
        into.push(b':');
        into.extend_from_slice(value.get().as_bytes());
        into.push(b'}');
    }
    Ok(())
}

/// Reads a form. Members that it does not have are ignored.
pub(crate) fn read<'a, T: Deserialize<'a>>(opened: &'a [u8]) -> Result<T, Failure> {
    serde_json::from_slice(opened).map_err(|_| defect("a sealed value has another form"))
}

fn defect(reason: &str) -> Failure {
    Failure::new(FailureKind::Defect, reason)
}

#[cfg(test)]
mod tests;
