//! The list of cases that run on every store.

#[macro_use]
mod creation;
#[macro_use]
mod life;

macro_rules! cases {
    ($store:path; $($subject:ident { $($case:ident,)* })*) => {
        $($(
            #[tokio::test(flavor = "multi_thread")]
            async fn $case() {
                let app = TestApp::over($store().await).await;
                crate::$subject::$case(app).await;
            }
        )*)*
    };
}

macro_rules! http_contract {
    ($store:path) => {
        requests_and_creation!($store);
        reading_and_changing!($store);
    };
}
