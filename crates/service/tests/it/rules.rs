//! The rules as people meet them, over the log and on a target: stages, ladders, delegates, edits,
//! extensions, ratification, debt, four eyes, identities. At the end of each the tables are what the
//! entries say.

use access::event::{Decision, EndCause};
use access::ids::{GrantId, RequestId};
use access::policy::Policy;
use access::refusal::Rule;
use access::time::UnixMillis;
use access::view::{Action, RequestState, Standing, Viewer};
use service::rebuild::rebuild;
use service::{ApproveExtension, Error, SignOff};
use sqlx::{Connection as _, PgConnection, PgPool};

use crate::settings::ROLE;
use crate::stage::{PATIENCE, Stage, eventually, form, words_for};

mod emergencies;

/// For how many seconds an emergency under `orders-soon` can be ratified: long enough to be looked at on a busy machine,
/// and for a test to wait for its end.
const SOON_S: u32 = 8;
/// The same under `orders-later`: long enough for two people to sign off on a busy machine.
const LATER_S: u32 = 25;

/// Two stages, the first with a ladder; delegates; extensions by an approver; a glass that has to be ratified; debt
/// that blocks.
fn whole() -> Policy {
    glass("orders-whole", 240)
}

fn glass(name: &str, ratify_within_s: u32) -> Policy {
    let json = serde_json::json!({
        "name": name,
        "description": "Every rule there is.",
        "resources": ["env=prod"],
        "eligible": ["oncall"],
        "conditions": {"min_reason_chars": 5, "ticket": "INC-#"},
        "duration": {"default_s": 60, "max_s": 600, "extend": {"times": 1, "by_s": 60, "approval": true}},
        "approval": {
            "within_s": 600,
            "delegation": true,
            "stages": [
                {"n": 1, "groups": ["leads"], "ladder": [{"after_s": 1, "groups": ["managers"]}]},
                {"n": 1, "groups": ["security"]},
            ],
        },
        "emergency": {"max_duration_s": 300, "alarm": ["board"], "ratify_within_s": ratify_within_s},
        "review": {"groups": ["reviewers"], "within_s": ratify_within_s, "debt": "block"},
        "drill": {"every_days": 30},
        "grant": {"connector": "postgresql", "role": ROLE},
    });
    serde_json::from_value(json).unwrap()
}

async fn stage(admin: &PgPool) -> Stage {
    let mut stage = Stage::new(admin).await;
    stage.settings.resources[0].labels = [("env".to_owned(), "prod".to_owned())].into();
    stage.settings.seed_policies.push(whole());
    let short = [glass("orders-soon", SOON_S), glass("orders-later", LATER_S)];
    stage.settings.seed_policies.extend(short);
    stage.restart().await;
    stage
}

/// The tables are what the entries say, and a row that is not is named.
async fn rebuilt(stage: &Stage) {
    let mut connection = PgConnection::connect_with(&stage.admin.connect_options())
        .await
        .unwrap();
    let origin = &stage.settings.origin;
    let found = rebuild(&mut connection, origin, false).await.unwrap();
    assert_eq!(found.faults, []);
    assert!(found.entries > 10);
}

fn refused<T: std::fmt::Debug>(answer: Result<T, Error>) -> Rule {
    match answer {
        Err(Error::Refused(refusal)) => refusal.rule,
        other => panic!("{other:?} should be refused"),
    }
}

async fn sign_for(
    stage: &Stage,
    who: &Viewer,
    principal: &Viewer,
    request: RequestId,
) -> Result<(), Error> {
    let statement = stage.portal.request(who, request).await?.statement_sha256;
    let form = SignOff {
        request,
        on_behalf_of: Some(principal.person),
        decision: Decision::Approve,
        statement,
        auth_time_s: time::OffsetDateTime::now_utc().unix_timestamp(),
        id_token: "header.claims.signature".into(),
        nonce_salt: [7; 32],
        note: None,
    };
    stage.portal.sign_off(who, form).await
}

/// Whether somebody finds it among what was decided lately.
async fn told(stage: &Stage, who: &Viewer, request: RequestId) -> bool {
    let decided = stage.portal.inbox(who).await.unwrap().decided;
    decided.iter().any(|row| row.id == request)
}

fn now_plus(seconds: i64) -> UnixMillis {
    UnixMillis::new((time::OffsetDateTime::now_utc().unix_timestamp() + seconds) * 1_000)
}

#[sqlx::test(migrations = "../../migrations")]
async fn stages_are_asked_in_order_and_ladders_in_time(admin: PgPool) {
    let stage = stage(&admin).await;
    let (dana, ari, sam) = (stage.dana().await, stage.ari().await, stage.sam().await);
    let mona = stage.person("mona", &["managers"]).await;
    let request = stage.ask(&dana, "orders-whole").await;
    let view = stage.portal.request(&dana, request).await.unwrap();
    let standing: Vec<_> = view.stages.iter().map(|stage| stage.standing).collect();
    assert_eq!(standing, [Standing::Waits, Standing::Later]);
    let asked: Vec<_> = view.stages[0]
        .asked
        .iter()
        .map(|person| person.id)
        .collect();
    assert_eq!(asked, [ari.person]);
    // The second stage is not asked yet, and the ladder's step neither.
    assert_eq!(
        refused(stage.sign(&sam, request, Decision::Approve).await),
        Rule::NotApprover
    );
    assert_eq!(
        refused(stage.sign(&mona, request, Decision::Approve).await),
        Rule::NotApprover
    );
    let escalated = eventually(PATIENCE, || async {
        let view = stage.portal.request(&dana, request).await.unwrap();
        view.stages[0]
            .asked
            .iter()
            .any(|person| person.id == mona.person)
    });
    escalated.await;
    assert_eq!(stage.portal.home(&mona).await.unwrap().inbox, 1);
    // Who has looked is there for the one who asked.
    stage.portal.request(&ari, request).await.unwrap();
    let view = stage.portal.request(&dana, request).await.unwrap();
    assert!(view.stages[0].looked.contains(&ari.person));

    stage.sign(&mona, request, Decision::Approve).await.unwrap();
    let view = stage.portal.request(&dana, request).await.unwrap();
    let standing: Vec<_> = view.stages.iter().map(|stage| stage.standing).collect();
    assert_eq!(standing, [Standing::Done, Standing::Waits]);
    assert_eq!((view.row.approvals, view.row.needed), (1, 2));
    assert_eq!(
        refused(stage.sign(&ari, request, Decision::Approve).await),
        Rule::NotApprover
    );
    stage.sign(&sam, request, Decision::Approve).await.unwrap();
    // Everybody who was asked learns that it is decided.
    assert!(told(&stage, &mona, request).await);
    stage.portal.open(&dana, request).await.unwrap();
    rebuilt(&stage).await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_delegate_signs_in_anothers_place_and_both_are_named(admin: PgPool) {
    let stage = stage(&admin).await;
    let (dana, ari, sam) = (stage.dana().await, stage.ari().await, stage.sam().await);
    let dora = stage.person("dora", &["nothing"]).await;
    let request = stage.ask(&dana, "orders-whole").await;
    assert!(matches!(
        sign_for(&stage, &dora, &ari, request).await,
        Err(Error::NotFound)
    ));
    stage
        .portal
        .delegate(&ari, dora.person, now_plus(3_600))
        .await
        .unwrap();
    assert_eq!(
        refused(stage.portal.delegate(&ari, ari.person, now_plus(60)).await),
        Rule::SelfDelegation
    );
    let view = stage.portal.request(&dora, request).await.unwrap();
    assert_eq!(
        view.sign_for.iter().map(|one| one.id).collect::<Vec<_>>(),
        [ari.person]
    );
    assert!(view.actions.contains(&Action::SignOff) && !view.sign_as_self);
    assert_eq!(stage.portal.home(&dora).await.unwrap().inbox, 1);
    sign_for(&stage, &dora, &ari, request).await.unwrap();
    // Whoever let them sign has signed by that.
    assert_eq!(
        refused(stage.sign(&ari, request, Decision::Approve).await),
        Rule::NotApprover
    );
    stage.sign(&sam, request, Decision::Approve).await.unwrap();
    let view = stage.portal.request(&dana, request).await.unwrap();
    let first = &view.sign_offs[0];
    assert_eq!(first.person.id, dora.person);
    assert_eq!(first.on_behalf_of.as_ref().unwrap().id, ari.person);
    assert_eq!(view.row.state, RequestState::Approved);
    // Who signed learns that it is decided, as does whoever lets them sign, and they do when they stand in no longer.
    assert!(told(&stage, &dora, request).await);
    assert!(told(&stage, &ari, request).await);
    stage.portal.end_delegation(&ari).await.unwrap();
    assert!(told(&stage, &dora, request).await);
    stage.portal.request(&dora, request).await.unwrap();
    assert_eq!(
        refused(stage.portal.end_delegation(&ari).await),
        Rule::NotDelegate
    );
    rebuilt(&stage).await;
}

/// Nobody has to wonder where it went: what was withdrawn or has lapsed is told to all who were asked, signed or not.
#[sqlx::test(migrations = "../../migrations")]
async fn everybody_who_was_asked_learns_that_nothing_comes_of_it(admin: PgPool) {
    let mut brief = whole();
    brief.name = "orders-brief".parse().unwrap();
    brief.approval.within_s = 2;
    brief.approval.stages[0].ladder.clear();
    let mut stage = stage(&admin).await;
    stage.settings.seed_policies.push(brief);
    stage.restart().await;
    let (dana, ari) = (stage.dana().await, stage.ari().await);
    let (dora, mona) = (
        stage.person("dora", &["nothing"]).await,
        stage.person("mona", &["board"]).await,
    );
    let delegated = stage.portal.delegate(&ari, dora.person, now_plus(3_600));
    delegated.await.unwrap();
    let withdrawn = stage.ask(&dana, "orders-whole").await;
    assert!(!told(&stage, &ari, withdrawn).await);
    stage.portal.withdraw(&dana, withdrawn).await.unwrap();
    let lapsed = stage.ask(&dana, "orders-brief").await;
    let over = eventually(PATIENCE, || async { told(&stage, &ari, lapsed).await });
    over.await;
    for request in [withdrawn, lapsed] {
        assert!(told(&stage, &ari, request).await);
        assert!(told(&stage, &dora, request).await);
        assert!(!told(&stage, &dana, request).await, "whose own it was");
        assert!(!told(&stage, &mona, request).await, "who was not asked");
    }
    rebuilt(&stage).await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_edit_voids_what_was_signed(admin: PgPool) {
    let stage = stage(&admin).await;
    let (dana, ari, sam) = (stage.dana().await, stage.ari().await, stage.sam().await);
    let request = stage.ask(&dana, "orders-whole").await;
    let before = stage.portal.request(&ari, request).await.unwrap();
    stage.sign(&ari, request, Decision::Approve).await.unwrap();
    let mut said = words_for(120);
    said.reason = "Another reason altogether.".into();
    said.incident = Some("The shop is down".into());
    assert!(matches!(
        stage.portal.edit(&sam, request, &said).await,
        Err(Error::Refused(_))
    ));
    said.ticket = Some("none of that form".into());
    assert_eq!(
        refused(stage.portal.edit(&dana, request, &said).await),
        Rule::TicketForm
    );
    said.ticket = Some("INC-12".into());
    stage.portal.edit(&dana, request, &said).await.unwrap();
    let view = stage.portal.request(&dana, request).await.unwrap();
    assert_eq!(
        view.row.reason.as_deref(),
        Some("Another reason altogether.")
    );
    assert_eq!(view.incident.as_deref(), Some("The shop is down"));
    assert_eq!((view.row.duration_s, view.row.approvals), (120, 0));
    assert!(view.sign_offs[0].void && view.statement_sha256 != before.statement_sha256);
    // What was shown before the edit cannot be signed.
    let stale = stage.portal.check_sign_off(
        &ari,
        request,
        None,
        (Decision::Approve, before.statement_sha256),
        None,
    );
    assert_eq!(refused(stale.await), Rule::StatementChanged);
    stage.sign(&ari, request, Decision::Approve).await.unwrap();
    stage.sign(&sam, request, Decision::Approve).await.unwrap();
    assert_eq!(
        stage
            .portal
            .request(&dana, request)
            .await
            .unwrap()
            .row
            .state,
        RequestState::Approved
    );
    rebuilt(&stage).await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_no_to_more_time_is_not_got_round_by_asking_again(admin: PgPool) {
    let stage = stage(&admin).await;
    let (dana, ari, sam) = (stage.dana().await, stage.ari().await, stage.sam().await);
    let request = stage.ask(&dana, "orders-whole").await;
    stage.sign(&ari, request, Decision::Approve).await.unwrap();
    stage.sign(&sam, request, Decision::Approve).await.unwrap();
    stage.portal.open(&dana, request).await.unwrap();
    let view = stage.portal.request(&dana, request).await.unwrap();
    assert!(view.actions.contains(&Action::AskExtension));
    let grant = view.grant.unwrap().id;
    stage.portal.extend(&dana, grant).await.unwrap();
    stage.portal.deny_extension(&sam, grant).await.unwrap();
    assert_eq!(
        refused(stage.portal.extend(&dana, grant).await),
        Rule::ExtensionDenied
    );
    let view = stage.portal.request(&dana, request).await.unwrap();
    assert!(!view.actions.contains(&Action::AskExtension));
    let ended = stage.portal.end(&dana, grant, EndCause::Returned);
    ended.await.unwrap();
    rebuilt(&stage).await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_approver_makes_access_longer_on_the_target_too(admin: PgPool) {
    let stage = stage(&admin).await;
    let (dana, ari, sam) = (stage.dana().await, stage.ari().await, stage.sam().await);
    let mut wanted = form("orders-whole");
    wanted.words.start_at_ms = Some(now_plus(6));
    let request = stage.portal.submit(&dana, wanted).await.unwrap();
    stage.sign(&ari, request, Decision::Approve).await.unwrap();
    stage.sign(&sam, request, Decision::Approve).await.unwrap();
    // A start that was asked for is waited for.
    assert_eq!(
        refused(stage.portal.open(&dana, request).await),
        Rule::TooEarly
    );
    let opened = eventually(PATIENCE, || async {
        stage.portal.open(&dana, request).await.is_ok()
    });
    opened.await;
    let grant = stage
        .portal
        .request(&dana, request)
        .await
        .unwrap()
        .grant
        .unwrap();
    stage.portal.extend(&dana, grant.id).await.unwrap();
    let inbox = stage.portal.inbox(&sam).await.unwrap();
    assert_eq!(
        inbox
            .extensions
            .iter()
            .map(|one| one.id)
            .collect::<Vec<_>>(),
        [grant.id]
    );
    assert_eq!(
        refused(stage.portal.check_extension(&dana, grant.id).await),
        Rule::SelfApproval
    );
    let yes = ApproveExtension {
        grant: grant.id,
        auth_time_s: time::OffsetDateTime::now_utc().unix_timestamp(),
        id_token: "header.claims.signature".into(),
        nonce_salt: [7; 32],
    };
    stage
        .portal
        .approve_extension(&sam, yes.clone())
        .await
        .unwrap();
    let view = stage
        .portal
        .request(&dana, request)
        .await
        .unwrap()
        .grant
        .unwrap();
    assert_eq!(view.expires_at_ms, grant.expires_at_ms.plus_seconds(60));
    assert_eq!(
        valid_until(&stage, grant.id).await,
        view.expires_at_ms.millis() / 1000
    );
    assert_eq!(
        refused(stage.portal.extend(&dana, grant.id).await),
        Rule::ExtendedTooOften
    );
    stage
        .portal
        .end(&dana, grant.id, EndCause::Returned)
        .await
        .unwrap();
    rebuilt(&stage).await;
}

/// Until when the target lets the account log in, in seconds since 1970.
async fn valid_until(stage: &Stage, grant: GrantId) -> i64 {
    sqlx::query_scalar(
        "select extract(epoch from rolvaliduntil)::bigint from pg_roles where rolname = $1",
    )
    .bind(grant.account())
    .fetch_one(&stage.admin)
    .await
    .unwrap()
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_policy_change_needs_two_people(admin: PgPool) {
    let mut stage = stage(&admin).await;
    let (ada, otto) = (
        stage.person("ada", &["authors"]).await,
        stage.person("otto", &["authors"]).await,
    );
    let dana = stage.dana().await;
    let mut draft = whole();
    draft.duration.max_s = 300;
    assert_eq!(
        refused(
            stage
                .portal
                .propose_policy(&dana, draft.clone(), None)
                .await
        ),
        Rule::NotAuthor
    );
    let mut bad = draft.clone();
    bad.approval.stages[0].n = 0;
    assert!(matches!(
        stage.portal.propose_policy(&ada, bad, None).await,
        Err(Error::BadInput { field: "policy", message }) if message.contains("approval.stages[0].n")
    ));
    let proposal = stage
        .portal
        .propose_policy(&ada, draft.clone(), Some(1))
        .await
        .unwrap();
    assert_eq!(
        refused(stage.portal.activate(&ada, proposal).await),
        Rule::SelfActivation
    );
    assert_eq!(
        refused(stage.portal.activate(&dana, proposal).await),
        Rule::NotAuthor
    );
    let seen = stage.portal.proposal(&otto, proposal).await.unwrap();
    assert_eq!(
        (seen.row.refused, seen.row.by.unwrap().id),
        (None, ada.person)
    );
    assert_eq!(stage.portal.inbox(&otto).await.unwrap().proposals.len(), 1);
    assert!(stage.portal.inbox(&ada).await.unwrap().proposals.is_empty());
    stage.portal.activate(&otto, proposal).await.unwrap();
    let name = draft.name.clone();
    let (history, in_force) = stage.portal.policy_history(&name).await.unwrap();
    assert_eq!((history.len(), in_force), (2, Some(2)));
    assert_eq!(stage.portal.policy(&name).await.unwrap().policy, draft);

    // What the configuration says now is another text: it is proposed, and nobody's word.
    stage.restart().await;
    let proposals = stage.portal.proposals(&otto, None).await.unwrap();
    let [configured] = proposals.as_slice() else {
        panic!("{proposals:?}")
    };
    let seq = configured.row.seq;
    assert!(configured.row.by.is_none() && configured.row.may_endorse);
    stage.restart().await;
    assert_eq!(
        stage.portal.proposals(&otto, None).await.unwrap().len(),
        1,
        "once"
    );
    assert_eq!(
        refused(stage.portal.activate(&otto, seq).await),
        Rule::NotEndorsed
    );
    stage.portal.endorse(&otto, seq).await.unwrap();
    assert_eq!(
        refused(stage.portal.activate(&otto, seq).await),
        Rule::SelfActivation
    );
    stage.portal.withdraw_proposal(&ada, seq).await.unwrap();

    let retired = stage
        .portal
        .propose_retirement(&ada, name.clone())
        .await
        .unwrap();
    stage.portal.activate(&otto, retired).await.unwrap();
    assert!(matches!(
        stage.portal.policy(&name).await,
        Err(Error::NotFound)
    ));
    let late = stage.portal.submit(&dana, form("orders-whole")).await;
    assert_eq!(refused(late), Rule::UnknownPolicy);
    rebuilt(&stage).await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn one_person_with_two_identities_counts_once(admin: PgPool) {
    let stage = stage(&admin).await;
    let dana = stage.dana().await;
    let (ari, again) = (
        stage.ari().await,
        stage.person("ari-second", &["security"]).await,
    );
    let other = stage.person("dana-second", &["leads"]).await;
    let olga = stage.person("olga", &["operators"]).await;
    let request = stage.ask(&dana, "orders-admin").await;
    assert_eq!(
        refused(stage.portal.link(&ari, again.person, ari.person).await),
        Rule::NotOperator
    );
    assert_eq!(
        refused(stage.portal.link(&olga, olga.person, ari.person).await),
        Rule::SelfLink
    );
    stage
        .portal
        .link(&olga, again.person, ari.person)
        .await
        .unwrap();
    stage
        .portal
        .link(&olga, other.person, dana.person)
        .await
        .unwrap();
    stage.sign(&ari, request, Decision::Approve).await.unwrap();
    assert_eq!(
        refused(stage.sign(&again, request, Decision::Approve).await),
        Rule::AlreadySigned
    );
    assert_eq!(
        refused(stage.sign(&other, request, Decision::Approve).await),
        Rule::SelfApproval
    );
    let everybody = stage.portal.everybody(&olga).await.unwrap();
    let row = everybody
        .people
        .iter()
        .find(|row| row.person.id == ari.person)
        .unwrap();
    assert_eq!(row.identities.len(), 2);
    assert_eq!(row.identities[1].identity.as_ref().unwrap().1, "ari-second");
    assert!(matches!(
        stage.portal.everybody(&dana).await,
        Err(Error::Forbidden)
    ));
    rebuilt(&stage).await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_table_that_was_altered_is_named_and_put_right(admin: PgPool) {
    let stage = stage(&admin).await;
    let (dana, ari) = (stage.dana().await, stage.ari().await);
    let request = stage.ask(&dana, "orders-read").await;
    stage.sign(&ari, request, Decision::Approve).await.unwrap();
    rebuilt(&stage).await;
    sqlx::query("update request set state = 'denied', approvals = 7 where id = $1")
        .bind(request.uuid())
        .execute(&stage.admin)
        .await
        .unwrap();
    sqlx::query("delete from request_entry where request = $1 and seq = (select max(seq) from request_entry)")
        .bind(request.uuid())
        .execute(&stage.admin)
        .await
        .unwrap();
    let mut connection = PgConnection::connect_with(&stage.admin.connect_options())
        .await
        .unwrap();
    let origin = &stage.settings.origin;
    let found = rebuild(&mut connection, origin, false)
        .await
        .unwrap()
        .faults;
    let named: Vec<_> = found
        .iter()
        .map(|fault| (fault.table, fault.extra))
        .collect();
    assert_eq!(
        named,
        [
            ("request", true),
            ("request", false),
            ("request_entry", false)
        ]
    );
    assert!(found[0].row.contains("denied") && found[1].row.contains("approved"));
    assert_eq!(
        rebuild(&mut connection, origin, true).await.unwrap().faults,
        found
    );
    rebuilt(&stage).await;
    stage.portal.open(&dana, request).await.unwrap();
    // The portal's own role compares too.
    let mut own = crate::stage::service_pool(&admin)
        .await
        .acquire()
        .await
        .unwrap()
        .detach();
    assert_eq!(rebuild(&mut own, origin, false).await.unwrap().faults, []);
}
