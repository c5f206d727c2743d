//! The event feed as a module of a service.

mod read;
mod view;

use axum::extract::FromRef;
use customers_domain::Scope;
use customers_http_kit::HttpState;
use customers_http_kit::auth::RequiredScope;
use customers_http_kit::module::{BoundModule, Module, ScopeDefinition};
use customers_use_cases::EventService;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// What the handlers of events share.
#[derive(Clone)]
pub struct EventsState {
    http: HttpState,
    events: EventService,
}

impl FromRef<EventsState> for HttpState {
    fn from_ref(state: &EventsState) -> Self {
        state.http.clone()
    }
}

/// Requires `events:read`.
enum EventsRead {}

impl RequiredScope for EventsRead {
    const SCOPE: Scope = Scope::EVENTS_READ;
}

/// The route of the event feed, and what it declares.
pub fn events_module() -> Module<EventsState> {
    let routes = OpenApiRouter::new().routes(routes!(read::read_events));
    Module::new("events", routes)
        .tag(
            "events",
            "The feed of all changes, for consumers that follow them.",
        )
        .scopes([ScopeDefinition::new(
            Scope::EVENTS_READ,
            "Read the event feed.",
        )])
}

/// The route of the event feed over its use cases.
pub fn serving_events(events: EventService) -> BoundModule {
    events_module().with_state(|http| EventsState {
        http: http.clone(),
        events,
    })
}
