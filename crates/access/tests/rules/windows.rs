//! Times of the week by the clocks of a place: summer time, nights, odd offsets, leap days.

use access::command::Command;
use access::event::{Event, Mode};
use access::policy::{Day, Extend, Policy, TimeOfDay, Window};
use access::refusal::Rule;
use access::time::UnixMillis;

use crate::company::{ARI, DANA, orders_admin, orders_read, portal, who};
use crate::stage::{Stage, ask_as, grant, request};

const BERLIN: (&str, &str) = ("Europe/Berlin", "CET-1CEST,M3.5.0,M10.5.0/3");
const NEW_YORK: (&str, &str) = ("America/New_York", "EST5EDT,M3.2.0,M11.1.0");
const LORD_HOWE: (&str, &str) = (
    "Australia/Lord_Howe",
    "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0",
);
const KOLKATA: (&str, &str) = ("Asia/Kolkata", "IST-5:30");

fn window(days: &[Day], from: &str, to: &str) -> Window {
    let time = |text: &str| TimeOfDay::try_from(text.to_owned()).unwrap();
    Window {
        days: days.to_vec(),
        from: time(from),
        to: time(to),
    }
}

fn policy((zone, rule): (&str, &str), windows: &[Window]) -> Policy {
    let mut policy = orders_read();
    policy.conditions.windows = windows.to_vec();
    policy.conditions.zone = Some(zone.into());
    policy.conditions.zone_rule = Some(rule.into());
    policy
}

/// Seconds since 1970 of a moment in UTC, counted day by day.
fn utc(text: &str) -> i64 {
    let number = |at: usize, len: usize| text[at..at + len].parse::<i64>().unwrap();
    let (year, month, day) = (number(0, 4), number(5, 2), number(8, 2));
    let leap = |year: i64| (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    let lengths = |year| {
        [
            31,
            28 + i64::from(leap(year)),
            31,
            30,
            31,
            30,
            31,
            31,
            30,
            31,
            30,
            31,
        ]
    };
    let years: i64 = (1970..year)
        .map(|year| lengths(year).iter().sum::<i64>())
        .sum();
    let months: i64 = lengths(year)[..month as usize - 1].iter().sum();
    (years + months + day - 1) * 86_400 + number(11, 2) * 3_600 + number(14, 2) * 60 + number(17, 2)
}

/// Whether an approved request is opened at each moment, by decide and by a replay.
fn opens(policy: &Policy, moments: &[(&str, bool)]) {
    for (moment, open) in moments {
        let mut stage = Stage::set_under(std::slice::from_ref(policy));
        let at_ms = utc(moment) * 1_000;
        stage.now_ms = stage.now_ms.max(at_ms - 60_000);
        stage.approve(1);
        stage.now_ms = at_ms;
        if *open {
            stage.intend(1);
        } else {
            assert_eq!(stage.not_opened(1), Rule::OutsideWindow, "{moment}");
        }
    }
}

#[test]
fn a_day_is_counted_right() {
    assert_eq!(utc("1970-01-01T00:00:00"), 0);
    assert_eq!(
        utc("2026-01-05T08:00:00") * 1_000 + 500,
        crate::stage::BEGIN_MS
    );
    assert_eq!(
        utc("2028-03-01T00:00:00") - utc("2028-02-28T00:00:00"),
        2 * 86_400
    );
}

#[test]
fn ordinary_access_is_opened_within_its_window_only() {
    let days = [Day::Mon, Day::Tue, Day::Wed, Day::Thu, Day::Fri];
    let policy = policy(BERLIN, &[window(&days, "08:00", "18:00")]);
    // Winter: UTC and an hour. Summer: and two. 2026-07-03 is a Friday.
    opens(
        &policy,
        &[
            ("2026-01-06T06:59:59", false),
            ("2026-01-06T07:00:00", true),
            ("2026-01-06T16:59:59", true),
            ("2026-01-06T17:00:00", false),
            ("2026-07-03T05:59:59", false),
            ("2026-07-03T06:00:00", true),
            ("2026-07-03T15:59:59", true),
            ("2026-07-03T16:00:00", false),
            ("2026-07-04T10:00:00", false),
            ("2026-07-05T10:00:00", false),
        ],
    );
}

#[test]
fn a_window_binds_the_opening_and_no_emergency() {
    let mut glass = orders_admin();
    let closed = policy(BERLIN, &[window(&[Day::Sat], "08:00", "09:00")]);
    glass.conditions = closed.conditions.clone();
    let mut stage = Stage::set_under(&[closed, glass]);
    // A Monday: it is asked for, approved, and not opened.
    stage.approve(1);
    assert_eq!(stage.not_opened(1), Rule::OutsideWindow);
    stage.run(&who(DANA), ask_as(2, "orders-admin", Mode::Emergency, 900));
    let grant = grant(2);
    stage.run(&portal(), Command::ConfirmGrant { grant });
    // What was opened within the window is shown and held beyond its end.
    assert_eq!(
        stage.no_word(&who(ARI), stage.word(1, access::event::Decision::Deny)),
        Rule::WrongState
    );
}

/// 2026-03-29: 02:00 becomes 03:00. No clock shows 02:30 that night.
#[test]
fn the_missing_hour_opens_nothing() {
    let policy = policy(BERLIN, &[window(&[Day::Sun], "02:00", "03:00")]);
    opens(
        &policy,
        &[
            ("2026-03-22T00:59:59", false),
            ("2026-03-22T01:00:00", true),
            ("2026-03-22T01:59:59", true),
            ("2026-03-29T00:59:59", false),
            ("2026-03-29T01:00:00", false),
            ("2026-03-29T01:30:00", false),
            ("2026-04-05T00:00:00", true),
            ("2026-04-05T01:00:00", false),
        ],
    );
}

/// 2026-10-25: 03:00 becomes 02:00. The clocks show 02:30 twice, and both are 02:30.
#[test]
fn the_repeated_hour_opens_twice() {
    let policy = policy(BERLIN, &[window(&[Day::Sun], "02:00", "03:00")]);
    opens(
        &policy,
        &[
            ("2026-10-24T23:59:59", false),
            ("2026-10-25T00:00:00", true),
            ("2026-10-25T00:59:59", true),
            ("2026-10-25T01:00:00", true),
            ("2026-10-25T01:59:59", true),
            ("2026-10-25T02:00:00", false),
            ("2026-11-01T01:00:00", true),
        ],
    );
}

#[test]
fn a_night_into_summer_time_is_an_hour_shorter() {
    let policy = policy(BERLIN, &[window(&[Day::Sat], "22:00", "06:00")]);
    opens(
        &policy,
        &[
            ("2026-03-28T20:59:59", false),
            ("2026-03-28T21:00:00", true),
            ("2026-03-29T03:59:59", true),
            ("2026-03-29T04:00:00", false),
            ("2026-10-24T20:00:00", true),
            ("2026-10-25T04:59:59", true),
            ("2026-10-25T05:00:00", false),
        ],
    );
}

/// 2026-03-08 and 2026-11-01, each at 02:00.
#[test]
fn new_york_is_behind_and_changes_at_its_own_time() {
    let policy = policy(NEW_YORK, &[window(&[Day::Sun], "01:00", "03:00")]);
    opens(
        &policy,
        &[
            ("2026-03-08T05:59:59", false),
            ("2026-03-08T06:00:00", true),
            ("2026-03-08T06:59:59", true),
            ("2026-03-08T07:00:00", false),
            ("2026-11-01T04:59:59", false),
            ("2026-11-01T05:00:00", true),
            ("2026-11-01T06:30:00", true),
            ("2026-11-01T07:59:59", true),
            ("2026-11-01T08:00:00", false),
            // The evening of a Sunday, and still Sunday's morning in Europe's terms.
            ("2026-07-05T05:00:00", true),
        ],
    );
}

/// Half an hour of summer time, in the south: it ends on 2026-04-05 at 02:00, begins on 2026-10-04.
#[test]
fn lord_howe_moves_by_half_an_hour() {
    let policy = policy(LORD_HOWE, &[window(&[Day::Sun], "01:30", "02:00")]);
    opens(
        &policy,
        &[
            // Summer, 11 h ahead; then the half hour from 01:30 comes again, 10½ h ahead.
            ("2026-04-04T14:29:59", false),
            ("2026-04-04T14:30:00", true),
            ("2026-04-04T15:00:00", true),
            ("2026-04-04T15:29:59", true),
            ("2026-04-04T15:30:00", false),
            ("2026-10-03T15:00:00", true),
            ("2026-10-03T15:29:59", true),
            ("2026-10-03T15:30:00", false),
        ],
    );
    let missing = super::windows::policy(LORD_HOWE, &[window(&[Day::Sun], "02:00", "02:30")]);
    opens(
        &missing,
        &[
            ("2026-10-03T15:29:59", false),
            ("2026-10-03T15:30:00", false),
            ("2026-10-10T15:00:00", true),
        ],
    );
}

#[test]
fn kolkata_is_five_hours_and_a_half_ahead_all_year() {
    let policy = policy(KOLKATA, &[window(&[Day::Mon], "00:00", "24:00")]);
    for (sunday, monday) in [("2026-01-11", "2026-01-12"), ("2026-07-05", "2026-07-06")] {
        opens(
            &policy,
            &[
                (&format!("{sunday}T18:29:59"), false),
                (&format!("{sunday}T18:30:00"), true),
                (&format!("{monday}T18:29:59"), true),
                (&format!("{monday}T18:30:00"), false),
            ],
        );
    }
}

/// 2028-02-29 is a Tuesday, and 2028-03-01 a Wednesday.
#[test]
fn a_leap_day_is_a_day() {
    let policy = policy(BERLIN, &[window(&[Day::Tue], "00:00", "24:00")]);
    opens(
        &policy,
        &[
            ("2028-02-28T22:59:59", false),
            ("2028-02-28T23:00:00", true),
            ("2028-02-29T22:59:59", true),
            ("2028-02-29T23:00:00", false),
        ],
    );
}

/// 2026-12-31 is a Thursday: its night is Friday's morning, in another year.
#[test]
fn a_night_goes_on_into_the_new_year() {
    let policy = policy(BERLIN, &[window(&[Day::Thu], "22:00", "02:00")]);
    opens(
        &policy,
        &[
            ("2026-12-31T20:59:59", false),
            ("2026-12-31T21:00:00", true),
            ("2026-12-31T22:59:59", true),
            ("2026-12-31T23:00:00", true),
            ("2027-01-01T00:59:59", true),
            ("2027-01-01T01:00:00", false),
            ("2027-01-01T21:30:00", false),
        ],
    );
}

#[test]
fn the_night_of_a_sunday_ends_on_monday() {
    let policy = policy(BERLIN, &[window(&[Day::Sun], "22:00", "06:00")]);
    opens(
        &policy,
        &[
            ("2026-01-11T20:59:59", false),
            ("2026-01-11T21:00:00", true),
            ("2026-01-12T04:59:59", true),
            ("2026-01-12T05:00:00", false),
            ("2026-01-12T21:30:00", false),
        ],
    );
    // And one of several is enough.
    let both = super::windows::policy(
        BERLIN,
        &[
            window(&[Day::Sun], "22:00", "06:00"),
            window(&[Day::Mon], "22:00", "23:00"),
        ],
    );
    opens(
        &both,
        &[
            ("2026-01-12T21:30:00", true),
            ("2026-01-12T22:00:00", false),
        ],
    );
}

/// A moment that no calendar holds is in no window.
#[test]
fn beyond_every_calendar_nothing_opens() {
    let mut stage = Stage::set_under(&[policy(BERLIN, &[window(&Day::ALL, "00:00", "24:00")])]);
    stage.approve(1).clone().intend(1);
    let asked = stage.state.request(request(1)).unwrap();
    assert!(asked.lapses_at < UnixMillis::new(i64::MAX));
    stage.now_ms = i64::MAX - 20_000_000;
    stage.run(&who(DANA), crate::stage::ask(2, "orders-read"));
    stage.yes(ARI, 2);
    assert_eq!(stage.not_opened(2), Rule::OutsideWindow);
}

/// What may not be opened at an hour is not kept open into it either.
#[test]
fn access_is_made_longer_within_the_window_only() {
    let (times, by_s, proof) = (3, 600, None);
    for approval in [false, true] {
        let mut policy = policy(BERLIN, &[window(&[Day::Mon], "08:00", "10:00")]);
        policy.duration.extend = Some(Extend {
            times,
            by_s,
            approval,
        });
        let mut stage = Stage::set_under(&[policy]);
        stage.now_ms = utc("2026-01-12 08:50:00") * 1_000;
        stage.open(1);
        let grant = grant(1);
        let expires_at_ms = stage.state.grant(grant).unwrap().expires_at;
        let (command, event) = if approval {
            let asked = Event::ExtensionAsked { grant };
            (Command::AskExtension { grant }, asked)
        } else {
            let extended = Event::GrantExtended {
                grant,
                request: request(1),
                expires_at_ms: expires_at_ms.plus_seconds(by_s),
                proof,
            };
            (Command::ExtendGrant { grant, proof }, extended)
        };
        stage.clone().run(&who(DANA), command.clone());
        stage.now_ms = utc("2026-01-12 09:00:00") * 1_000;
        let rule = stage.refused_and_found(&who(DANA), command.clone(), event);
        assert_eq!(rule, Rule::OutsideWindow);
    }
}
