use std::collections::BTreeMap;

use crate::billing_address::BillingAddress;
use crate::change::FieldPath;
use crate::country::CountryCode;
use crate::email::EmailAddress;
use crate::external_id::ExternalId;
use crate::metadata::{InvalidMetadata, Metadata, MetadataPatch};
use crate::phone::PhoneNumber;
use crate::profile::Profile;
use crate::text::{AddressLine, Locality, PersonName};
use crate::zip_code::ZipCode;

/// An edit of a profile: what is absent stays, and what is optional may be taken away.
///
/// The type of a customer is not among it: it never changes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProfilePatch {
    /// A new first name.
    pub first_name: Option<PersonName>,
    /// A new last name.
    pub last_name: Option<PersonName>,
    /// A new email address.
    pub email: Option<EmailAddress>,
    /// A new phone number.
    pub phone: Option<PhoneNumber>,
    /// Changes of the address.
    pub billing_address: AddressPatch,
    /// A new reference, or none any more.
    pub external_id: Edit<ExternalId>,
    /// Changes of the notes, member by member, or none of them any more.
    pub metadata: Edit<MetadataPatch>,
}

/// An edit of a billing address.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AddressPatch {
    /// A new first line.
    pub line1: Option<AddressLine>,
    /// A new second line, or none any more.
    pub line2: Edit<AddressLine>,
    /// A new city.
    pub city: Option<Locality>,
    /// A new state or region.
    pub state: Option<Locality>,
    /// A new postal code.
    pub zip_code: Option<ZipCode>,
    /// A new country.
    pub country: Option<CountryCode>,
}

/// What an edit does to something optional.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Edit<T> {
    /// It stays.
    #[default]
    Keep,
    /// It is taken away.
    Remove,
    /// It becomes this.
    Set(T),
}

impl<T> Edit<T> {
    /// Turns the new value into another, which may fail.
    ///
    /// # Errors
    /// Those of the function.
    pub fn try_map<U, E>(self, map: impl FnOnce(T) -> Result<U, E>) -> Result<Edit<U>, E> {
        Ok(match self {
            Self::Keep => Edit::Keep,
            Self::Remove => Edit::Remove,
            Self::Set(value) => Edit::Set(map(value)?),
        })
    }
}

impl ProfilePatch {
    /// The profile that the edit makes, and the fields that differ, in the order in which they are
    /// documented.
    pub(crate) fn apply(
        self,
        profile: Profile,
    ) -> Result<(Profile, Vec<FieldPath>), InvalidMetadata> {
        let mut changed = Vec::new();
        let mut edited = profile;
        replace(
            &mut edited.first_name,
            self.first_name,
            "/first_name",
            &mut changed,
        );
        replace(
            &mut edited.last_name,
            self.last_name,
            "/last_name",
            &mut changed,
        );
        replace(&mut edited.email, self.email, "/email", &mut changed);
        replace(&mut edited.phone, self.phone, "/phone", &mut changed);
        self.billing_address
            .apply(&mut edited.billing_address, &mut changed);
        edit(
            &mut edited.external_id,
            self.external_id,
            "/external_id",
            &mut changed,
        );
        let metadata = match self.metadata {
            Edit::Keep => None,
            Edit::Remove => Some(Metadata::from_stored(BTreeMap::new())),
            Edit::Set(patch) => Some(patch.apply(&edited.metadata)?),
        };
        replace(&mut edited.metadata, metadata, "/metadata", &mut changed);
        Ok((edited, changed))
    }
}

impl AddressPatch {
    fn apply(self, address: &mut BillingAddress, changed: &mut Vec<FieldPath>) {
        replace(
            &mut address.line1,
            self.line1,
            "/billing_address/line1",
            changed,
        );
        edit(
            &mut address.line2,
            self.line2,
            "/billing_address/line2",
            changed,
        );
        replace(
            &mut address.city,
            self.city,
            "/billing_address/city",
            changed,
        );
        replace(
            &mut address.state,
            self.state,
            "/billing_address/state",
            changed,
        );
        replace(
            &mut address.zip_code,
            self.zip_code,
            "/billing_address/zip_code",
            changed,
        );
        replace(
            &mut address.country,
            self.country,
            "/billing_address/country",
            changed,
        );
    }
}

fn replace<T: PartialEq>(
    field: &mut T,
    value: Option<T>,
    path: FieldPath,
    changed: &mut Vec<FieldPath>,
) {
    if let Some(value) = value
        && *field != value
    {
        *field = value;
        changed.push(path);
    }
}

fn edit<T: PartialEq>(
    field: &mut Option<T>,
    value: Edit<T>,
    path: FieldPath,
    changed: &mut Vec<FieldPath>,
) {
    let value = match value {
        Edit::Keep => return,
        Edit::Remove => None,
        Edit::Set(value) => Some(value),
    };
    replace(field, Some(value), path, changed);
}
