//! The sealed form, written down a second time and independently of the adapter: a change of it would
//! make every value that a released program sealed unreadable, and fails tests here.

use aes_gcm::aead::{Aead as _, Payload};
use aes_gcm::{Aes256Gcm, KeyInit as _, Nonce};
use customers_adapter_key_file::KeyFile;
use customers_domain::{CustomerId, EmailAddress, TenantId};
use customers_ports::{MasterKey as _, SecretKey, WrappedKey};
use customers_test_support::MASTER_KEY;
use hkdf::Hkdf;
use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use sqlx::{PgConnection, Row as _};
use uuid::Uuid;

const INDEX_KEY: i32 = 0;

/// The keys of one tenant.
pub(crate) struct Sealer {
    tenant: TenantId,
    index: SecretKey,
    /// The newest key that seals, with its number.
    sealing: (u32, SecretKey),
    /// The older keys that sealed.
    older: Vec<(u32, SecretKey)>,
}

/// What a sealed value is of: its number in the associated data, and what follows the customer's id.
pub(crate) enum Purpose<'a> {
    Profile(u32),
    Reason(u32),
    Decision(&'a str),
}

impl Sealer {
    /// Takes the keys of a tenant, and makes them where it has none.
    pub(crate) async fn of(connection: &mut PgConnection, tenant: TenantId) -> Self {
        let keys = Self::read(connection, tenant).await;
        let keys = if keys.is_empty() {
            for number in [INDEX_KEY, 1] {
                add_key(connection, tenant, number).await;
            }
            Self::read(connection, tenant).await
        } else {
            keys
        };
        let mut keys = keys.into_iter();
        let (_, index) = keys.next().unwrap();
        let mut older: Vec<(u32, SecretKey)> = keys
            .map(|(number, key)| (u32::try_from(number).unwrap(), key))
            .collect();
        Self {
            tenant,
            index,
            sealing: older.pop().unwrap(),
            older,
        }
    }

    /// The tenant of the keys.
    pub(crate) const fn tenant(&self) -> TenantId {
        self.tenant
    }

    /// Whether a value opens for this customer and salt, with any of the keys.
    pub(crate) fn opens(
        &self,
        customer: CustomerId,
        salt: Uuid,
        purpose: &Purpose<'_>,
        sealed: &[u8],
    ) -> bool {
        let mut keys = self.older.iter().chain([&self.sealing]);
        keys.any(|(number, key)| {
            let aad = self.associated_data_under(*number, customer, purpose);
            let payload = Payload {
                msg: &sealed[17..],
                aad: &aad,
            };
            let nonce: [u8; 12] = sealed[5..17].try_into().unwrap();
            let cipher = self.cipher_under(key, customer, salt);
            cipher.decrypt(&Nonce::from(nonce), payload).is_ok()
        })
    }

    async fn read(connection: &mut PgConnection, tenant: TenantId) -> Vec<(i32, SecretKey)> {
        let rows = sqlx::query("SELECT * FROM tenant_keys WHERE tenant_id = $1 ORDER BY number")
            .bind(tenant.as_uuid())
            .fetch_all(connection)
            .await
            .unwrap();
        let mut keys = Vec::new();
        for row in rows {
            let number = row.get("number");
            let wrapped = WrappedKey {
                master_key: row.get("master_key"),
                bytes: row.get("wrapped"),
            };
            let context = context(tenant, number);
            let key = master_key().unwrap_key(&wrapped, &context).await;
            keys.push((number, key.unwrap()));
        }
        keys
    }

    /// The digest of an email address.
    pub(crate) fn email_digest(&self, email: &EmailAddress) -> Uuid {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.index.expose()).unwrap();
        mac.update(b"email\0");
        mac.update(email.expose().to_ascii_lowercase().as_bytes());
        Uuid::from_slice(&mac.finalize().into_bytes()[..16]).unwrap()
    }

    /// Seals a text for a customer whose row has that salt.
    pub(crate) fn seal(
        &self,
        customer: CustomerId,
        salt: Uuid,
        purpose: &Purpose<'_>,
        text: &[u8],
    ) -> Vec<u8> {
        let (number, _) = self.sealing;
        let aad = self.associated_data(customer, purpose);
        let payload = Payload {
            msg: text,
            aad: &aad,
        };
        let nonce = [7; 12];
        let cipher = self.cipher(customer, salt);
        let encrypted = cipher.encrypt(&Nonce::from(nonce), payload).unwrap();
        [&[1], &number.to_be_bytes()[..], &nonce, &encrypted].concat()
    }

    /// Opens a value that was sealed under the newest key.
    pub(crate) fn open(
        &self,
        customer: CustomerId,
        salt: Uuid,
        purpose: &Purpose<'_>,
        sealed: &[u8],
    ) -> Vec<u8> {
        let (number, _) = self.sealing;
        assert_eq!(sealed[0], 1, "format");
        assert_eq!(sealed[1..5], number.to_be_bytes(), "number of the key");
        let aad = self.associated_data(customer, purpose);
        let payload = Payload {
            msg: &sealed[17..],
            aad: &aad,
        };
        let nonce: [u8; 12] = sealed[5..17].try_into().unwrap();
        let cipher = self.cipher(customer, salt);
        cipher.decrypt(&Nonce::from(nonce), payload).unwrap()
    }

    fn cipher(&self, customer: CustomerId, salt: Uuid) -> Aes256Gcm {
        self.cipher_under(&self.sealing.1, customer, salt)
    }

    fn cipher_under(&self, key: &SecretKey, customer: CustomerId, salt: Uuid) -> Aes256Gcm {
        let info = [
            b"customers: key of a customer",
            self.tenant.as_uuid().as_bytes().as_slice(),
            customer.as_uuid().as_bytes(),
            salt.as_bytes(),
        ]
        .concat();
        let mut derived = [0; 32];
        Hkdf::<Sha256>::from_prk(key.expose())
            .unwrap()
            .expand(&info, &mut derived)
            .unwrap();
        Aes256Gcm::new(&derived.into())
    }

    fn associated_data(&self, customer: CustomerId, purpose: &Purpose<'_>) -> Vec<u8> {
        self.associated_data_under(self.sealing.0, customer, purpose)
    }

    fn associated_data_under(
        &self,
        number: u32,
        customer: CustomerId,
        purpose: &Purpose<'_>,
    ) -> Vec<u8> {
        let (code, rest) = match purpose {
            Purpose::Profile(version) => (1, version.to_be_bytes().to_vec()),
            Purpose::Reason(version) => (2, version.to_be_bytes().to_vec()),
            Purpose::Decision(id) => (3, id.as_bytes().to_vec()),
        };
        [
            &[1, code],
            number.to_be_bytes().as_slice(),
            self.tenant.as_uuid().as_bytes(),
            customer.as_uuid().as_bytes(),
            &rest,
        ]
        .concat()
    }
}

/// Adds a new key of a tenant, as a program of that master key does.
pub(crate) async fn add_key(connection: &mut PgConnection, tenant: TenantId, number: i32) {
    let key = SecretKey::try_from_fill(|bytes| getrandom::fill(bytes)).unwrap();
    let wrapped = master_key().wrap_key(&key, &context(tenant, number)).await;
    let wrapped = wrapped.unwrap();
    sqlx::query(
        "INSERT INTO tenant_keys (tenant_id, number, master_key, wrapped) VALUES ($1, $2, $3, $4)",
    )
    .bind(tenant.as_uuid())
    .bind(number)
    .bind(wrapped.master_key)
    .bind(wrapped.bytes)
    .execute(connection)
    .await
    .unwrap();
}

fn master_key() -> KeyFile {
    KeyFile::parse(MASTER_KEY).unwrap()
}

fn context(tenant: TenantId, number: i32) -> Vec<u8> {
    [
        b"customers: key of a tenant",
        tenant.as_uuid().as_bytes().as_slice(),
        &number.to_be_bytes(),
    ]
    .concat()
}
