use std::collections::BTreeMap;

use crate::billing_address::BillingAddress;
use crate::change::ChangedField;
use crate::country::CountryCode;
use crate::email::EmailAddress;
use crate::external_id::ExternalId;
use crate::metadata::{InvalidMetadata, Metadata, MetadataPatch};
use crate::phone::PhoneNumber;
use crate::profile::{CustomerField, Profile};
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
    /// Returns the edited profile and the fields that differ, in the order in which they are
    /// documented.
    pub(crate) fn apply(
        self,
        profile: Profile,
    ) -> Result<(Profile, Vec<ChangedField>), InvalidMetadata> {
        let mut edited = profile;
        let metadata = match self.metadata {
            Edit::Keep => None,
            Edit::Remove => Some(Metadata::from_stored(BTreeMap::new())),
            Edit::Set(patch) => Some(patch.apply(&edited.metadata)?),
        };
        let mut changes = Changes::default();
        changes.replace(
            CustomerField::FirstName,
            &mut edited.first_name,
            self.first_name,
        );
        changes.replace(
            CustomerField::LastName,
            &mut edited.last_name,
            self.last_name,
        );
        changes.replace(CustomerField::Email, &mut edited.email, self.email);
        changes.replace(CustomerField::Phone, &mut edited.phone, self.phone);
        self.billing_address
            .apply(&mut edited.billing_address, &mut changes);
        changes.edit(
            CustomerField::ExternalId,
            &mut edited.external_id,
            self.external_id,
        );
        changes.replace(CustomerField::Metadata, &mut edited.metadata, metadata);
        Ok((edited, changes.0))
    }
}

impl AddressPatch {
    fn apply(self, address: &mut BillingAddress, changes: &mut Changes) {
        changes.replace(CustomerField::Line1, &mut address.line1, self.line1);
        changes.edit(CustomerField::Line2, &mut address.line2, self.line2);
        changes.replace(CustomerField::City, &mut address.city, self.city);
        changes.replace(CustomerField::State, &mut address.state, self.state);
        changes.replace(CustomerField::ZipCode, &mut address.zip_code, self.zip_code);
        changes.replace(CustomerField::Country, &mut address.country, self.country);
    }
}

/// The fields whose value differs after an edit.
#[derive(Default)]
struct Changes(Vec<ChangedField>);

impl Changes {
    fn replace<T: PartialEq>(&mut self, field: CustomerField, current: &mut T, new: Option<T>) {
        if let Some(new) = new
            && *current != new
        {
            *current = new;
            self.0.push(ChangedField::Known(field));
        }
    }

    fn edit<T: PartialEq>(&mut self, field: CustomerField, current: &mut Option<T>, edit: Edit<T>) {
        let new = match edit {
            Edit::Keep => return,
            Edit::Remove => None,
            Edit::Set(new) => Some(new),
        };
        self.replace(field, current, Some(new));
    }
}
