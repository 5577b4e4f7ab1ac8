//! Who outside has signed the log, and how long ago.

use access::view::{WitnessView, WitnessedView};
use leptos::prelude::*;

use crate::components::badge::Badge;
use crate::components::moment::Moment;
use crate::erase::Erase as _;
use crate::words::state::Tone;

/// That the log's signer keeps everybody waiting, if it does.
pub(super) fn unsigned(for_s: Option<u64>) -> Option<AnyView> {
    let for_s = for_s?;
    Some(
        view! {
            <p role="status">
                {format!(
                    "The log's signer has not answered for {for_s} seconds. Nothing new is taken until it does; what is open can still be ended.",
                )}
            </p>
        }
        .erase(),
    )
}

/// The witnesses, or that there are none.
pub(super) fn witnesses(witnesses: Vec<WitnessView>, witnessed: Option<WitnessedView>) -> AnyView {
    if witnesses.is_empty() {
        return view! {
            <p class="small soft">
                "Nobody outside signs this log: only those who have verified it before can tell a second history from the first."
            </p>
        }
        .erase();
    }
    let rows: Vec<_> = witnesses.into_iter().map(row).collect();
    view! {
        <section class="stack" aria-labelledby="witnesses">
            <h2 id="witnesses">"Witnesses"</h2>
            {enough(witnessed)}
            <ul class="rows" role="list">{rows}</ul>
        </section>
    }
    .erase()
}

/// Up to where those who have signed are enough for the portal's trust policy.
fn enough(witnessed: Option<WitnessedView>) -> AnyView {
    match witnessed {
        Some(witnessed) => view! {
            <p>
                {format!("Enough of them have signed {} entries ", witnessed.size)}
                <Moment at=witnessed.signed_at_ms/>
                ": "
                <a href="/ledger/witnessed" rel="external">"that checkpoint"</a>
            </p>
        }
        .erase(),
        None => view! { <p>"Not enough of them have signed the same checkpoint yet."</p> }.erase(),
    }
}

fn row(witness: WitnessView) -> impl IntoView {
    let (tone, text) = match (witness.silent, witness.fault.is_some()) {
        (true, _) => (Tone::Glass, "Silent"),
        (false, true) => (Tone::Wait, "Did not sign"),
        (false, false) if witness.signed_at_ms.is_none() => (Tone::Plain, "Being asked"),
        (false, false) => (Tone::Proof, "Signs"),
    };
    let signed = match witness.signed_at_ms {
        None => "It has signed nothing since this server started.".into_any(),
        Some(at) => view! {
            {format!("Signed {} entries ", witness.size)}
            <Moment at=at/>
        }
        .erase(),
    };
    view! {
        <li class="row">
            <div class="row-main">
                <p class="row-title">{witness.name}</p>
                <p class="row-note">{signed}</p>
                {witness.fault.map(|fault| view! { <p class="row-note">{fault}</p> })}
            </div>
            <div class="row-side">
                <Badge tone=tone text=text/>
            </div>
        </li>
    }
    .erase()
}
