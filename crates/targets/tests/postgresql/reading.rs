//! The reading of SQL, judged by a server: both must count the same statements.

use targets::sql::{Strings, classify};
use tokio_postgres::SimpleQueryMessage;

use crate::cluster::Cluster;

/// Pieces in which a semicolon or a quote may hide. Each is an expression on its own.
const PIECES: [&str; 24] = [
    "'a'",
    "';'",
    "'it''s; '",
    r"'\'",
    r"E'\'; '",
    r"e'\\'",
    "U&'\\0061;'",
    "u&'d!0061;' uescape '!'",
    "B'01'",
    "x'1F'",
    "n'a;'",
    "$$;$$",
    "$a$ ; $$ ; $a$",
    "$a_1$';$a_1$",
    "$é$;$é$",
    "1",
    "1.5e3",
    ".5",
    "'a'\n  ';'",
    "E'a' -- ;\n '\\';'",
    "1 --1 ; 2\n",
    "(2*/* ; /* ' */ ; */3)",
    "@ -5",
    "(array[1,2])[1]",
];

const BETWEEN: [&str; 8] = [
    ";", " ; ", "\n;\n", ";;", "; -- ;\n", ";/* ; */", "; ; ", ";\t",
];

/// A cheap sequence of numbers that is the same each time.
fn numbers(seed: u64) -> impl FnMut(usize) -> usize {
    let mut state = seed;
    move |below| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    }
}

#[tokio::test]
async fn texts_are_cut_where_the_server_cuts_them() {
    let cluster = Cluster::new();
    let look = cluster.look().await;
    let mut pick = numbers(7);
    for _ in 0..1_500 {
        let statements = 1 + pick(4);
        let mut text = String::new();
        for _ in 0..statements {
            let columns: Vec<String> = (0..1 + pick(3))
                .map(|_| format!("{} as \"a;{}\"", PIECES[pick(PIECES.len())], pick(9)))
                .collect();
            text.push_str("select ");
            text.push_str(&columns.join(", "));
            text.push_str(BETWEEN[pick(BETWEEN.len())]);
        }
        let answers = look
            .simple_query(&text)
            .await
            .unwrap_or_else(|fault| panic!("{text}: {fault:?}"));
        let ran = answers
            .iter()
            .filter(|answer| matches!(answer, SimpleQueryMessage::CommandComplete(_)))
            .count();
        let cut = targets::sql::split(&text, Strings::Standard);
        assert_eq!(cut.len(), ran, "{text}\n{cut:#?}");
        assert!(classify(&text).is_empty(), "{text}");
        // The same with something behind that must not go unseen.
        let with = format!("{text}; set role none");
        assert!(!classify(&with).is_empty(), "{with}");
    }
}

/// What the class names is what the server does by it.
#[tokio::test]
async fn every_way_to_another_role_is_seen() {
    let cluster = Cluster::new();
    let look = cluster.look().await;
    look.batch_execute("create role other; create role me login; grant other to me")
        .await
        .unwrap();
    for way in [
        "set role other",
        "set session role to other",
        "set \"role\" = 'other'",
        "SeT LoCaL rOlE/**/other",
        "set session authorization other",
        "select set_config('role', 'other', false)",
        "select set_config(lower('ROLE'), 'other', false)",
        "select \"pg_catalog\".\"set_config\"('Role', 'other', false)",
        "select U&\"set\\005fconfig\"('role', 'other', false)",
        "update pg_settings set setting = 'other' where name = 'role'",
        "set U&\"r\\006fle\" to other",
        "create function pg_temp.f() returns text language sql set role = other as 'select current_user::text'; select pg_temp.f()",
        "do $$ begin perform set_config('role', 'other', false); end $$",
        "set role other; discard all",
    ] {
        assert!(!classify(way).is_empty(), "{way}");
        // It is a way: the server takes it, so that this list has no straw in it.
        let superuser = way.contains("authorization");
        let taken = format!("begin; {way}");
        let session = match superuser {
            true => cluster.look().await,
            false => cluster.log_in_by_socket("me").await,
        };
        if let Err(fault) = session.batch_execute(&taken).await {
            let told = fault.to_string();
            let why = fault.as_db_error().map(|error| error.message().to_owned());
            assert!(way.contains("discard"), "{way}: {told} {why:?}");
        }
    }
}
