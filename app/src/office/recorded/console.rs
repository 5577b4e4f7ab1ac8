//! The SQL console of a grant, which its holder works in.

use access::ids::GrantId;
use access::view::WorkView;
use leptos::prelude::*;
use leptos_meta::Title;

use super::{frame, script};
use crate::components::icon::{Glyph, Icon};
use crate::erase::Erase as _;
use crate::pages::request::show::address as request;

const RECORDED: &str = "Each statement is written down before the database sees it, and what came of it after. Who \
signs off and who reviews this access can read it, now and later.";

/// The console.
pub fn draw(work: &WorkView) -> AnyView {
    let grant = &work.grant;
    let title = format!("SQL console: {}", grant.resource);
    view! {
        <Title text=title.clone()/>
        <div class="stack" data-console="" data-grant=grant.id.to_string()>
            <div class="page-head">
                <p class="small"><a href=request(grant.request)>"Back to the request"</a></p>
                <h1>{title}</h1>
                <p class="lede">{format!("With the rights of {}. Everything you run here is recorded.", grant.role)}</p>
                <div class="standing" role="group" aria-label="Where the session stands">
                    {frame::left(work)}
                    <span class="badge" data-transaction="">"No transaction"</span>
                    <span class="small soft" data-account-line="" hidden=true>"Account " <span class="mono" data-account=""></span></span>
                </div>
            </div>
            {frame::alerts()}
            <div class="split">
                <div class="stack">
                    {editor()}
                    <p role="status" class="small soft" data-status=""></p>
                    <section aria-labelledby="results">
                        <h2 id="results" class="visually-hidden">"Results"</h2>
                        <div class="stack" data-results=""></div>
                    </section>
                </div>
                <aside class="stack" aria-label="About this session">
                    {frame::recorded_here(RECORDED, &work.refuses)}
                    {work.gateway.then(|| own_client(grant.id))}
                    {frame::reporting(grant.id)}
                    <section class="card" aria-labelledby="history">
                        <h2 class="card-title" id="history">"Run in this session"</h2>
                        <p class="soft small" data-history-empty="">"Nothing yet. The first run opens the session; looking at this page opens nothing."</p>
                        <ol class="history" role="list" data-history=""></ol>
                    </section>
                </aside>
            </div>
        </div>
        {script("console.js")}
    }
    .erase()
}

/// The way in for a client of one's own.
fn own_client(grant: GrantId) -> AnyView {
    view! {
        <section class="card" aria-labelledby="own-client">
            <h2 class="card-title" id="own-client">"Your own client"</h2>
            <p class="row-note">
                "psql, DBeaver and others come in by the gateway, with a password of their own that is shown once. What they do is recorded alike."
            </p>
            <form method="post" action=format!("/grants/{grant}/gateway")>
                <button type="submit" class="button">"Show the password, once"</button>
            </form>
        </section>
    }
    .erase()
}

fn editor() -> AnyView {
    view! {
        <form class="card form" data-form="">
            <div class="field">
                <label class="label" for="sql">"Statements"</label>
                <p class="hint" id="sql-hint">
                    <kbd>"Ctrl"</kbd> " + " <kbd>"Enter"</kbd>
                    " runs them, or what you have marked. Several are parted by semicolons."
                </p>
                <div class="sql-editor">
                    <pre class="sql-colours" aria-hidden="true" data-colours=""></pre>
                    <textarea
                        class="sql-text"
                        id="sql"
                        spellcheck="false"
                        autocapitalize="off"
                        autocomplete="off"
                        aria-describedby="sql-hint"
                        data-sql=""
                    ></textarea>
                </div>
            </div>
            <div class="actions">
                <button type="submit" class="button button-primary" data-run="" disabled=true>
                    <span data-run-label="">"Run"</span>
                </button>
                <button type="button" class="button" data-cancel="" hidden=true>
                    <Icon glyph=Glyph::Cross/>
                    "Cancel"
                </button>
                <button type="button" class="button button-quiet push-end" data-end="" hidden=true>"End this session"</button>
            </div>
        </form>
    }
    .erase()
}
