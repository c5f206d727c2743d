//! The problems that wallets add.

use customers_http_kit::problem::ProblemKind;
use http::StatusCode;

/// The status of the customer does not allow transactions.
pub(super) static CUSTOMER_MAY_NOT_TRANSACT: ProblemKind = ProblemKind::new(
    "customer_may_not_transact",
    StatusCode::CONFLICT,
    "The customer may not transact",
)
.detail("The customer's present status does not allow wallets.")
.help("`GET /customers/{id}` shows `may_transact` and the status. Repeat the request once the customer may transact.");

/// The customer has not existed for long enough.
pub(super) static CUSTOMER_TOO_NEW: ProblemKind = ProblemKind::new(
    "customer_too_new",
    StatusCode::CONFLICT,
    "The customer is too new",
)
.detail("The customer has not existed for as many days as a wallet needs.")
.help("Repeat the request later. The operator of the service chooses the number of days.");

/// Every problem that wallets add.
pub(super) static ALL: [&ProblemKind; 2] = [&CUSTOMER_MAY_NOT_TRANSACT, &CUSTOMER_TOO_NEW];
