//! What the handlers of customers share.

use axum::extract::FromRef;
use customers_http_kit::HttpState;
use customers_use_cases::CustomerService;

/// What the handlers of customers share.
#[derive(Clone)]
pub struct CustomersState {
    pub(crate) http: HttpState,
    pub(crate) customers: CustomerService,
}

impl FromRef<CustomersState> for HttpState {
    fn from_ref(state: &CustomersState) -> Self {
        state.http.clone()
    }
}

impl FromRef<CustomersState> for CustomerService {
    fn from_ref(state: &CustomersState) -> Self {
        state.customers.clone()
    }
}
