//! Being away: who signs in the viewer's place.

use access::view::{DelegateView, PersonView};
use leptos::prelude::*;
use leptos_meta::Title;
use service::HandOver;

use crate::api::forms::DelegationForm;
use crate::api::keep::{Draft, Form, take_draft};
use crate::components::empty::Empty;
use crate::components::field::{
    Choice, Choices, Fault, FieldError, FormFault, described_by, refused,
};
use crate::components::moment::Moment;
use crate::erase::Erase as _;
use crate::office::page::page;
use crate::words::people::name;

/// How long one may be away, in days: the rules allow 30 at most.
const PERIODS: [(&str, &str); 5] = [
    ("1", "1 day"),
    ("3", "3 days"),
    ("7", "1 week"),
    ("14", "2 weeks"),
    ("30", "30 days"),
];

/// Who could, who does, and what was typed before.
type Away = (
    HandOver,
    Option<DelegateView>,
    Option<Draft<DelegationForm>>,
);

/// Being away.
#[component]
pub fn Delegation() -> impl IntoView {
    page(
        |portal, viewer| async move {
            let hand_over = portal.hand_over(&viewer).await?;
            let delegate = portal.home(&viewer).await?.delegate;
            Ok((hand_over, delegate, take_draft(Form::Delegation).await))
        },
        draw,
    )
}

fn draw((hand_over, delegate, draft): Away) -> AnyView {
    let stands = delegate.map(stands);
    let hand_over = match hand_over {
        HandOver::NotAsked => nothing("No policy asks you to sign off."),
        HandOver::NotAllowed => nothing(
            "The policies that ask you to sign off let nobody sign in another's place: others whom they ask sign instead.",
        ),
        HandOver::To(others) if others.is_empty() => {
            nothing("The log knows nobody else whom a policy could ask to sign off.")
        }
        HandOver::To(others) => form(&others, draft),
    };
    view! {
        <Title text="Going away"/>
        <div class="page-narrow stack stack-wide">
            <div class="stack stack-tight">
                <p class="small">
                    <a href="/inbox">"Sign-offs"</a>
                </p>
                <h1>"Going away"</h1>
                <p class="lede">
                    "While you are away somebody else may sign in your place, where the policy lets approvers do that. The log \
                     says that they did, and for whom. You can still sign yourself."
                </p>
            </div>
            {stands}
            {hand_over}
        </div>
    }
    .erase()
}

/// Why there is no form.
fn nothing(why: &'static str) -> AnyView {
    view! { <Empty title="There is nothing to hand over.">{view! { <p>{why}</p> }.erase()}</Empty> }
        .erase()
}

/// Who signs in the viewer's place now, and how to end that.
fn stands(delegate: DelegateView) -> AnyView {
    view! {
        <section class="card card-accent" aria-labelledby="now">
            <h2 class="card-title" id="now">{format!("{} signs in your place", name(&delegate.to))}</h2>
            <p>"Until " <Moment at=delegate.until_ms/> "."</p>
            <form method="post" action="/api/end_delegation" class="actions">
                <button type="submit" class="button">"I am back"</button>
            </form>
        </section>
    }
    .erase()
}

fn form(others: &[PersonView], draft: Option<Draft<DelegationForm>>) -> AnyView {
    let (values, error) = draft.map(|draft| (draft.values, draft.error)).unzip();
    let values = values.unwrap_or_default();
    let fault: Fault = Signal::stored(error);
    let wrong = refused(fault, "to");
    let period = |&(value, title)| Choice {
        value,
        title,
        hint: "",
    };
    let periods: Vec<_> = PERIODS.iter().map(period).collect();
    let options: Vec<_> = others
        .iter()
        .map(|person| {
            let value = person.id.to_string();
            let selected = value == values.to;
            view! { <option value=value selected=selected>{name(person)}</option> }
        })
        .collect();
    view! {
        <form method="post" action="/api/set_delegation" class="card form" novalidate=true>
            <FormFault fault=fault fields=&["to", "days"]/>
            <div class="field">
                <label class="label" for="to">"Who signs in your place"</label>
                <p class="hint" id="to-hint">"Those whom a policy asks to sign off as well, and who have signed in before."</p>
                <select
                    class="input"
                    id="to"
                    name="form[to]"
                    aria-describedby=move || described_by("to", true, wrong.get().is_some())
                    aria-invalid=move || wrong.get().map(|_| "true")
                >
                    <option value="" selected=values.to.is_empty()>"Choose a person"</option>
                    {options}
                </select>
                <FieldError name="to" refused=wrong/>
            </div>
            <Choices
                name="days"
                form_name="form[days]"
                label="For how long"
                choices=periods
                value=values.days
                fault=fault
            />
            <div class="actions">
                <button type="submit" class="button button-primary">"Let them sign"</button>
            </div>
        </form>
    }
    .erase()
}
