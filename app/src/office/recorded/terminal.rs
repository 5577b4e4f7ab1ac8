//! The terminal of a grant, which its holder works in.

use access::ids::GrantId;
use access::view::WorkView;
use leptos::prelude::*;
use leptos_meta::Title;

use super::{frame, palette, script};
use crate::erase::Erase as _;
use crate::pages::request::show::address as request;

const RECORDED: &str = "What you type is written down before the host sees it, also what the screen does not show, such as a \
password; what the screen shows is written down as it comes. Who signs off and who reviews this access can watch it, now and \
later.";

/// Keys that a keyboard on glass does not have: what is sent, and what stands on the button.
const KEYS: [(&str, &str); 9] = [
    ("Escape", "Esc"),
    ("Tab", "Tab"),
    ("ArrowUp", "Up"),
    ("ArrowDown", "Down"),
    ("ArrowLeft", "Left"),
    ("ArrowRight", "Right"),
    ("|", "|"),
    ("~", "~"),
    ("/", "/"),
];

/// The terminal.
pub fn draw(work: &WorkView) -> AnyView {
    let grant = &work.grant;
    let title = format!("Terminal: {}", grant.resource);
    view! {
        {palette()}
        <Title text=title.clone()/>
        <div class="stack" data-terminal="" data-grant=grant.id.to_string()>
            <div class="page-head">
                <p class="small"><a href=request(grant.request)>"Back to the request"</a></p>
                <h1>{title}</h1>
                <p class="lede">{format!("As {}. Everything here is recorded.", grant.role)}</p>
                <div class="standing" role="group" aria-label="Where the session stands">
                    {frame::left(work)}
                    <span class="small soft mono" data-title=""></span>
                </div>
            </div>
            {frame::alerts()}
            <p role="status" data-status="">"Nothing is connected yet: looking at this page opens nothing."</p>
            <div class="actions">
                <button type="button" class="button button-primary" data-start="" disabled=true>
                    <span data-start-label="">"Start the session"</span>
                </button>
            </div>
            {frame_of_terminal()}
            <details class="disclosure" data-all="">
                <summary>"All output as text"</summary>
                <pre class="code-block terminal-text" data-text="" tabindex="0" role="region" aria-label="All output as text"></pre>
            </details>
            <div class="split">
                {keys_in_words()}
                <aside class="stack" aria-label="About this session">
                    {frame::recorded_here(RECORDED, &[])}
                    {own_client(grant.id)}
                    {frame::reporting(grant.id)}
                </aside>
            </div>
        </div>
        {script("terminal.js")}
    }
    .erase()
}

/// A certificate for the holder's own client, where the policy offers a way in without a recording.
fn own_client(grant: GrantId) -> AnyView {
    view! {
        <section class="card" aria-labelledby="own-client">
            <h2 class="card-title" id="own-client">"Your own client"</h2>
            <p class="row-note">
                "Where the policy allows it, a certificate lets your own key in until access ends. It is made once, and what you do with it is not recorded here."
            </p>
            <form method="post" action=format!("/grants/{grant}/certificate") class="form">
                <div class="field">
                    <label class="label" for="public-key">"Your public key"</label>
                    <p class="hint" id="public-key-hint">"The line in ~/.ssh/id_ed25519.pub. Never the private key."</p>
                    <textarea
                        class="input"
                        id="public-key"
                        name="public_key"
                        rows="3"
                        required=true
                        spellcheck="false"
                        aria-describedby="public-key-hint"
                    ></textarea>
                </div>
                <button type="submit" class="button">"Make the certificate, once"</button>
            </form>
        </section>
    }
    .erase()
}

fn frame_of_terminal() -> AnyView {
    let keys: Vec<_> = KEYS
        .iter()
        .map(|(key, label)| {
            view! { <button type="button" class="button button-small" data-key=*key>{*label}</button> }
        })
        .collect();
    view! {
        <div class="terminal" data-frame="" hidden=true>
            <div class="terminal-screen terminal-live" data-screen="" role="group" aria-label="Screen" tabindex="-1"></div>
            <textarea
                class="terminal-input"
                data-input=""
                aria-label="Terminal input. Ctrl and F6 leave the terminal."
                aria-describedby="terminal-keys"
                autocapitalize="off"
                autocomplete="off"
                autocorrect="off"
                spellcheck="false"
                rows="1"
            ></textarea>
            <span class="terminal-probe" data-probe="" aria-hidden="true">"MMMMMMMMMM"</span>
        </div>
        <div class="terminal-keys" role="group" aria-label="Keys">
            <button type="button" class="button button-small" data-key="Ctrl" aria-pressed="false">"Ctrl"</button>
            {keys}
        </div>
        <p class="visually-hidden" role="log" aria-label="Output" data-heard=""></p>
        <div class="actions">
            <button type="button" class="button" data-end="" hidden=true>"End this session"</button>
        </div>
    }
    .erase()
}

fn keys_in_words() -> AnyView {
    let key = |keys: &'static str, what: &'static str| {
        view! { <div><dt><kbd>{keys}</kbd></dt><dd>{what}</dd></div> }
    };
    view! {
        <section class="card" aria-labelledby="keys">
            <h2 class="card-title" id="keys">"Keys"</h2>
            <dl class="facts" id="terminal-keys">
                {key("Ctrl + F6", "leaves the terminal; so does Ctrl + Shift + Escape where the system lets it. Tab and all others go to the shell.")}
                {key("Ctrl + Shift + C", "copies what is marked.")}
                {key("Ctrl + Shift + V", "pastes.")}
                {key("Shift + Page Up", "goes to all output as text.")}
            </dl>
        </section>
    }
    .erase()
}
