//! Everybody whom the log knows. Auditors read; operators say that two of them are one.

use access::view::{IdentityView, PeopleView, PersonRow, Role};
use leptos::prelude::*;
use leptos_meta::Title;

use crate::api::forms::LinkForm;
use crate::api::keep::{Draft, Form, take_draft};
use crate::components::field::{Fault, FieldError, FormFault, described_by, refused};
use crate::components::moment::Moment;
use crate::components::section::section;
use crate::erase::Erase as _;
use crate::office::page::page;
use crate::words::people::name;

/// Everybody, and what was typed before.
type Everybody = (PeopleView, Option<Draft<LinkForm>>);

/// Everybody.
#[component]
pub fn People() -> impl IntoView {
    page(
        |portal, viewer| async move {
            let people = portal.everybody(&viewer).await?;
            Ok((people, take_draft(Form::Link).await))
        },
        draw,
    )
}

fn draw((view, draft): Everybody) -> AnyView {
    let link = view.may_link.then(|| link(&view.people, draft));
    let rows: Vec<_> = view.people.into_iter().map(row).collect();
    let table = view! {
        <div class="table-frame">
            <table class="table">
                <thead>
                    <tr>
                        <th scope="col">"Person"</th>
                        <th scope="col">"Groups"</th>
                        <th scope="col">"Roles"</th>
                        <th scope="col">"Signs in as"</th>
                        <th scope="col">"Signs in their place"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    };
    view! {
        <Title text="People"/>
        <div class="stack stack-wide">
            <div class="page-head">
                <h1>"People"</h1>
                <p class="lede">
                    "Whom the log knows, with the groups that the identity provider named last. Rules are about human beings: \
                     two accounts of one person count once, when the log knows that they are one."
                </p>
            </div>
            {section("everybody", "Everybody", table.erase())}
            {link}
        </div>
    }
    .erase()
}

fn row(row: PersonRow) -> AnyView {
    let groups: Vec<_> = row.groups.iter().map(ToString::to_string).collect();
    let roles: Vec<_> = row.roles.iter().map(|known| role(*known)).collect();
    let identities: Vec<_> = row.identities.iter().map(identity).collect();
    let delegate = row
        .delegate
        .map(|(to, until)| view! { {name(&to)} ", until " <Moment at=until/> });
    view! {
        <tr>
            <td data-label="Person">{name(&row.person)}</td>
            <td data-label="Groups">{groups.join(", ")}</td>
            <td data-label="Roles">{roles.join(", ")}</td>
            <td data-label="Signs in as">
                <ul>{identities}</ul>
            </td>
            <td data-label="Signs in their place">{delegate}</td>
        </tr>
    }
    .erase()
}

fn identity(identity: &IdentityView) -> AnyView {
    let who = match &identity.identity {
        Some((issuer, subject)) => format!("{subject} at {issuer}"),
        None => "not known here: the database came from the archive".to_owned(),
    };
    view! { <li class="small">{format!("{} · {who}", name(&identity.person))}</li> }.erase()
}

fn role(role: Role) -> &'static str {
    match role {
        Role::Auditor => "auditor",
        Role::Operator => "operator",
        Role::Custodian => "custodian",
        Role::Author => "policy author",
    }
}

/// The form by which an operator says that two are one.
fn link(people: &[PersonRow], draft: Option<Draft<LinkForm>>) -> AnyView {
    let (values, error) = draft.map(|draft| (draft.values, draft.error)).unzip();
    let values = values.unwrap_or_default();
    let fault: Fault = Signal::stored(error);
    let confirm = refused(fault, "confirmed");
    let form = view! {
        <form method="post" action="/api/link_person" class="card form" novalidate=true>
            <FormFault fault=fault fields=&["person", "into", "confirmed"]/>
            <p>
                "From then on they sign once, review nothing that the other asked for, and are told apart nowhere. What they did \
                 before stays under the name it was done in."
            </p>
            {choice("person", "form[person]", "This account", people, &values.person, fault)}
            {choice("into", "form[into]", "is the same human being as", people, &values.into, fault)}
            <div class="field">
                <label class="choice" for="confirmed">
                    <input
                        type="checkbox"
                        id="confirmed"
                        name="form[confirmed]"
                        value="yes"
                        required
                        aria-invalid=move || confirm.get().map(|_| "true")
                        aria-describedby=move || described_by("confirmed", false, confirm.get().is_some())
                    />
                    <span class="choice-text">
                        <span class="choice-title">"I know that they are one. This cannot be undone."</span>
                    </span>
                </label>
                <FieldError name="confirmed" refused=confirm/>
            </div>
            <div class="actions">
                <button type="submit" class="button button-danger">"Make them one"</button>
            </div>
        </form>
    };
    section("link", "Two accounts of one person", form.erase())
}

fn choice(
    id: &'static str,
    form_name: &'static str,
    label: &'static str,
    people: &[PersonRow],
    chosen: &str,
    fault: Fault,
) -> AnyView {
    let wrong = refused(fault, id);
    let options: Vec<_> = people
        .iter()
        .map(|row| {
            let value = row.person.id.to_string();
            let selected = value == chosen;
            // Names may be the same where accounts are two.
            let subject = row.identities.iter().find_map(|one| one.identity.as_ref());
            let text = match subject {
                Some((_, subject)) => format!("{} ({subject})", name(&row.person)),
                None => name(&row.person),
            };
            view! { <option value=value selected=selected>{text}</option> }
        })
        .collect();
    view! {
        <div class="field">
            <label class="label" for=id>{label}</label>
            <select
                class="input"
                id=id
                name=form_name
                aria-describedby=move || described_by(id, false, wrong.get().is_some())
                aria-invalid=move || wrong.get().map(|_| "true")
            >
                <option value="" selected=chosen.is_empty()>"Choose a person"</option>
                {options}
            </select>
            <FieldError name=id refused=wrong/>
        </div>
    }
    .erase()
}
