use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use aes_gcm::{Aes256Gcm, KeyInit as _};
use customers_domain::{CustomerId, EmailAddress, PhoneNumber, TenantId};
use customers_ports::SecretKey;
use hkdf::Hkdf;
use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use sqlx::types::Uuid;
use zeroize::Zeroizing;

use crate::sealing::cipher::{CustomerKey, Place, Salt, Unopened, number_of};

/// What customers' keys are derived for, besides tenant, customer and salt.
const CUSTOMER_KEY: &[u8] = b"customers: key of a customer";
/// What a digest is of, so that an email and a phone number of one text differ.
const EMAIL: &[u8] = b"email\0";
const PHONE: &[u8] = b"phone\0";

/// HMAC-SHA-256 under a tenant's index key, cut to 16 bytes: equal for equal values of the tenant, and
/// without the key it says nothing. It is stored as a `uuid`, the type of 16 bytes.
pub(crate) type Digest = Uuid;

/// The keys of one tenant: those that seal, by number, and the one of the digests.
pub(crate) struct KeyRing {
    tenant: TenantId,
    /// Number of the key that seals from now on.
    current: u32,
    sealing: BTreeMap<u32, Arc<Hkdf<Sha256>>>,
    index: Arc<Hmac<Sha256>>,
}

/// A key of a tenant as it is read from the database.
pub(super) enum TenantKey {
    /// Seals while it is not retired, and opens what it sealed.
    Sealing {
        number: u32,
        retired: bool,
        key: Arc<Hkdf<Sha256>>,
    },
    /// Makes the digests.
    Index(Arc<Hmac<Sha256>>),
}

impl TenantKey {
    pub(super) fn sealing(number: u32, retired: bool, key: &SecretKey) -> Self {
        // RFC 5869, 3.3: a key that is random already needs no extraction.
        let key = Hkdf::from_prk(key.expose())
            .unwrap_or_else(|_| unreachable!("HKDF with SHA-256 takes 32 bytes"));
        let key = Arc::new(key);
        Self::Sealing {
            number,
            retired,
            key,
        }
    }

    pub(super) fn index(key: &SecretKey) -> Self {
        let key = Hmac::new_from_slice(key.expose())
            .unwrap_or_else(|_| unreachable!("HMAC takes keys of any length"));
        Self::Index(Arc::new(key))
    }
}

impl KeyRing {
    /// Puts the keys of a tenant together; `None` without an index key or a key to seal with.
    pub(super) fn new(tenant: TenantId, keys: impl IntoIterator<Item = TenantKey>) -> Option<Self> {
        let (mut current, mut index) = (None, None);
        let mut sealing = BTreeMap::new();
        for key in keys {
            match key {
                TenantKey::Index(key) => index = Some(key),
                TenantKey::Sealing {
                    number,
                    retired,
                    key,
                } => {
                    if !retired {
                        current = current.max(Some(number));
                    }
                    sealing.insert(number, key);
                }
            }
        }
        Some(Self {
            tenant,
            current: current?,
            sealing,
            index: index?,
        })
    }

    /// The sealing key of that number, if the ring has it.
    pub(super) fn sealing(&self, number: u32) -> Option<Arc<Hkdf<Sha256>>> {
        self.sealing.get(&number).cloned()
    }

    /// The key of the digests.
    pub(super) fn index(&self) -> Arc<Hmac<Sha256>> {
        Arc::clone(&self.index)
    }

    /// The tenant that the keys belong to.
    pub(crate) const fn tenant(&self) -> TenantId {
        self.tenant
    }

    /// Derives the key that seals for a customer from now on.
    pub(crate) fn customer_key(&self, customer: CustomerId, salt: Salt) -> CustomerKey {
        self.derive(self.current, customer, salt)
            .unwrap_or_else(|| unreachable!("the ring holds its current key"))
    }

    /// Opens a value of a customer with that salt.
    pub(crate) fn open(
        &self,
        place: Place<'_>,
        salt: Salt,
        sealed: &[u8],
    ) -> Result<Vec<u8>, Unopened> {
        let number = number_of(sealed)?;
        let key = self.derive(number, place.customer, salt);
        let key = key.ok_or(Unopened::UnknownKey(number))?;
        key.open(place, sealed)
    }

    /// The digest by which an email address is unique and looked up. Its case does not matter.
    pub(crate) fn email_digest(&self, email: &EmailAddress) -> Digest {
        self.digest(EMAIL, email.key().expose())
    }

    /// The digest by which a phone number is looked up.
    pub(crate) fn phone_digest(&self, phone: &PhoneNumber) -> Digest {
        self.digest(PHONE, phone.expose())
    }

    fn derive(&self, number: u32, customer: CustomerId, salt: Salt) -> Option<CustomerKey> {
        let mut key = Zeroizing::new([0; SecretKey::LENGTH]);
        let (tenant, customer) = (self.tenant.as_uuid(), customer.as_uuid());
        let info: [&[u8]; 4] = [
            CUSTOMER_KEY,
            tenant.as_bytes(),
            customer.as_bytes(),
            salt.0.as_bytes(),
        ];
        self.sealing
            .get(&number)?
            .expand_multi_info(&info, key.as_mut_slice())
            .unwrap_or_else(|_| unreachable!("HKDF gives 32 bytes"));
        Some(CustomerKey {
            number,
            cipher: Aes256Gcm::new((&*key).into()),
        })
    }

    fn digest(&self, purpose: &[u8], value: &str) -> Digest {
        let mut mac = Hmac::clone(&self.index);
        mac.update(purpose);
        mac.update(value.as_bytes());
        let digest: [u8; 32] = mac.finalize().into_bytes().into();
        let (cut, _) = digest
            .split_first_chunk::<16>()
            .unwrap_or_else(|| unreachable!("16 of 32"));
        Uuid::from_bytes(*cut)
    }
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyRing")
            .field("tenant", &self.tenant)
            .field("current", &self.current)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
