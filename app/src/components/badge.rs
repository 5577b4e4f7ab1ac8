//! States as badges.

use access::event::{Mode, Urgency};
use access::view::{GrantState, RequestRow};
use leptos::prelude::*;

use crate::components::icon::{Glyph, Icon};
use crate::words::state::{self, Tone};

/// A state in one or two words.
#[component]
pub fn Badge(
    /// How it is shown.
    tone: Tone,
    /// What it says.
    text: &'static str,
) -> impl IntoView {
    let class = match tone {
        Tone::Plain => "badge",
        Tone::Accent => "badge badge-accent",
        Tone::Wait => "badge badge-wait",
        Tone::Proof => "badge badge-proof",
        Tone::Glass => "badge badge-glass",
    };
    view! { <span class=class>{text}</span> }
}

/// Where a request stands.
pub fn request_badge(row: &RequestRow) -> impl IntoView + use<> {
    let (tone, text) = state::request(row);
    view! { <Badge tone=tone text=text/> }
}

/// Where a grant stands.
pub fn grant_badge(grant: &GrantState) -> impl IntoView + use<> {
    let (tone, text) = state::grant(grant);
    view! { <Badge tone=tone text=text/> }
}

/// Says that the glass was broken; nothing for an ordinary request.
#[component]
pub fn EmergencyBadge(
    /// Ordinary or emergency.
    mode: Mode,
) -> impl IntoView {
    (mode == Mode::Emergency).then(|| {
        view! {
            <span class="badge badge-glass">
                <Icon glyph=Glyph::Glass/>
                "Emergency"
            </span>
        }
    })
}

/// How much is at stake.
#[component]
pub fn UrgencyBadge(
    /// How much.
    urgency: Urgency,
) -> impl IntoView {
    view! { <Badge tone=Tone::Plain text=state::urgency(urgency)/> }
}
