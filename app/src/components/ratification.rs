//! What became of an emergency that has to be ratified.

use access::view::{GrantState, Ratification};
use leptos::prelude::*;

use crate::components::moment::Moment;
use crate::erase::Erase as _;
use crate::words::ratification::{Access, Told, told};

/// A sentence or two about it.
pub fn ratification(
    became: Ratification,
    grant: &GrantState,
    reviewed: bool,
    class: &'static str,
) -> AnyView {
    let access = match grant {
        GrantState::Intended | GrantState::Active { .. } => Access::Open,
        GrantState::Failed { .. } | GrantState::Ended { .. } if reviewed => Access::Reviewed,
        GrantState::Failed { .. } | GrantState::Ended { .. } => Access::Over,
    };
    let Told {
        first,
        before,
        at,
        after,
    } = told(became, access);
    view! {
        <p class=class>
            <strong>{first}</strong>
            " "
            {before}
            <Moment at=at/>
            {after}
        </p>
    }
    .erase()
}
