//! Writes the pages of recorded work as the portal would draw them, with what a test made up in them: for the tests of
//! their scripts (`end2end/parts`), which need no portal.
//!
//! Usage: `recorded_pages FOLDER`.

use std::path::PathBuf;
use std::{env, fs, io};

use access::view::{RecordingPage, RecordingView, WorkView};
use app::office::recorded::{console, list, show, terminal};
use leptos::prelude::*;
use leptos_meta::provide_meta_context;
use serde_json::{Value, json};

/// The moment at which everything here is drawn, in milliseconds since 1970: 30 Nov 2026, 21:00 UTC.
const NOW: i64 = 1_796_072_400_000;

fn main() -> io::Result<()> {
    let folder = PathBuf::from(env::args_os().nth(1).ok_or_else(|| {
        io::Error::new(io::ErrorKind::InvalidInput, "usage: recorded_pages FOLDER")
    })?);
    fs::create_dir_all(&folder)?;
    let write = |name: &str, view: &dyn Fn() -> AnyView| {
        let owner = Owner::new();
        let body = owner.with(|| {
            provide_meta_context();
            view().to_html()
        });
        fs::write(folder.join(format!("{name}.html")), document(&body))
    };
    write("console", &|| console::draw(&work("postgresql")))?;
    write("terminal", &|| terminal::draw(&work("ssh")))?;
    write("terminal-running", &|| show::draw(&running("terminal")))?;
    write("terminal-over", &|| show::draw(&over_terminal()))?;
    write("sql-running", &|| show::draw(&running("console")))?;
    write("sql-over", &|| show::draw(&over_sql()))?;
    write("list", &|| {
        let recordings = [
            over_sql().recording,
            over_terminal().recording,
            running("console").recording,
        ];
        let first = &recordings[0];
        list::draw(first.request, &first.resource, &recordings, true)
    })?;
    write("list-empty", &|| {
        let none = recording("console");
        list::draw(none.request, &none.resource, &[], false)
    })
}

/// What the portal's shell and frame put around a page, as far as scripts and styles notice.
fn document(body: &str) -> String {
    format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>Recorded work</title>\
         <link rel=\"icon\" href=\"data:,\"><link rel=\"stylesheet\" href=\"/app.css\"></head><body>\
         <a class=\"skip-link\" href=\"#main\">Skip to the content</a><div class=\"site\">\
         <header class=\"site-header\"><div class=\"site-header-inner\"><a class=\"brand\" href=\"/\">Breakglass</a></div></header>\
         <main class=\"page\" id=\"main\" tabindex=\"-1\">{body}</main></div></body></html>\n"
    )
}

/// What stands here is of the shape that it is read as, or the program is of no use.
fn read<T: serde::de::DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).expect("a view of its own shape")
}

fn work(connector: &str) -> WorkView {
    let refuses = if connector == "postgresql" {
        json!(["set_role", "copy_program"])
    } else {
        json!([])
    };
    let (resource, role) = match connector {
        "postgresql" => ("orders-db", "orders_read"),
        _ => ("web-01", "deploy"),
    };
    read(json!({
        "grant": {
            "id": "0198a7c0-0000-7000-8000-000000000001",
            "request": "0198a7c0-0000-7000-8000-000000000002",
            "resource": resource, "role": role, "mode": "ordinary",
            "holder": dana(), "state": {"state": "active", "credential_shown": false},
            "connector": connector, "opened_at_ms": NOW - 60_000, "expires_at_ms": NOW + 3_540_000, "ratify_by_ms": null,
            "extensions": 0, "extension_asked_ms": null
        },
        "now_ms": NOW, "refuses": refuses, "gateway": connector == "postgresql"
    }))
}

fn dana() -> Value {
    json!({"id": "0198a7c0-0000-7000-8000-000000000003", "name": "Dana (on call)"})
}

fn recording(way: &str) -> RecordingView {
    let resource = if way == "terminal" {
        "web-01"
    } else {
        "orders-db"
    };
    read(json!({
        "id": "0198a7c0-0000-7000-8000-00000000000a", "grant": "0198a7c0-0000-7000-8000-000000000001",
        "request": "0198a7c0-0000-7000-8000-000000000002", "resource": resource, "holder": dana(), "way": way,
        "started_at_ms": NOW, "seq": 4_711, "ended": null, "actions": 0, "refused": 0, "chunks": 0, "may_cut": true
    }))
}

fn running(way: &str) -> RecordingPage {
    RecordingPage {
        recording: recording(way),
        actions: Vec::new(),
        gaps: Vec::new(),
    }
}

fn over_terminal() -> RecordingPage {
    let mut page = running("terminal");
    page.recording.ended = read(json!([NOW + 95_000, "access_ended", null]));
    page.recording.chunks = 3;
    page
}

fn over_sql() -> RecordingPage {
    let ended: Value = json!([NOW + 310_000, "cut", {"id": "0198a7c0-0000-7000-8000-000000000004", "name": "Rae (reviewer)"}]);
    let action = |number: i64, text: Value, state: &str, classes: Value, end: Value| {
        json!({
            "number": number, "seq": 4_712 + 2 * number, "at_ms": NOW + 7_000 * (number + 1), "state": state,
            "text": text, "classes": classes, "end": end
        })
    };
    let done = |rows: Value, ms: i64| json!({"end": "finished", "outcome": "done", "rows": rows, "duration_ms": ms});
    let actions = json!([
        action(
            0,
            json!(
                "select id, customer, total from orders where state = 'stuck' order by id limit 100"
            ),
            "shown",
            json!([]),
            done(json!(100), 12)
        ),
        action(
            1,
            json!("set role orders_owner"),
            "shown",
            json!(["set_role"]),
            json!({"end": "refused", "class": "set_role"})
        ),
        action(
            2,
            json!("update orders\n   set state = 'open'\n where id = 4711 -- \u{202e}live si tub"),
            "shown",
            json!([]),
            done(json!(1), 3_450)
        ),
        action(
            3,
            json!("select pg_sleep(600)"),
            "shown",
            json!([]),
            json!({"end": "finished", "outcome": "cut", "rows": null, "duration_ms": 125_000})
        ),
        action(4, Value::Null, "erased", json!([]), done(json!(3), 4)),
        action(
            5,
            Value::Null,
            "altered",
            json!([]),
            json!({"end": "finished", "outcome": "failed", "rows": null, "duration_ms": 1})
        ),
        action(6, Value::Null, "sealed", json!(["export"]), Value::Null)
    ]);
    let mut page = RecordingPage {
        recording: recording("console"),
        actions: read(actions),
        gaps: Vec::new(),
    };
    page.recording.ended = read(ended);
    page.recording.actions = 7;
    page.recording.refused = 1;
    page
}
