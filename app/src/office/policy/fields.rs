//! The form beside a policy's file. Its inputs are named after the members they stand for; they belong to no form, since
//! what is sent is the file. The editor's script fills them and shows them.

use access::event::StatementClass;
use leptos::prelude::*;

use crate::erase::Erase as _;
use crate::words::policy::statements;

/// No form has this id: what is typed in these inputs reaches the portal by the file.
const NO_FORM: &str = "policy-fields";

/// Kinds of inputs.
enum Kind {
    Text,
    Number,
    Lines,
    Check,
}

/// One input with its label. Where it stands in a template its id could not be unique: the label stands around it.
fn input(name: &'static str, label: &'static str, kind: Kind) -> AnyView {
    match kind {
        Kind::Check => view! {
            <label class="choice">
                <input type="checkbox" name=name form=NO_FORM/>
                <span class="choice-text">{label}</span>
            </label>
        }
        .erase(),
        Kind::Lines => view! {
            <label class="field">
                <span class="label">{label}</span>
                <span class="hint">"One a line"</span>
                <textarea class="input" name=name form=NO_FORM rows="2" data-policy-lines=""></textarea>
            </label>
        }
        .erase(),
        Kind::Number => view! {
            <label class="field">
                <span class="label">{label}</span>
                <input class="input input-short" type="number" min="0" name=name form=NO_FORM/>
            </label>
        }
        .erase(),
        Kind::Text => view! {
            <label class="field">
                <span class="label">{label}</span>
                <input class="input" type="text" autocomplete="off" name=name form=NO_FORM/>
            </label>
        }
        .erase(),
    }
}

/// A part of the form with its heading.
fn part(title: &'static str, inputs: Vec<AnyView>) -> AnyView {
    view! {
        <details class="disclosure">
            <summary>{title}</summary>
            <div class="stack">{inputs}</div>
        </details>
    }
    .erase()
}

/// A table that can be left out.
fn optional(path: &'static str, label: &'static str, inputs: Vec<AnyView>) -> AnyView {
    view! {
        <label class="choice">
            <input type="checkbox" form=NO_FORM data-policy-switch=path/>
            <span class="choice-text">{label}</span>
        </label>
        <fieldset class="stack" data-policy-part=path aria-label=label>{inputs}</fieldset>
    }
    .erase()
}

/// A list of tables.
fn list(path: &'static str, item: &'static str, inputs: Vec<AnyView>) -> AnyView {
    view! {
        <div class="stack" data-policy-list=path>
            <template>
                <fieldset class="card stack" data-policy-item="" tabindex="-1">
                    <legend class="label">{item}</legend>
                    {inputs}
                    <button type="button" class="button button-small" data-policy-remove="">{format!("Remove this {}", item.to_lowercase())}</button>
                </fieldset>
            </template>
            <button type="button" class="button button-small" data-policy-add="">{format!("Add a {}", item.to_lowercase())}</button>
        </div>
    }
    .erase()
}

/// All of it. Hidden until the editor runs.
pub(super) fn fields() -> AnyView {
    view! {
        <fieldset class="stack" data-policy-fields="" hidden=true>
            <legend class="visually-hidden">"The policy as a form"</legend>
            <p class="hint">
                "Form and file say the same. What you change here writes the file anew: comments of your own in it are lost."
            </p>
            {input("name", "Name", Kind::Text)}
            {input("description", "What it is for", Kind::Text)}
            {input("resources", "Resources that it opens", Kind::Lines)}
            {input("eligible", "Groups that may ask", Kind::Lines)}
            {part("Conditions", conditions())}
            {part("Durations, in seconds", durations())}
            {part("Sign-off", approval())}
            {part("Emergency access, review and drill", afterwards())}
            {part("What is given", given())}
            {told()}
        </fieldset>
    }
    .erase()
}

/// Where the editor tells what is wrong: all of it here, beside the file, and beside its field what names one. Without
/// it the portal tells when the file is sent.
pub(super) fn found() -> AnyView {
    view! {
        <div class="stack stack-tight" data-policy-found="" hidden=true>
            <p data-policy-state="" role="status"></p>
            <ol class="policy-findings" data-policy-findings="" aria-label="What is wrong"></ol>
        </div>
    }
    .erase()
}

/// Where the editor tells what would be.
fn told() -> AnyView {
    view! {
        <h2>"What it changes"</h2>
        <ul class="policy-changes bullets" data-policy-changes="" aria-label="What it changes"></ul>
        <details class="disclosure">
            <summary>"What it says"</summary>
            <ul class="bullets" data-policy-sentences=""></ul>
        </details>
    }
    .erase()
}

fn conditions() -> Vec<AnyView> {
    let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"].map(|day| {
        view! {
            <label class="choice">
                <input type="checkbox" name="days" value=day form=NO_FORM/>
                <span class="choice-text">{day}</span>
            </label>
        }
    });
    let days = view! { <div class="cluster">{days.into_iter().collect::<Vec<_>>()}</div> };
    let window = vec![
        days.erase(),
        input("from", "From, as 08:00", Kind::Text),
        input("to", "To, as 18:00", Kind::Text),
    ];
    let zone = view! {
        <label class="field">
            <span class="label">"Time zone of the hours"</span>
            <input class="input" type="text" list="zones" autocomplete="off" name="conditions.zone" form=NO_FORM/>
        </label>
    };
    vec![
        input(
            "conditions.min_reason_chars",
            "Shortest reason, in characters",
            Kind::Number,
        ),
        input(
            "conditions.ticket",
            "Form of a ticket, as INC-#",
            Kind::Text,
        ),
        input(
            "conditions.incident",
            "An incident has to be named",
            Kind::Check,
        ),
        input(
            "conditions.networks",
            "Networks of the browser",
            Kind::Lines,
        ),
        input(
            "conditions.acr",
            "Classes of authentication (acr)",
            Kind::Lines,
        ),
        input(
            "conditions.amr",
            "Methods of authentication (amr)",
            Kind::Lines,
        ),
        list("conditions.windows", "Window", window),
        zone.erase(),
    ]
}

fn durations() -> Vec<AnyView> {
    let extend = vec![
        input("duration.extend.times", "How often", Kind::Number),
        input(
            "duration.extend.by_s",
            "By how much each time",
            Kind::Number,
        ),
        input(
            "duration.extend.approval",
            "With an approver's word",
            Kind::Check,
        ),
    ];
    vec![
        input(
            "duration.default_s",
            "Unless the request says otherwise",
            Kind::Number,
        ),
        input("duration.max_s", "At most", Kind::Number),
        optional("duration.extend", "It can be made longer", extend),
    ]
}

fn approval() -> Vec<AnyView> {
    let step = vec![
        input("after_s", "After so many seconds", Kind::Number),
        input("groups", "These groups are asked too", Kind::Lines),
    ];
    let stage = vec![
        input("n", "How many people", Kind::Number),
        input("groups", "Out of these groups", Kind::Lines),
        input("people", "Or these people, by their ids", Kind::Lines),
        input("distinct_groups", "Each for another group", Kind::Check),
        list("ladder", "Step", step),
    ];
    vec![
        input(
            "approval.within_s",
            "Lapses after so many seconds",
            Kind::Number,
        ),
        input(
            "approval.delegation",
            "Who is away may let somebody else sign",
            Kind::Check,
        ),
        list("approval.stages", "Stage", stage),
    ]
}

fn afterwards() -> Vec<AnyView> {
    let emergency = vec![
        input(
            "emergency.max_duration_s",
            "For at most so many seconds",
            Kind::Number,
        ),
        input(
            "emergency.alarm",
            "Groups that are alarmed too",
            Kind::Lines,
        ),
        input(
            "emergency.ratify_within_s",
            "To be ratified within so many seconds",
            Kind::Number,
        ),
    ];
    let debt = view! {
        <label class="field">
            <span class="label">"Whose review is overdue"</span>
            <select class="input" name="review.debt" form=NO_FORM>
                <option value="block">"breaks no glass"</option>
                <option value="allow">"may still break the glass"</option>
            </select>
        </label>
    };
    vec![
        optional("emergency", "The glass may be broken", emergency),
        input("review.groups", "Groups that review", Kind::Lines),
        input("review.within_s", "Within so many seconds", Kind::Number),
        debt.erase(),
        optional(
            "drill",
            "Breaking the glass is exercised",
            vec![input(
                "drill.every_days",
                "Every so many days",
                Kind::Number,
            )],
        ),
    ]
}

fn given() -> Vec<AnyView> {
    let connector = view! {
        <label class="field">
            <span class="label">"Kind of target"</span>
            <select class="input" name="grant.connector" form=NO_FORM>
                <option value="postgresql">"a PostgreSQL server"</option>
                <option value="ssh">"a machine, by SSH"</option>
                <option value="webhook">"anything else, by a webhook"</option>
            </select>
        </label>
    };
    // What is left out says the first of them.
    let recording = view! {
        <label class="field">
            <span class="label">"Ways in that are offered"</span>
            <select class="input" name="grant.recording" form=NO_FORM>
                <option value="">"recorded ones, and a direct one without a record"</option>
                <option value="required">"recorded ones only"</option>
            </select>
        </label>
    };
    let classes = StatementClass::ALL.map(|class| {
        view! {
            <label class="choice">
                <input type="checkbox" name="grant.refuse" value=class.word() form=NO_FORM/>
                <span class="choice-text">{statements(class)}</span>
            </label>
        }
    });
    let refuse = view! {
        <fieldset class="stack stack-tight">
            <legend class="label">"Statements that a recorded way into PostgreSQL refuses"</legend>
            {classes.into_iter().collect::<Vec<_>>()}
        </fieldset>
    };
    vec![
        connector.erase(),
        input("grant.role", "Role on the target", Kind::Text),
        recording.erase(),
        refuse.erase(),
    ]
}
