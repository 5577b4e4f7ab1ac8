//! The sealed texts of a request, each with what became of it.

use access::view::{Action, ErasureView, OpeningState, OpeningView};
use leptos::prelude::*;

use super::ask::Ask;
use crate::api::request::RequestView;
use crate::components::moment::Moment;
use crate::erase::Erase as _;
use crate::pages::request::show::Drafts;
use crate::words::people;
use crate::words::sealed::{DISCLOSE, Deed, ERASE, order, state, title};

/// What an auditor or a custodian may do about a request's words; nothing for everybody else.
pub(crate) fn sealed(request: Memo<RequestView>, drafts: StoredValue<Drafts>) -> AnyView {
    let id = request.with_untracked(|request| request.row.id);
    let texts = Memo::new(move |_| request.with(|request| request.openings.clone()));
    let may =
        move |action| Memo::new(move |_| request.with(|request| request.actions.contains(&action)));
    let (disclose, erase) = (may(Action::Disclose), may(Action::OrderErasure));
    // What is half typed outlives whatever others do meanwhile.
    let something = Memo::new(move |_| {
        disclose.get() || erase.get() || request.with(|request| !request.erasures.is_empty())
    });
    let closed = Memo::new(move |_| {
        disclose.get()
            && texts.with(|texts| texts.iter().any(|text| text.state == OpeningState::Sealed))
    });
    let form = move |deed: &'static Deed, draft| {
        view! { <Ask deed=deed request=id texts=texts draft=draft/> }.erase()
    };
    view! {
        {move || {
            something
                .get()
                .then(|| {
                    view! {
                        <section class="card" aria-labelledby="sealed">
                            <h2 class="card-title" id="sealed">"Sealed texts"</h2>
                            <p>"The log holds a seal of each, not the text. Every look with a purpose, and every erasure, is an entry."</p>
                            <ul class="rows" role="list">
                                {move || texts.get().into_iter().map(text).collect::<Vec<_>>()}
                            </ul>
                            {move || request.with(|request| request.erasures.iter().map(|order| waiting(order, &request.openings)).collect::<Vec<_>>())}
                            {move || closed.get().then(|| form(&DISCLOSE, drafts.with_value(|drafts| drafts.disclose.clone())))}
                            {move || erase.get().then(|| form(&ERASE, drafts.with_value(|drafts| drafts.erase.clone())))}
                        </section>
                    }
                        .erase()
                })
        }}
    }
    .erase()
}

fn text(text: OpeningView) -> AnyView {
    let (head, note) = (title(&text), state(&text));
    view! {
        <li class="row">
            <div class="row-main">
                <p class="row-title">{head}</p>
                <p class="row-note">{note}</p>
                {text.text.map(|text| view! { <p class="said">{text}</p> })}
            </div>
        </li>
    }
    .erase()
}

/// An order that waits for a second person. A form of its own: the next page is the identity provider's.
fn waiting(erasure: &ErasureView, texts: &[OpeningView]) -> AnyView {
    let next = if erasure.may_confirm {
        let goes = |text: &&OpeningView| {
            text.state != OpeningState::Erased
                && erasure
                    .of
                    .is_none_or(|of| (of.seq, of.field) == (text.seq, text.field))
        };
        let going: Vec<_> = texts
            .iter()
            .filter(goes)
            .map(|text| view! { <li>{title(text)}</li> })
            .collect();
        view! {
            <ul class="bullets">{going}</ul>
            <p>"This cannot be undone."</p>
            <form class="actions" method="post" action="/api/begin_erasure">
                <input type="hidden" name="order" value=erasure.order.to_string()/>
                <input type="hidden" name="request" value=erasure.request.to_string()/>
                <button type="submit" class="button button-danger">"Confirm erasure"</button>
            </form>
        }
        .erase()
    } else {
        view! { <p class="soft">"Another custodian has to confirm it."</p> }.erase()
    };
    view! {
        <div class="stack">
            <h3>{order(erasure)}</h3>
            <p class="row-note">
                {format!("{}, ", people::name(&erasure.by))}
                <Moment at=erasure.at_ms/>
                "; lapses "
                <Moment at=erasure.lapses_at_ms/>
            </p>
            {erasure.reason.clone().map(|reason| view! { <p class="said">{reason}</p> })}
            {next}
        </div>
    }
    .erase()
}
