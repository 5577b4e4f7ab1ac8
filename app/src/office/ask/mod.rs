//! Asking for access: in the ordinary way, or by breaking the glass.

pub mod choices;
pub mod form;
pub mod glass;
pub mod ordinary;

use leptos::prelude::*;

use crate::api::forms::RequestForm;
use crate::api::keep::{Draft, Form, take_draft};
use crate::office::ask::choices::ChoiceView;
use crate::office::ask::choices::choices;
use crate::office::ask::form::Wanted;
use crate::office::page::{asked, page};

/// What the page needs.
#[derive(Debug, Clone)]
struct Asking {
    /// What the viewer may ask for, what they asked for lately in front.
    choices: Vec<ChoiceView>,
    /// What the address asks for.
    wanted: Wanted,
    /// What was typed before, and why it was refused.
    draft: Option<Draft<RequestForm>>,
}

/// Draws the page that asks, by breaking the glass or not.
fn asking(glass: bool, draw: fn(Asking) -> AnyView) -> AnyView {
    let named = |name: &str| Some(asked(name)).filter(|name| !name.is_empty());
    let wanted = Wanted {
        resource: named("resource"),
        policy: named("policy"),
        search: asked("q"),
    };
    let form = if glass {
        Form::BreakGlass
    } else {
        Form::Request
    };
    page(
        move |portal, viewer| {
            let wanted = wanted.clone();
            async move {
                Ok(Asking {
                    choices: choices(&portal, &viewer, glass).await?,
                    wanted,
                    draft: take_draft(form).await,
                })
            }
        },
        draw,
    )
}

/// A form nobody has typed in yet. Its id is new, so that sending it twice asks once.
fn fresh(chosen: &ChoiceView) -> RequestForm {
    RequestForm {
        request: uuid::Uuid::new_v4().to_string(),
        duration: chosen.terms.default_min.to_string(),
        ..RequestForm::default()
    }
}
