//! A request's page: where it stands, what the viewer may do about it, all that happened. It changes as things happen.

use access::ids::RequestId;
use access::view::RequestView;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

use crate::api::forms::{ReviewForm, SignOffForm};
use crate::api::grant::EndGrant;
use crate::api::keep::{Draft, Form, take_draft};
use crate::api::request::{OpenRequest, WithdrawRequest, request};
use crate::api::review::RecordReview;
use crate::api::sign_off::BeginSignOff;
use crate::components::badge::{EmergencyBadge, UrgencyBadge, grant_badge, request_badge};
use crate::components::field::FormFault;
use crate::components::loaded::Loaded;
use crate::components::timeline::Timeline;
use crate::focus::focus;
use crate::live::use_live;
use crate::pages::request::{facts, steps};
use crate::words::{people, standing, time};

/// A request's address.
pub fn address(request: RequestId) -> String {
    format!("/requests/{request}")
}

/// All that can be done on this page. Made once a page, so that what is on its way survives a redraw.
#[derive(Clone, Copy)]
pub(crate) struct Acts {
    pub(crate) open: ServerAction<OpenRequest>,
    pub(crate) withdraw: ServerAction<WithdrawRequest>,
    pub(crate) end: ServerAction<EndGrant>,
    pub(crate) sign_off: ServerAction<BeginSignOff>,
    pub(crate) review: ServerAction<RecordReview>,
}

impl Acts {
    fn new() -> Self {
        Self {
            open: ServerAction::new(),
            withdraw: ServerAction::new(),
            end: ServerAction::new(),
            sign_off: ServerAction::new(),
            review: ServerAction::new(),
        }
    }

    /// Rises whenever one of them was answered. A sign-off goes on elsewhere and changes nothing here.
    fn answered(self) -> usize {
        self.open.version().get()
            + self.withdraw.version().get()
            + self.end.version().get()
            + self.review.version().get()
    }

    /// Why the last button that was pressed did nothing.
    fn fault(self) -> Signal<Option<crate::api::ApiError>> {
        Signal::derive(move || {
            [
                self.open.value().get(),
                self.withdraw.value().get(),
                self.end.value().get(),
            ]
            .into_iter()
            .flatten()
            .find_map(Result::err)
        })
    }

    /// Whether one of them was done.
    fn done(self) -> bool {
        [
            self.open.value().get(),
            self.withdraw.value().get(),
            self.end.value().get(),
            self.review.value().get(),
        ]
        .into_iter()
        .flatten()
        .any(|answer| answer.is_ok())
    }
}

/// What was typed on this page before, where it was refused.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Drafts {
    pub(crate) sign_off: Resource<Option<Draft<SignOffForm>>>,
    pub(crate) review: Resource<Option<Draft<ReviewForm>>>,
}

/// A request's page.
#[component]
pub fn Request() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id")).unwrap_or_default());
    let live = use_live();
    let acts = Acts::new();
    let data = Resource::new(
        move || (id.get(), live.count(), acts.answered()),
        |(id, _, _)| request(id),
    );
    let drafts = Drafts {
        sign_off: Resource::new(move || id.get(), |id| draft(id, Form::SignOff)),
        review: Resource::new(move || id.get(), |id| draft(id, Form::Review)),
    };
    Effect::new(move |_| {
        if let Ok(id) = id.get().parse() {
            live.watch(id);
        }
    });
    // The button that was pressed is gone when its act is done; the focus goes to where the page says so.
    Effect::new(move |_| {
        if acts.done() {
            focus("standing");
        }
    });
    view! {
        <News data=data/>
        <Loaded data=data draw=move |request: RequestView| draw(request, acts, drafts)/>
    }
}

async fn draft<F: serde::de::DeserializeOwned + Send>(
    id: String,
    form: fn(RequestId) -> Form,
) -> Option<Draft<F>> {
    take_draft(form(id.parse().ok()?)).await
}

fn draw(request: RequestView, acts: Acts, drafts: Drafts) -> AnyView {
    let row = request.row.clone();
    let title = format!("{} for {}", row.resource, people::name(&row.requester));
    let badge = match &request.grant {
        Some(grant) => grant_badge(&grant.state).into_any(),
        None => request_badge(&row).into_any(),
    };
    let timeline = request.timeline.clone();
    let next = standing::next(&request);
    view! {
        <Title text=title.clone()/>
        <div class="page-head">
            <h1>{title}</h1>
            <p class="lede">
                {format!(
                    "{} asks for {} under {} for {}.",
                    people::name(&row.requester),
                    row.resource,
                    row.policy,
                    time::span(row.duration_s),
                )}
            </p>
            <div class="standing" id="standing" tabindex="-1" role="group" aria-label="Where it stands">
                {badge}
                <EmergencyBadge mode=row.mode/>
                <UrgencyBadge urgency=row.urgency/>
            </div>
        </div>
        <div class="split">
            <div class="stack stack-wide">
                <FormFault fault=acts.fault() fields=&[]/>
                {steps::steps(&request, acts, drafts)}
                <section class="stack" aria-labelledby="what-happened">
                    <h2 id="what-happened">"What happened"</h2>
                    <Timeline items=timeline next=next/>
                </section>
            </div>
            {facts::facts(request)}
        </div>
    }
    .into_any()
}

/// Says aloud what happened last, when something happens while the page is open.
#[component]
fn News(
    /// The page's data.
    data: Resource<Result<RequestView, crate::api::ApiError>>,
) -> impl IntoView {
    let news = RwSignal::new(String::new());
    Effect::new(move |known: Option<Option<u64>>| {
        let known = known.flatten();
        let Some(Ok(request)) = data.get() else {
            return known;
        };
        let Some(last) = request.timeline.last() else {
            return known;
        };
        if known.is_some_and(|known| known < last.seq) {
            let who = last
                .person
                .as_ref()
                .map_or_else(|| "The portal".to_owned(), people::name);
            news.set(format!("{who} {}", last.text));
        }
        Some(last.seq)
    });
    view! {
        <p class="visually-hidden" role="status" aria-live="polite">{move || news.get()}</p>
    }
}
