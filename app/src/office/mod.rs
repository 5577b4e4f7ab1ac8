//! The pages that only the server draws: forms, policies, proposals, people, absences. Nobody watches them for changes, so
//! the browser loads no program for them: links are links, forms are forms, and what they answer is the next page.
#![allow(
    clippy::must_use_candidate,
    reason = "components are called by the view macro, which uses what they return"
)]

pub mod ask;
pub mod delegation;
pub mod edit;
pub mod page;
pub mod people;
pub mod policy;
pub mod recorded;
pub mod review;
pub mod sign_in;

use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::components::{Route, Router, Routes};
use leptos_router::{SsrMode, path};

use crate::components::frame::Frame;
use crate::pages::missing;

/// The same frame as everywhere, and the page that the address names.
#[component]
pub fn Office() -> impl IntoView {
    provide_meta_context();
    view! {
        <Title formatter=crate::title/>
        <Router>
            <Frame>
                <Routes fallback=missing::Missing>
                    <Route path=path!("/sign-in") view=sign_in::SignIn ssr=SsrMode::Async/>
                    <Route path=path!("/request") view=ask::ordinary::NewRequest ssr=SsrMode::Async/>
                    <Route path=path!("/break-glass") view=ask::glass::BreakGlass ssr=SsrMode::Async/>
                    <Route path=path!("/policies") view=policy::list::Policies ssr=SsrMode::Async/>
                    // Beside the policies, not among them: any name may be a policy's.
                    <Route path=path!("/new-policy") view=policy::write::NewPolicy ssr=SsrMode::Async/>
                    <Route path=path!("/policies/:name/edit") view=policy::write::EditPolicy ssr=SsrMode::Async/>
                    <Route path=path!("/policies/:name/simulate") view=policy::simulate::Simulate ssr=SsrMode::Async/>
                    <Route path=path!("/proposals/:seq") view=policy::proposal::ShowProposal ssr=SsrMode::Async/>
                    <Route path=path!("/policies/:name") view=policy::show::ShowPolicy ssr=SsrMode::Async/>
                    <Route path=path!("/people") view=people::People ssr=SsrMode::Async/>
                    <Route path=path!("/delegation") view=delegation::Delegation ssr=SsrMode::Async/>
                    <Route path=path!("/requests/:id/edit") view=edit::EditRequest ssr=SsrMode::Async/>
                    <Route path=path!("/grants/:id/console") view=recorded::Console ssr=SsrMode::Async/>
                    <Route path=path!("/grants/:id/terminal") view=recorded::Terminal ssr=SsrMode::Async/>
                    <Route path=path!("/requests/:id/recordings") view=recorded::Recordings ssr=SsrMode::Async/>
                    <Route path=path!("/recordings/:id") view=recorded::ShowRecording ssr=SsrMode::Async/>
                    <Route path=path!("/requests/:id/review") view=review::ReviewAccess ssr=SsrMode::Async/>
                </Routes>
            </Frame>
        </Router>
    }
}
