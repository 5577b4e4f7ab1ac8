//! A request's page: where it stands, what the viewer may do about it, all that happened. It changes as things happen.

use access::event::Mode;
use access::ids::RequestId;
use access::time::UnixMillis;
use access::view::{Ratification, RequestRow};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;
use serde::{Deserialize, Serialize};

use crate::api::ApiError;
use crate::api::forms::{SealedForm, SignOffForm};
use crate::api::grant::EndGrant;
use crate::api::keep::{Draft, Form, take_draft};
use crate::api::request::{OpenRequest, RequestView, WithdrawRequest, request};
use crate::api::sign_off::BeginSignOff;
use crate::clock::use_clock;
use crate::components::badge::{Badge, EmergencyBadge, UrgencyBadge};
use crate::components::field::FormFault;
use crate::components::loaded::Loaded;
use crate::components::statement::Statement;
use crate::components::timeline::Timeline;
use crate::erase::Erase as _;
use crate::focus::focus;
use crate::live::use_live;
use crate::pages::request::evidence::evidence;
use crate::pages::request::facts::facts;
use crate::pages::request::steps::steps;
use crate::pages::sealed::show::sealed;
use crate::words::{people, standing, state as words, time};

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
}

impl Acts {
    fn new() -> Self {
        Self {
            open: ServerAction::new(),
            withdraw: ServerAction::new(),
            end: ServerAction::new(),
            sign_off: ServerAction::new(),
        }
    }

    /// Rises whenever one of them was answered. A sign-off goes on elsewhere and changes nothing here.
    fn answered(self) -> usize {
        self.open.version().get() + self.withdraw.version().get() + self.end.version().get()
    }

    /// Why the last button that was pressed did nothing.
    fn fault(self) -> Signal<Option<ApiError>> {
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
        ]
        .into_iter()
        .flatten()
        .any(|answer| answer.is_ok())
    }
}

/// What was typed on this page before, where it was refused.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Drafts {
    pub(crate) sign_off: Option<Draft<SignOffForm>>,
    pub(crate) disclose: Option<Draft<SealedForm>>,
    pub(crate) erase: Option<Draft<SealedForm>>,
}

impl Drafts {
    async fn of(request: RequestId) -> Self {
        Self {
            sign_off: take_draft(Form::SignOff(request)).await,
            disclose: take_draft(Form::Disclose(request)).await,
            erase: take_draft(Form::Erase(request)).await,
        }
    }
}

/// A request's page.
#[component]
pub fn Request() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id")).unwrap_or_default());
    let first = Resource::new(
        move || id.get(),
        |id| async move {
            let first = request(id).await?;
            let drafts = Drafts::of(first.row.id).await;
            Ok((first, drafts))
        },
    );
    view! {
        <Loaded data=first draw=move |(first, drafts): (RequestView, Drafts)| {
            view! { <Story first=first drafts=drafts/> }.erase()
        }/>
    }
    .erase()
}

/// One request. Drawn once; each part is drawn again when what it shows has changed, and only then, so that a note that
/// is half typed outlives whatever others do meanwhile.
#[component]
fn Story(
    /// The request as the page began.
    first: RequestView,
    /// What was typed on this page before.
    drafts: Drafts,
) -> impl IntoView {
    let (acts, drafts) = (Acts::new(), StoredValue::new(drafts));
    let title = format!(
        "{} for {}",
        first.row.resource,
        people::name(&first.row.requester)
    );
    let did = match first.row.mode {
        Mode::Ordinary => "asks for",
        Mode::Emergency => "broke the glass on",
    };
    let lede = format!(
        "{} {did} {} under {} for ",
        people::name(&first.row.requester),
        first.row.resource,
        first.row.policy,
    );
    let mode = first.row.mode;
    let file = first.exports.then(|| evidence(first.row.id));
    let live = use_live();
    live.watch(first.row.id);
    let request = fresh(first, acts);
    // The button that was pressed is gone when its act is done; the focus goes to where the page says so.
    Effect::new(move |_| {
        if acts.done() {
            focus("standing");
        }
    });
    let state = Memo::new(move |_| {
        request.with(|request| match &request.grant {
            Some(grant) => words::grant(&grant.state),
            None => words::request(&request.row),
        })
    });
    // What an edit may say anew.
    let said =
        Memo::new(move |_| request.with(|request| (request.row.duration_s, request.row.urgency)));
    let statement = Memo::new(move |_| {
        request.with(|request| (request.statement.clone(), request.statement_sha256))
    });
    let told = Memo::new(move |_| {
        request.with(|request| (request.timeline.clone(), standing::next(request)))
    });
    view! {
        <Title text=title.clone()/>
        <News request=request/>
        <div class="page-head">
            <h1>{title}</h1>
            <p class="lede">{lede} {move || time::span(said.get().0)} "."</p>
            <div class="standing" id="standing" tabindex="-1" role="group" aria-label="Where it stands">
                {move || {
                    let (tone, text) = state.get();
                    view! { <Badge tone=tone text=text/> }
                }}
                <EmergencyBadge mode=mode/>
                {move || view! { <UrgencyBadge urgency=said.get().1/> }}
            </div>
        </div>
        <div class="split">
            <div class="stack stack-wide">
                <FormFault fault=acts.fault() fields=&[]/>
                {steps(request, acts, drafts)}
                {sealed(request, drafts)}
                <section class="stack" aria-labelledby="what-happened">
                    <h2 id="what-happened">"What happened"</h2>
                    {move || {
                        let (items, next) = told.get();
                        view! { <Timeline items=items next=next/> }
                    }}
                </section>
            </div>
            <aside class="stack" aria-label="About this request">
                {move || facts(request.get())}
                <details class="disclosure">
                    <summary>"The statement that sign-offs bind"</summary>
                    {move || {
                        let (text, sha256) = statement.get();
                        view! { <Statement text=text sha256=sha256/> }
                    }}
                </details>
                {file}
            </aside>
        </div>
    }
    .erase()
}

/// The request as it is now: asked for again whenever something happened to it, here or elsewhere.
fn fresh(first: RequestView, acts: Acts) -> Memo<RequestView> {
    let live = use_live();
    let id = first.row.id;
    let newest = RwSignal::new(first);
    let asked = StoredValue::new(0_u64);
    let clock = use_clock();
    // Nothing is written down when the start that was asked for comes, yet from then on it can be opened; and nothing
    // when the time to ratify an emergency runs out that is over.
    let passed = Memo::new(move |_| {
        let (start, ratify_by) =
            newest.with(|request| (request.row.start_at_ms, waits_until(&request.row)));
        [start, ratify_by].map(|at| at.is_some_and(|at| clock.now().is_some_and(|now| now >= at)))
    });
    // Runs in the browser only, and first when nothing has happened yet.
    Effect::new(move |before: Option<()>| {
        let _ = (live.count(), acts.answered(), passed.get());
        if before.is_none() {
            return;
        }
        let mine = asked.get_value() + 1;
        asked.set_value(mine);
        leptos::task::spawn_local(async move {
            let answer = request(id.to_string()).await;
            // Answers may overtake each other: only the last one asked for counts. The page may be gone by then.
            if let (Ok(answer), Some(true)) = (answer, asked.try_with_value(|last| *last == mine)) {
                newest.try_set(answer);
            }
        });
    });
    Memo::new(move |_| newest.get())
}

/// Until when an emergency can be ratified that waits for it.
fn waits_until(row: &RequestRow) -> Option<UnixMillis> {
    match row.ratification? {
        Ratification::Waits { by_ms } => Some(by_ms),
        Ratification::Given { .. } | Ratification::Refused { .. } | Ratification::Missed { .. } => {
            None
        }
    }
}

/// Says aloud what happened last, when something happens while the page is open.
#[component]
fn News(
    /// The request as it is now.
    request: Memo<RequestView>,
) -> impl IntoView {
    let news = RwSignal::new(String::new());
    Effect::new(move |known: Option<u64>| {
        let last = request.with(|request| request.timeline.last().cloned());
        let Some(last) = last else { return 0 };
        if known.is_some_and(|known| known < last.seq) {
            let who = last
                .person
                .as_ref()
                .map_or_else(|| "The portal".to_owned(), people::name);
            news.set(format!("{who} {}", last.text));
        }
        last.seq
    });
    view! {
        <p class="visually-hidden" role="status" aria-live="polite">{move || news.get()}</p>
    }
    .erase()
}
