//! The app's pages and server functions, as leptos routes them.

use std::pin::Pin;

use app::{App, FormTargets, Office, office_shell, shell};
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use leptos::prelude::provide_context;
use leptos_axum::{LeptosRoutes as _, generate_route_list, render_app_async_with_context};

use super::Problem;
use super::state::AppState;

/// Every page and server function.
pub(super) fn routes(state: &AppState) -> Router<AppState> {
    let options = state.leptos.clone();
    let live = Router::new().leptos_routes_with_context(
        state,
        generate_route_list(App),
        contexts(state),
        move || shell(options.clone()),
    );
    generate_route_list(Office)
        .iter()
        .fold(live, |router, page| {
            router.route(page.path(), get(office(state)))
        })
}

/// Draws the pages that have no program in the browser.
fn office(
    state: &AppState,
) -> impl Fn(Request) -> Pin<Box<dyn Future<Output = Response> + Send>> + Clone + Send + Sync + 'static
{
    let options = state.leptos.clone();
    render_app_async_with_context(contexts(state), move || office_shell(options.clone()))
}

/// An address that is nobody's: a page that says so inside the frame, or a problem for programs.
pub(super) async fn missing(State(state): State<AppState>, request: Request) -> Response {
    let for_people = request.headers().get(header::ACCEPT).is_some_and(|accept| {
        accept
            .to_str()
            .is_ok_and(|accept| accept.contains("text/html"))
    });
    if !for_people || *request.method() != Method::GET {
        return Problem::not_found().into_response();
    }
    let mut page = draw(&state, contexts(&state), request).await;
    *page.status_mut() = StatusCode::NOT_FOUND;
    page
}

/// Draws the page that the request's address names, with these contexts.
pub(super) async fn draw(
    state: &AppState,
    contexts: impl Fn() + Clone + Send + Sync + 'static,
    request: Request<Body>,
) -> Response {
    let options = state.leptos.clone();
    render_app_async_with_context(contexts, move || shell(options.clone()))(request).await
}

/// What pages and server functions find beside the request.
pub(super) fn contexts(state: &AppState) -> impl Fn() + Clone + Send + Sync + 'static {
    let portal = state.portal.clone();
    let oidc = std::sync::Arc::clone(&state.oidc);
    move || {
        provide_context(portal.clone());
        provide_context(FormTargets(oidc.form_origins()));
    }
}
