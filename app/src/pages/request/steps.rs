//! What the viewer may do about a request now. The page shows what the rules allow; whether it is allowed is decided
//! again when it is done.

use access::view::{Action, GrantState, GrantView, RequestState};
use leptos::form::ActionForm;
use leptos::prelude::*;

use crate::api::request::RequestView;
use crate::components::alert::{Alert, AlertKind};
use crate::components::button::{ButtonKind, Submit};
use crate::components::grant::{EndForm, ShowCredential, recorded_way_in, recordings_link};
use crate::components::moment::{Countdown, Moment};
use crate::components::ratification::ratification;
use crate::erase::Erase as _;
use crate::pages::request::longer::longer;
use crate::pages::request::show::{Acts, Drafts};
use crate::pages::sign_off::give::GiveSignOff;
use crate::words::{people, state};

/// The next step, or what is waited for. The forms in which something may be half typed are drawn once and stay as long
/// as they may be sent; the rest is drawn again with each change.
pub(super) fn steps(
    request: Memo<RequestView>,
    acts: Acts,
    drafts: StoredValue<Drafts>,
) -> AnyView {
    let may =
        move |action| Memo::new(move |_| request.with(|request| request.actions.contains(&action)));
    let (review, withdraw, edit) = (
        may(Action::Review),
        may(Action::Withdraw),
        may(Action::Edit),
    );
    // What is typed beside a statement goes with it: where the request is said anew, it is another form.
    let sign_off = Memo::new(move |_| {
        request.with(|request| {
            let may = request.actions.contains(&Action::SignOff);
            may.then_some(request.statement_sha256)
        })
    });
    let id = request.with_untracked(|request| request.row.id);
    let refused = Memo::new(move |_| request.with(|request| request.sign_off_refused));
    view! {
        {move || request.with(|request| standing(request, acts))}
        {move || {
            sign_off
                .get()
                .map(|_| {
                    let request = request.get_untracked();
                    let draft = drafts.with_value(|drafts| drafts.sign_off.clone());
                    view! { <GiveSignOff request=request act=acts.sign_off draft=draft/> }
                })
        }}
        {move || refused.get().map(|rule| view! { <Alert kind=AlertKind::Note title=rule.to_string()/> })}
        {move || {
            review
                .get()
                .then(|| {
                    view! {
                        <section class="card card-accent" aria-labelledby="review">
                            <h2 class="card-title" id="review">"It waits for your review"</h2>
                            <p>"You see what was asked, what was allowed and what was done, side by side."</p>
                            <p class="actions">
                                <a class="button button-primary" href=format!("/requests/{id}/review") rel="external">"Review this access"</a>
                            </p>
                        </section>
                    }
                })
        }}
        {move || {
            withdraw
                .get()
                .then(|| {
                    view! {
                        <div class="actions">
                            {move || edit.get().then(|| view! { <a class="button" href=format!("/requests/{id}/edit") rel="external">"Change the request"</a> })}
                            <ActionForm action=acts.withdraw>{view! {
                                <input type="hidden" name="request" value=id.to_string()/>
                                <Submit
                                    kind=ButtonKind::Plain
                                    label="Withdraw request"
                                    busy_label="Withdrawing…"
                                    busy=Signal::derive(move || acts.withdraw.pending().get())
                                />
                            }.erase()}</ActionForm>
                        </div>
                    }
                })
        }}
    }
    .erase()
}

fn standing(request: &RequestView, acts: Acts) -> Option<AnyView> {
    match (request.row.state, &request.grant) {
        (RequestState::Approved, _) => Some(approved(request, acts).erase()),
        (_, Some(grant)) => granted(request, grant, acts),
        (RequestState::Lapsed, _) => Some(
            view! {
                <Alert kind=AlertKind::Note title="Its time passed before it was decided or opened.">{view! {
                    <a href="/request" rel="external">"Ask again"</a>
                }.erase()}</Alert>
            }
            .erase(),
        ),
        _ => None,
    }
}

fn approved(request: &RequestView, acts: Acts) -> impl IntoView + use<> {
    let id = request.row.id;
    let lapses = request.row.lapses_at_ms;
    let may = |action| request.actions.contains(&action);
    let mine = may(Action::Open);
    let start = request.row.start_at_ms;
    let hours = request
        .policy
        .hours
        .as_ref()
        .filter(|_| may(Action::Withdraw));
    let windows = hours.map(|hours| format!("It is opened only {hours}. "));
    view! {
        <section class="card card-accent" aria-labelledby="step">
            <h2 class="card-title" id="step">"Approved"</h2>
            {if mine {
                view! {
                    <p>"The time starts when you open it. Open it " <Moment at=lapses/> " at the latest."</p>
                    <div class="actions">
                        <ActionForm action=acts.open>{view! {
                            <input type="hidden" name="request" value=id.to_string()/>
                            <Submit
                                kind=ButtonKind::Primary
                                label="Open access"
                                busy_label="Opening…"
                                busy=Signal::derive(move || acts.open.pending().get())
                            />
                        }.erase()}</ActionForm>
                    </div>
                }
                    .erase()
            } else {
                let not_before = start.map(|start| view! { "It is not to be opened before " <Moment at=start/> ". " });
                view! { <p>{not_before} {windows} "The one who asked opens it. It lapses " <Moment at=lapses/> "."</p> }.erase()
            }}
        </section>
    }
    .erase()
}

fn granted(request: &RequestView, grant: &GrantView, acts: Acts) -> Option<AnyView> {
    let may = |action| request.actions.contains(&action);
    let (id, grant_id) = (request.row.id, grant.id);
    match &grant.state {
        GrantState::Intended => Some(
            view! { <Alert kind=AlertKind::Wait title="Access is being opened. This page goes on by itself."/> }.erase(),
        ),
        GrantState::Active { credential_shown } => {
            let note = match (may(Action::Return), credential_shown) {
                (true, false) => "Your account stands. The way in is shown once, when you ask for it.".to_owned(),
                (true, true) => "Your account stands, and you have been shown the way in.".to_owned(),
                (false, _) => format!("{} holds it, as {}.", people::name(&grant.holder), grant.role),
            };
            let way_in = may(Action::Return).then(|| recorded_way_in(grant));
            let show = may(Action::ShowCredential).then(|| view! { <ShowCredential grant=grant_id/> });
            let give_back = may(Action::Return)
                .then(|| view! { <EndForm grant=grant_id request=id held=true end=acts.end/> });
            let revoke = may(Action::Revoke)
                .then(|| view! { <EndForm grant=grant_id request=id held=false end=acts.end/> });
            let until = grant.expires_at_ms;
            let ratify = became(request, grant);
            let more = longer(request, grant);
            Some(
                view! {
                    <section class="card card-proof" aria-labelledby="step">
                        <h2 class="card-title" id="step">"Access is open"</h2>
                        <p>
                            <Countdown until=until/>
                        </p>
                        <p>{note}</p>
                        {ratify}
                        <div class="actions">{way_in} {show} {give_back} {revoke} {recordings_link(id)}</div>
                        {more}
                    </section>
                }
                .erase(),
            )
        }
        GrantState::Failed { failure } => {
            let why = state::failure(*failure);
            Some(
                view! {
                    <Alert kind=AlertKind::Fault title="Access did not open.">{view! {
                        <p>{why}</p>
                    }.erase()}</Alert>
                }
                .erase(),
            )
        }
        GrantState::Ended { at_ms, sessions_cut, .. } => {
            let cut = match sessions_cut {
                0 => "No session was open then.".to_owned(),
                1 => "1 open session was cut.".to_owned(),
                n => format!("{n} open sessions were cut."),
            };
            let (_, how) = state::grant(&grant.state);
            let at = *at_ms;
            Some(
                view! {
                    <section class="card" aria-labelledby="step">
                        <h2 class="card-title" id="step">"Access is over"</h2>
                        <p>{how} " " <Moment at=at/> ". " {cut}</p>
                        <div class="actions">{recordings_link(id)}</div>
                        {became(request, grant)}
                    </section>
                }
                .erase(),
            )
        }
    }
}

/// What became of an emergency that has to be ratified; nothing of any other access.
fn became(request: &RequestView, grant: &GrantView) -> Option<AnyView> {
    let became = request.row.ratification?;
    let reviewed = request.review.is_some();
    Some(ratification(became, &grant.state, reviewed, ""))
}
