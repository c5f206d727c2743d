use std::fmt;

use aes_gcm::aead::AeadInOut as _;
use aes_gcm::{Aes256Gcm, Nonce};
use customers_domain::{CustomerId, DecisionId, TenantId, Version};
use sqlx::types::Uuid;

use crate::failure::{Failure, FailureKind};

/// The first byte of a sealed value: which form the rest has.
const FORMAT: u8 = 1;
/// Length of the number of the sealing key in bytes.
const NUMBER: usize = 4;
/// Length of the nonce of AES-256-GCM in bytes.
const NONCE: usize = 12;
/// Where the ciphertext begins: behind the format, the number and the nonce.
const HEADER: usize = 1 + NUMBER + NONCE;
/// Length of the tag of AES-256-GCM in bytes.
const TAG: usize = 16;

/// The random value in a customer's row from which the customer's key is derived. Without it, what
/// was sealed for the customer does not open. It is stored as a `uuid`, the type of 16 bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Salt(pub(crate) Uuid);

impl Salt {
    /// Makes a salt from the system's random source.
    pub(crate) fn random() -> Result<Self, Failure> {
        let mut bytes = [0; 16];
        fill_random(&mut bytes)?;
        Ok(Self(Uuid::from_bytes(bytes)))
    }
}

/// Where a sealed value belongs. It opens nowhere else.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) tenant: TenantId,
    pub(crate) customer: CustomerId,
    pub(crate) slot: Slot<'a>,
}

/// What a sealed value is, of which state of its customer.
#[derive(Clone, Copy)]
pub(crate) enum Slot<'a> {
    /// The profile and the last reason, in the customer's row.
    Profile(Version),
    /// The reason of the change that made this version.
    Reason(Version),
    /// What a decision of this id is answered with.
    Decision(&'a DecisionId),
}

impl Place<'_> {
    /// The associated data. All parts but the last have a fixed length, so no two places share it.
    fn associated_data(&self, number: u32) -> Vec<u8> {
        let version: [u8; 4];
        let (purpose, rest) = match self.slot {
            Slot::Profile(of) => {
                version = of.number().to_be_bytes();
                (1, version.as_slice())
            }
            Slot::Reason(of) => {
                version = of.number().to_be_bytes();
                (2, version.as_slice())
            }
            Slot::Decision(id) => (3, id.as_str().as_bytes()),
        };
        [
            &[FORMAT, purpose],
            number.to_be_bytes().as_slice(),
            self.tenant.as_uuid().as_bytes(),
            self.customer.as_uuid().as_bytes(),
            rest,
        ]
        .concat()
    }
}

/// Why a sealed value did not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unopened {
    /// It was sealed under a key of this number, which the ring does not have.
    UnknownKey(u32),
    /// It was altered, cut, or belongs to another place.
    Rejected,
}

impl Unopened {
    /// The failure of a store that meets such a value. It names the customer for the operator.
    pub(crate) fn into_failure(self, place: Place<'_>) -> Failure {
        let (kind, why) = match self {
            Self::UnknownKey(number) => {
                let why = format!("key {number} of the tenant is missing");
                (FailureKind::UnknownKey, why)
            }
            Self::Rejected => {
                let why = "it was altered, cut or moved".to_owned();
                (FailureKind::Defect, why)
            }
        };
        let what = match place.slot {
            Slot::Profile(_) => "sealed profile",
            Slot::Reason(_) => "sealed reason of a change",
            Slot::Decision(_) => "sealed decision",
        };
        let customer = place.customer;
        Failure::new(
            kind,
            format!("the {what} of customer {customer} does not open: {why}"),
        )
    }
}

/// A customer's own key, derived from one sealing key of its tenant. It is overwritten when dropped.
pub(crate) struct CustomerKey {
    pub(super) number: u32,
    pub(super) cipher: Aes256Gcm,
}

impl CustomerKey {
    /// Seals what `write` appends: format, number of the key, random nonce, ciphertext, tag.
    ///
    /// A nonce of 96 random bits is safe for 2^32 values under one key (NIST SP 800-38D, 8.3), and a
    /// customer's key seals a few values for each version.
    pub(crate) fn seal(
        &self,
        place: Place<'_>,
        write: impl FnOnce(&mut Vec<u8>) -> Result<(), Failure>,
    ) -> Result<Vec<u8>, Failure> {
        let mut nonce = [0; NONCE];
        fill_random(&mut nonce)?;
        let mut sealed = Vec::with_capacity(512);
        sealed.push(FORMAT);
        sealed.extend_from_slice(&self.number.to_be_bytes());
        sealed.extend_from_slice(&nonce);
        write(&mut sealed)?;
        let aad = place.associated_data(self.number);
        let text = sealed.get_mut(HEADER..).unwrap_or_default();
        let tag = self
            .cipher
            .encrypt_inout_detached(&Nonce::from(nonce), &aad, text.into())
            .map_err(|_| Failure::new(FailureKind::Defect, "a value is too large to seal"))?;
        sealed.extend_from_slice(&tag);
        Ok(sealed)
    }

    /// Opens a value that this key sealed for this place.
    pub(super) fn open(&self, place: Place<'_>, sealed: &[u8]) -> Result<Vec<u8>, Unopened> {
        let (nonce, rest) = sealed
            .get(1 + NUMBER..)
            .and_then(|rest| rest.split_first_chunk::<NONCE>())
            .ok_or(Unopened::Rejected)?;
        let (text, tag) = rest.split_last_chunk::<TAG>().ok_or(Unopened::Rejected)?;
        let mut opened = text.to_vec();
        let aad = place.associated_data(self.number);
        self.cipher
            .decrypt_inout_detached(
                &Nonce::from(*nonce),
                &aad,
                opened.as_mut_slice().into(),
                &(*tag).into(),
            )
            .map_err(|_| Unopened::Rejected)?;
        Ok(opened)
    }
}

impl fmt::Debug for CustomerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CustomerKey")
            .field("number", &self.number)
            .finish_non_exhaustive()
    }
}

/// The number of the key that sealed a value.
pub(super) fn number_of(sealed: &[u8]) -> Result<u32, Unopened> {
    let (&FORMAT, rest) = sealed.split_first().ok_or(Unopened::Rejected)? else {
        return Err(Unopened::Rejected);
    };
    let number = rest.first_chunk::<NUMBER>().ok_or(Unopened::Rejected)?;
    Ok(u32::from_be_bytes(*number))
}

pub(super) fn fill_random(bytes: &mut [u8]) -> Result<(), Failure> {
    getrandom::fill(bytes).map_err(|_| {
        Failure::new(
            FailureKind::Defect,
            "the system has no random numbers to give",
        )
    })
}
