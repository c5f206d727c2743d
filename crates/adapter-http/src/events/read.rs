//! `GET /events`.

use std::time::Duration;

use axum::extract::State;
use axum::response::Response;
use customers_domain::Sequence;
use customers_http_kit::auth::Authorized;
use customers_http_kit::negotiation::AcceptsJson;
use customers_http_kit::problem::Problem;
use customers_http_kit::query::{self, Query};
use customers_http_kit::response_budget::Reservation;
use customers_ports::{EventPage, EventQuery};
use customers_use_cases::{Caller, ReadEventsError};
use http::Uri;

use super::view::EventListing;
use super::{EventsRead, EventsState};
use crate::customers::list::ListProblems;

/// Maximum memory of an event while a page is built, in bytes: a module's event of 16 texts, as a value and as JSON.
const EVENT_BYTES: usize = 8 * 1024;
/// Number of events on a page if the client names none.
const LIMIT_DEFAULT: u32 = 100;
/// Maximum number of events on a page.
const LIMIT_MAX: u32 = 500;
/// Maximum time that an empty page is held back.
const WAIT_MAX: Duration = Duration::from_secs(30);

/// Read the event feed
///
/// Events of all customers of the tenant, oldest first. Store `next_after` together with the effects of the events, and
/// send it as `after` next. An event can be read within a second of the response to its change.
#[utoipa::path(
    get,
    path = "/events",
    tag = "events",
    operation_id = "readEvents",
    security(("api_key" = ["events:read"])),
    params(EventParameters),
    responses(
        (status = 200, description = "A page of the feed.", body = EventListing),
        ListProblems,
    ),
)]
pub(super) async fn read_events(
    State(api): State<EventsState>,
    Authorized { caller, .. }: Authorized<EventsRead>,
    _: AcceptsJson,
    uri: Uri,
) -> Result<Response, Problem> {
    let (query, wait) = event_query(&uri)?;
    let (mut reservation, mut page) = read_page(&api, caller, query).await?;
    if page.events.is_empty() && !wait.is_zero() {
        // A read that waits holds no memory of pages.
        drop(reservation);
        api.events.wait(caller, query.after, wait).await;
        (reservation, page) = read_page(&api, caller, query).await?;
    }
    reservation.json(&EventListing::of(&page, query)).await
}

async fn read_page(
    api: &EventsState,
    caller: Caller,
    query: EventQuery,
) -> Result<(Reservation<'_>, EventPage), Problem> {
    let budget = api.http.response_budget();
    let reservation = budget.reserve(caller, query.limit, EVENT_BYTES).await?;
    let page = api.events.read(caller, query).await.map_err(problem)?;
    Ok((reservation, page))
}

fn problem(error: ReadEventsError) -> Problem {
    match error {
        ReadEventsError::BeyondHead => query::invalid_parameter("after"),
        ReadEventsError::Store(error) => error.into(),
    }
}

/// The parameters of a read, for the OpenAPI document.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(
    dead_code,
    reason = "it only describes the parameters in the OpenAPI document"
)]
struct EventParameters {
    /// Sequence after which the page starts, at most `head`.
    #[param(minimum = 0, default = 0, example = 42)]
    after: Option<u64>,
    /// Maximum number of events on the page.
    #[param(minimum = 1, maximum = 500, default = 100, example = 100)]
    limit: Option<u32>,
    /// Seconds to wait for an event where the page would be empty. At most 8 requests of a key wait; more are answered
    /// at once.
    #[param(minimum = 0, maximum = 30, default = 0, example = 20)]
    wait: Option<u32>,
}

fn event_query(uri: &Uri) -> Result<(EventQuery, Duration), Problem> {
    let mut query = Query::read(uri, &["after", "limit", "wait"], &[]);
    let after = query.one("after", |text| digits(text).and_then(Sequence::from_number));
    let limit = query.one("limit", |text| {
        let limit = u32::try_from(digits(text)?).ok()?;
        (1..=LIMIT_MAX).contains(&limit).then_some(limit)
    });
    let wait = query.one("wait", |text| {
        let wait = Duration::from_secs(digits(text)?);
        (wait <= WAIT_MAX).then_some(wait)
    });
    query.finish()?;
    let events = EventQuery {
        after: after.unwrap_or(Sequence::START),
        limit: limit.unwrap_or(LIMIT_DEFAULT),
    };
    Ok((events, wait.unwrap_or_default()))
}

/// Reads a number in plain digits.
fn digits(text: &str) -> Option<u64> {
    text.bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| text.parse().ok())?
}
