//! Work on a real target: each statement is in the log before the target sees it, and all of it ends with access.

use std::sync::Arc;
use std::time::{Duration, Instant};

use access::event::{EndCause, RecordingEnd, StatementClass, Way};
use access::ids::{GrantId, RecordingId, RequestId};
use access::refusal::Rule;
use access::view::{ActionEnd, OpeningState, Viewer};
use service::{Error, ReportTaken, Reported};
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use sqlx::{ConnectOptions as _, Connection as _, PgPool};
use targets::console::Event;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::stage::{PATIENCE, Stage, eventually};

/// A session is over within this.
const A_SECOND: Duration = Duration::from_secs(1);

/// Everything that happens until the run is over.
async fn run(stage: &Stage, who: &Viewer, recording: RecordingId, sql: &str) -> Vec<Event> {
    let mut events = stage.portal.run_sql(who, recording, sql.into()).unwrap();
    let mut all = Vec::new();
    while let Some(event) = events.recv().await {
        all.push(event);
    }
    all
}

fn rows(events: &[Event]) -> Vec<Vec<Option<String>>> {
    let rows = events.iter().filter_map(|event| match event {
        Event::Rows { rows } => Some(rows.clone()),
        _ => None,
    });
    rows.flatten().collect()
}

async fn opened(stage: &Stage, who: &Viewer) -> (RequestId, GrantId, RecordingId) {
    let (request, grant) = stage.break_glass(who, 60).await;
    let work = stage.portal.open_console(who, grant).await.unwrap();
    assert_eq!(work.account, grant.account());
    (request, grant, work.recording)
}

async fn kinds(stage: &Stage) -> Vec<String> {
    let entries = stage.verified_entries().await;
    entries.into_iter().map(|(kind, _)| kind).collect()
}

async fn sessions(stage: &Stage, grant: GrantId) -> i64 {
    sqlx::query_scalar("select count(*) from pg_stat_activity where usename = $1")
        .bind(grant.account())
        .fetch_one(&stage.admin)
        .await
        .unwrap()
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_is_run_is_recorded_and_shown_to_its_people_only(admin: PgPool) {
    let stage = Stage::new(&admin).await;
    let (dana, ari) = (stage.dana().await, stage.ari().await);
    let (request, _, recording) = opened(&stage, &dana).await;
    let events = run(
        &stage,
        &dana,
        recording,
        "select 6 * 7; select no_such_thing",
    )
    .await;
    assert_eq!(rows(&events), [[Some("42".to_owned())]]);
    assert!(
        events
            .iter()
            .any(|event| matches!(event, Event::Error { error, .. } if error.code == "42703")),
        "{events:?}"
    );
    let told = kinds(&stage).await;
    assert_eq!(
        told[told.len() - 5..],
        [
            "recording.started",
            "action.intended",
            "action.finished",
            "action.intended",
            "action.finished"
        ]
    );

    let page = stage.portal.recording_page(&ari, recording).await.unwrap();
    assert_eq!(page.recording.way, Way::Console);
    let texts: Vec<_> = page
        .actions
        .iter()
        .map(|action| action.text.clone())
        .collect();
    assert_eq!(
        texts,
        [
            Some("select 6 * 7".to_owned()),
            Some("select no_such_thing".to_owned())
        ]
    );
    assert!(matches!(
        page.actions[0].end,
        Some(ActionEnd::Finished { rows: Some(1), .. })
    ));
    // An auditor sees that something was done, and not what: that takes a disclosure.
    let quinn = stage.quinn().await;
    let page = stage
        .portal
        .recording_page(&quinn, recording)
        .await
        .unwrap();
    assert_eq!(page.actions.len(), 2);
    assert!(
        page.actions
            .iter()
            .all(|action| action.text.is_none() && action.state == OpeningState::Sealed)
    );
    let nils = stage.person("nils", &["elsewhere"]).await;
    assert!(matches!(
        stage.portal.recording_page(&nils, recording).await,
        Err(Error::NotFound)
    ));
    assert!(matches!(
        stage.portal.run_sql(&ari, recording, "select 1".into()),
        Err(Error::NotFound)
    ));
    // The story of the request tells of the session, not of each statement.
    let view = stage.portal.request(&dana, request).await.unwrap();
    let timeline: Vec<_> = view
        .timeline
        .iter()
        .map(|item| item.kind.as_str())
        .collect();
    assert!(timeline.contains(&"recording.started"), "{timeline:?}");
    assert!(!timeline.contains(&"action.intended"), "{timeline:?}");

    stage.portal.close_console(&dana, recording).await.unwrap();
    let page = stage.portal.recording_page(&dana, recording).await.unwrap();
    let (_, cause, _) = page.recording.ended.unwrap();
    assert_eq!((cause, page.recording.actions), (RecordingEnd::Closed, 2));
    assert_eq!(stage.portal.unlawful(), []);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_revoked_session_runs_no_statement_after_a_second_and_the_running_one_is_ended(
    admin: PgPool,
) {
    let stage = Stage::new(&admin).await;
    let (dana, ari) = (stage.dana().await, stage.ari().await);
    let (_, grant, recording) = opened(&stage, &dana).await;
    run(&stage, &dana, recording, "select 1").await;
    let mut running = stage
        .portal
        .run_sql(&dana, recording, "select pg_sleep(600)".into())
        .unwrap();
    eventually(PATIENCE, || async {
        sqlx::query_scalar::<_, bool>(
            "select exists (select from pg_stat_activity where query like '%pg_sleep%' and usename = $1)",
        )
        .bind(grant.account())
        .fetch_one(&stage.admin)
        .await
        .unwrap()
    })
    .await;
    let start = Instant::now();
    stage
        .portal
        .end(&ari, grant, EndCause::Revoked)
        .await
        .unwrap();
    let cut = start.elapsed();
    assert_eq!(sessions(&stage, grant).await, 0);
    assert!(cut < A_SECOND, "cut after {cut:?}");
    let mut last = None;
    while let Some(event) = running.recv().await {
        last = Some(event);
    }
    assert!(matches!(last, Some(Event::Closed { .. })), "{last:?}");
    eventually(PATIENCE, || async {
        stage
            .portal
            .run_sql(&dana, recording, "select 2".into())
            .is_err()
    })
    .await;
    eventually(PATIENCE, || async {
        kinds(&stage).await.last().map(String::as_str) == Some("recording.ended")
    })
    .await;
    let page = stage.portal.recording_page(&dana, recording).await.unwrap();
    let (_, cause, _) = page.recording.ended.unwrap();
    assert_eq!(cause, RecordingEnd::AccessEnded);
    assert_eq!(page.actions.len(), 2);
    assert!(page.actions[1].end.is_some(), "what became of it is said");
}

#[sqlx::test(migrations = "../../migrations")]
async fn somebody_who_may_cuts_a_session_and_access_stands(admin: PgPool) {
    let stage = Stage::new(&admin).await;
    let (dana, ari, quinn) = (stage.dana().await, stage.ari().await, stage.quinn().await);
    let (_, grant, recording) = opened(&stage, &dana).await;
    run(&stage, &dana, recording, "begin").await;
    let refused = stage.portal.cut_recording(&quinn, recording).await;
    assert!(matches!(refused, Err(Error::Refused(_))), "{refused:?}");
    stage.portal.cut_recording(&ari, recording).await.unwrap();
    eventually(A_SECOND, || async { sessions(&stage, grant).await == 0 }).await;
    let page = stage.portal.recording_page(&dana, recording).await.unwrap();
    let (_, cause, by) = page.recording.ended.unwrap();
    assert_eq!(cause, RecordingEnd::Cut);
    assert_eq!(by.unwrap().id, ari.person);
    // Access stands, and opens another.
    let again = stage.portal.open_console(&dana, grant).await.unwrap();
    assert_eq!(
        rows(&run(&stage, &dana, again.recording, "select 3").await).len(),
        1
    );
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_the_policy_refuses_is_recorded_and_never_sent(admin: PgPool) {
    let mut policies = crate::settings::prepared(&admin).await.1.seed_policies;
    for policy in &mut policies {
        policy.grant.refuse = vec![StatementClass::SetRole, StatementClass::Code];
        policy.grant.recording = access::policy::Recording::Required;
    }
    let stage = Stage::with_policies(&admin, policies).await;
    let dana = stage.dana().await;
    let form = service::Submit {
        mode: access::event::Mode::Emergency,
        ..crate::stage::form("orders-admin")
    };
    let request = stage.portal.submit(&dana, form).await.unwrap();
    let grant = stage
        .portal
        .request(&dana, request)
        .await
        .unwrap()
        .grant
        .unwrap()
        .id;
    // There is no way in on which nothing is recorded.
    let direct = stage.portal.show_credential(&dana, grant).await;
    assert!(matches!(direct, Err(Error::Refused(_))), "{direct:?}");
    let recording = stage
        .portal
        .open_console(&dana, grant)
        .await
        .unwrap()
        .recording;
    let events = run(&stage, &dana, recording, "do $$ begin end $$; select 1").await;
    assert!(
        events.iter().any(|event| matches!(
            event,
            Event::Refused {
                class: StatementClass::Code
            }
        )),
        "{events:?}"
    );
    assert!(
        rows(&events).is_empty(),
        "what stands behind it is not sent"
    );
    assert_eq!(kinds(&stage).await.last().unwrap(), "action.refused");
}

#[sqlx::test(migrations = "../../migrations")]
async fn recorder_fails_before_a_statement_and_it_is_not_sent(admin: PgPool) {
    let stage = Stage::new(&admin).await;
    let dana = stage.dana().await;
    sqlx::raw_sql("create table touched (n int); grant all on touched to public")
        .execute(&admin)
        .await
        .unwrap();
    let (_, grant, recording) = opened(&stage, &dana).await;
    run(&stage, &dana, recording, "insert into touched values (1)").await;
    // The log can be written no more: a superuser took the portal's right to append.
    sqlx::raw_sql("revoke execute on all functions in schema public from breakglass_service")
        .execute(&admin)
        .await
        .unwrap();
    let events = run(&stage, &dana, recording, "insert into touched values (2)").await;
    assert!(
        matches!(events.last(), Some(Event::Closed { .. })),
        "{events:?}"
    );
    let touched: Vec<i32> = sqlx::query_scalar("select n from touched")
        .fetch_all(&admin)
        .await
        .unwrap();
    assert_eq!(touched, [1]);
    eventually(A_SECOND, || async { sessions(&stage, grant).await == 0 }).await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_tool_reports_and_what_it_lost_is_a_gap(admin: PgPool) {
    let stage = Stage::new(&admin).await;
    let dana = stage.dana().await;
    let (_, grant) = stage.break_glass(&dana, 60).await;
    let token = stage.portal.show_report_token(&dana, grant).await.unwrap();
    let token = secrecy::SecretString::from(token.password);
    let recording = RecordingId::new(uuid::Uuid::new_v4());
    let from = "192.0.2.7".parse().unwrap();
    let intended = |number| Reported::Intended {
        number,
        at_ms: access::time::UnixMillis::new(1_760_000_000_000),
        statement: format!("step {number}"),
    };
    let report = |items: Vec<Reported>, ended| {
        let (portal, token) = (stage.portal.clone(), token.clone());
        async move {
            portal
                .report((grant, &token, from), recording, items, ended)
                .await
        }
    };
    let taken = report(vec![intended(0), intended(1)], None).await.unwrap();
    assert_eq!(taken, ReportTaken::All(2, 0));
    // The answer was lost: it is sent again, and stands there once.
    let taken = report(vec![intended(0), intended(1)], None).await.unwrap();
    assert_eq!(taken, ReportTaken::All(2, 0));
    let taken = report(vec![intended(4)], None).await.unwrap();
    assert_eq!(taken, ReportTaken::Behind(2, 0));
    let taken = report(Vec::new(), Some((4, 0))).await.unwrap();
    assert_eq!(taken, ReportTaken::All(4, 0));
    let page = stage.portal.recording_page(&dana, recording).await.unwrap();
    assert_eq!(page.gaps, [(2, 4)]);
    assert_eq!(page.actions.len(), 2);
    assert!(page.recording.ended.is_some());

    // From elsewhere, or with another token, nobody reports.
    let other = secrecy::SecretString::from("guessed".to_owned());
    let wrong = stage
        .portal
        .report((grant, &other, from), recording, Vec::new(), None)
        .await;
    assert!(matches!(wrong, Err(Error::NotFound)), "{wrong:?}");
    let elsewhere = "192.0.2.8".parse().unwrap();
    let wrong = stage
        .portal
        .report((grant, &token, elsewhere), recording, Vec::new(), None)
        .await;
    assert!(matches!(wrong, Err(Error::NotFound)), "{wrong:?}");
}

#[sqlx::test(migrations = "../../migrations")]
async fn nobody_works_by_anothers_access(admin: PgPool) {
    let stage = Stage::new(&admin).await;
    let (dana, ari) = (stage.dana().await, stage.ari().await);
    let (_, grant) = stage.break_glass(&dana, 60).await;
    assert!(matches!(
        stage.portal.open_console(&ari, grant).await,
        Err(Error::NotFound)
    ));
    stage
        .portal
        .end(&dana, grant, EndCause::Returned)
        .await
        .unwrap();
    let over = stage.portal.open_console(&dana, grant).await;
    assert!(
        matches!(&over, Err(Error::NotFound))
            || matches!(&over, Err(Error::Refused(refusal)) if refusal.rule == Rule::WrongState),
        "{over:?}"
    );
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_was_done_is_in_the_evidence_and_is_erased_as_a_whole(admin: PgPool) {
    let stage = Stage::new(&admin).await;
    let dana = stage.dana().await;
    let (request, grant, recording) = opened(&stage, &dana).await;
    run(&stage, &dana, recording, "select 'a customer by name'").await;
    stage.portal.close_console(&dana, recording).await.unwrap();
    stage
        .portal
        .end(&dana, grant, EndCause::Returned)
        .await
        .unwrap();

    let file = stage.portal.export_evidence(&dana, request).await.unwrap();
    let key = verify::LogKey::parse(&stage.portal.ledger().vkey()).unwrap();
    let report = verify::evidence_bundle::check(&key, &file).unwrap();
    assert!(report.proven, "{:?}", report.findings);
    let bundle: ledger::evidence::Bundle = serde_json::from_slice(&file).unwrap();
    let statement = bundle
        .openings
        .iter()
        .find(|shown| shown.field == "statement");
    assert_eq!(statement.unwrap().text, "select 'a customer by name'");

    // An auditor takes the entries along, without what was typed.
    let quinn = stage.quinn().await;
    let file = stage.portal.export_evidence(&quinn, request).await.unwrap();
    let report = verify::evidence_bundle::check(&key, &file).unwrap();
    assert!(report.proven, "{:?}", report.findings);
    let bundle: ledger::evidence::Bundle = serde_json::from_slice(&file).unwrap();
    assert!(bundle.openings.is_empty());
    let page = stage
        .portal
        .recording_page(&quinn, recording)
        .await
        .unwrap();
    let whole = access::event::OpeningRef {
        seq: page.recording.seq,
        field: access::event::Field::Recording,
    };
    stage
        .portal
        .disclose(&quinn, request, whole, "Audit of November, sample 4.")
        .await
        .unwrap();
    let page = stage
        .portal
        .recording_page(&quinn, recording)
        .await
        .unwrap();
    assert_eq!(
        page.actions[0].text.as_deref(),
        Some("select 'a customer by name'")
    );

    let rae = stage.person("rae", &["reviewers"]).await;
    stage
        .portal
        .review(
            &rae,
            request,
            access::event::Verdict::Drill,
            None,
            "An exercise.",
        )
        .await
        .unwrap();
    crate::erasing::erase(&stage, request).await;
    let page = stage.portal.recording_page(&dana, recording).await.unwrap();
    assert!(
        page.actions
            .iter()
            .all(|action| action.text.is_none() && action.state == OpeningState::Erased)
    );
    let left: i64 = sqlx::query_scalar(
        "select count(*) from opening where field in ('statement', 'result') and bytes is not null",
    )
    .fetch_one(&admin)
    .await
    .unwrap();
    assert_eq!(left, 0);
    // The log is whole.
    stage.verified_entries().await;
    assert_eq!(stage.portal.unlawful(), []);
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_tables_of_recordings_follow_from_the_log(admin: PgPool) {
    let stage = Stage::new(&admin).await;
    let dana = stage.dana().await;
    let (_, _, recording) = opened(&stage, &dana).await;
    run(&stage, &dana, recording, "select 1; select 2").await;
    stage.portal.close_console(&dana, recording).await.unwrap();
    let rebuilt = async || {
        let mut connection = admin.acquire().await.unwrap();
        service::rebuild::rebuild(&mut connection, &stage.settings.origin, false)
            .await
            .unwrap()
    };
    assert_eq!(rebuilt().await.faults, []);
    sqlx::raw_sql("delete from recording_entry where seq = (select max(seq) from recording_entry)")
        .execute(&admin)
        .await
        .unwrap();
    assert_eq!(rebuilt().await.faults.len(), 1);
}

/// A gateway of the portal's on this machine, and the way to it.
async fn gateway(stage: &Stage) -> (CancellationToken, u16) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let gateway = Arc::new(targets::gateway::Gateway::for_loopback(
        stage.portal.gateway_guard(),
    ));
    let stop = CancellationToken::new();
    tokio::spawn(gateway.serve(listener, stop.clone()));
    (stop, port)
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_client_of_ones_own_comes_in_by_the_gateway_and_is_recorded_and_cut(admin: PgPool) {
    let (data, mut settings) = crate::settings::prepared(&admin).await;
    settings.gateway = Some(service::settings::Gateway {
        host: "127.0.0.1".into(),
        port: 5432,
        sslmode: "disable",
    });
    let way = (*admin.connect_options()).clone();
    let stage = Stage::on(&admin, None, way.clone(), (data, settings)).await;
    let (stop, port) = gateway(&stage).await;
    let (dana, ari) = (stage.dana().await, stage.ari().await);
    let (_, grant) = stage.break_glass(&dana, 60).await;
    assert!(matches!(
        stage.portal.show_gateway(&ari, grant).await,
        Err(Error::NotFound)
    ));
    let shown = stage.portal.show_gateway(&dana, grant).await.unwrap();
    assert!(
        shown.command.contains(&grant.account()),
        "{}",
        shown.command
    );
    let client = |password: &str| {
        PgConnectOptions::new_without_pgpass()
            .host("127.0.0.1")
            .port(port)
            .username(&grant.account())
            .password(password)
            .database(way.get_database().unwrap())
            .ssl_mode(PgSslMode::Disable)
    };
    assert!(client("guessed").connect().await.is_err());
    let mut live = client(&shown.password).connect().await.unwrap();
    let user: String = sqlx::query_scalar("select current_user::text where $1 = 7")
        .bind(7)
        .fetch_one(&mut live)
        .await
        .unwrap();
    assert_eq!(user, grant.account());
    let recordings = async || {
        let request = stage.portal.home(&dana).await.unwrap().grants[0].request;
        stage.portal.recordings(&dana, request).await.unwrap()
    };
    let recording = recordings().await.pop().unwrap();
    assert_eq!(recording.way, Way::Gateway);
    let page = stage
        .portal
        .recording_page(&ari, recording.id)
        .await
        .unwrap();
    assert!(
        page.actions.iter().any(|action| action
            .text
            .as_deref()
            .is_some_and(|text| text.contains("current_user") && text.contains('7'))),
        "{:?}",
        page.actions
    );

    // Another password takes the place of the first, which lets nobody in any more.
    let again = stage.portal.show_gateway(&dana, grant).await.unwrap();
    assert!(client(&shown.password).connect().await.is_err());
    let mut other = client(&again.password).connect().await.unwrap();

    let start = Instant::now();
    stage
        .portal
        .end(&ari, grant, EndCause::Revoked)
        .await
        .unwrap();
    assert!(live.ping().await.is_err() && other.ping().await.is_err());
    assert!(start.elapsed() < A_SECOND, "{:?}", start.elapsed());
    assert!(client(&again.password).connect().await.is_err());
    eventually(PATIENCE, || async {
        let told = kinds(&stage).await;
        told.iter()
            .filter(|kind| *kind == "recording.ended")
            .count()
            == 2
    })
    .await;
    assert_eq!(stage.portal.unlawful(), []);
    stop.cancel();
}

#[sqlx::test(migrations = "../../migrations")]
async fn signing_out_ends_what_one_works_on_and_access_stands(admin: PgPool) {
    let stage = Stage::new(&admin).await;
    let (dana, ben) = (stage.dana().await, stage.person("ben", &["oncall"]).await);
    let (_, grant, recording) = opened(&stage, &dana).await;
    run(&stage, &dana, recording, "begin").await;
    let signed_out = access::event::SessionEnd::Provider;
    stage.portal.sign_out(&ben, signed_out).await.unwrap();
    assert_eq!(
        sessions(&stage, grant).await,
        1,
        "another's sign-out is not theirs"
    );
    stage.portal.sign_out(&dana, signed_out).await.unwrap();
    eventually(A_SECOND, || async { sessions(&stage, grant).await == 0 }).await;
    assert!(stage.account_stands(grant).await);
}

#[sqlx::test(migrations = "../../migrations")]
async fn nobody_comes_in_past_the_portal_by_a_password_of_their_own(admin: PgPool) {
    let stage = Stage::new(&admin).await;
    let dana = stage.dana().await;
    let (_, grant, recording) = opened(&stage, &dana).await;
    let events = run(
        &stage,
        &dana,
        recording,
        "alter role current_user password 'mine'",
    )
    .await;
    assert!(
        events
            .iter()
            .any(|event| matches!(event, Event::Done { .. })),
        "{events:?}"
    );
    let way = (*admin.connect_options()).clone();
    let direct = way.username(&grant.account()).password("mine");
    assert!(direct.connect().await.is_err(), "the account has no way in");
    // What came by the portal goes on.
    assert_eq!(
        rows(&run(&stage, &dana, recording, "select 1").await).len(),
        1
    );
}

#[sqlx::test(migrations = "../../migrations")]
async fn nobody_puts_their_end_off_by_holding_their_own_account(admin: PgPool) {
    let stage = Stage::new(&admin).await;
    let (dana, ari) = (stage.dana().await, stage.ari().await);
    let (_, grant) = stage.break_glass(&dana, 60).await;
    let shown = stage.portal.show_credential(&dana, grant).await.unwrap();
    let mut direct = stage.log_in(&shown).await.unwrap();
    sqlx::raw_sql("begin; alter role current_user password 'mine'")
        .execute(&mut direct)
        .await
        .unwrap();
    let start = Instant::now();
    stage
        .portal
        .end(&ari, grant, EndCause::Revoked)
        .await
        .unwrap();
    assert!(start.elapsed() < A_SECOND, "{:?}", start.elapsed());
    assert_eq!(sessions(&stage, grant).await, 0);
    assert!(!stage.account_stands(grant).await);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_tools_token_writes_into_no_session_of_the_portals(admin: PgPool) {
    let stage = Stage::new(&admin).await;
    let dana = stage.dana().await;
    let (_, grant, recording) = opened(&stage, &dana).await;
    let token = stage.portal.show_report_token(&dana, grant).await.unwrap();
    let token = secrecy::SecretString::from(token.password);
    let by = (grant, &token, "192.0.2.7".parse().unwrap());
    let ended = stage
        .portal
        .report(by, recording, Vec::new(), Some((0, 0)))
        .await;
    assert!(matches!(ended, Err(Error::NotFound)), "{ended:?}");
    assert_eq!(
        rows(&run(&stage, &dana, recording, "select 1").await).len(),
        1
    );
}

#[sqlx::test(migrations = "../../migrations")]
async fn nothing_that_is_left_behind_runs_with_the_portals_rights(admin: PgPool) {
    let stage = Stage::new(&admin).await;
    let dana = stage.dana().await;
    sqlx::raw_sql("grant create on schema public to public")
        .execute(&admin)
        .await
        .unwrap();
    let (_, grant, recording) = opened(&stage, &dana).await;
    let left = "create function left_behind() returns text language sql security definer as 'select current_user::text'";
    let events = run(&stage, &dana, recording, left).await;
    assert!(
        events
            .iter()
            .any(|event| matches!(event, Event::Done { .. })),
        "{events:?}"
    );
    stage
        .portal
        .end(&dana, grant, EndCause::Returned)
        .await
        .unwrap();
    let (owner, definer): (String, bool) = sqlx::query_as(
        "select proowner::regrole::text, prosecdef from pg_proc where proname = 'left_behind'",
    )
    .fetch_one(&admin)
    .await
    .unwrap();
    assert_eq!((owner.as_str(), definer), (crate::settings::ROLE, false));
}
