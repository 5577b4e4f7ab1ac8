//! What has to be true of whoever asks, and of what they say.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::{Network, TicketPattern, Window};
use crate::time::UnixMillis;

/// Conditions; each that is empty asks for nothing.
///
/// Windows bind ordinary access, when it is opened: emergencies keep no hours. The others bind both,
/// when access is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Conditions {
    /// The shortest acceptable reason, in characters.
    #[serde(default)]
    pub min_reason_chars: u32,
    /// A ticket is named, and looks like this.
    pub ticket: Option<TicketPattern>,
    /// An incident is named.
    #[serde(default)]
    pub incident: bool,
    /// The browser's address lies in one of these.
    #[serde(default)]
    pub networks: Vec<Network>,
    /// The identity provider vouched for one of these classes of authentication (`acr`).
    #[serde(default)]
    pub acr: Vec<String>,
    /// The sign-in used all of these methods (`amr`, RFC 8176).
    #[serde(default)]
    pub amr: Vec<String>,
    /// It is one of these times of the week.
    #[serde(default)]
    pub windows: Vec<Window>,
    /// By the clocks of this time zone, as the IANA database names it.
    pub zone: Option<String>,
    /// That zone's rule in the form of POSIX `TZ`. It stands in the policy so that everybody who replays
    /// a decision has the same one, whatever their own database says by then.
    pub zone_rule: Option<String>,
}

impl Conditions {
    /// Whether anything has to be known of where and how somebody signed in.
    pub(crate) fn ask_for_context(&self) -> bool {
        !(self.networks.is_empty() && self.acr.is_empty() && self.amr.is_empty())
    }

    /// Whether access may be opened at this moment, as far as the clock says.
    pub(crate) fn open_at(&self, at: UnixMillis) -> bool {
        self.windows.is_empty()
            || self.local(at).is_some_and(|(day, minute)| {
                self.windows.iter().any(|window| window.holds(day, minute))
            })
    }

    /// For each minute of a week, from Monday on, whether it lies in a window.
    pub(crate) fn week(&self) -> Vec<bool> {
        let minutes = (0..7_u8).flat_map(|day| (0..24 * 60_u16).map(move |minute| (day, minute)));
        let holds = |(day, minute)| self.windows.iter().any(|window| window.holds(day, minute));
        minutes.map(holds).collect()
    }

    /// Day of the week, from Monday as 0, and minute of the day, by the clocks of the zone.
    fn local(&self, at: UnixMillis) -> Option<(u8, u16)> {
        let zone = zone(self.zone_rule.as_deref()?)?;
        let local = zone.to_datetime(Timestamp::from_millisecond(at.millis()).ok()?);
        let day = u8::try_from(local.weekday().to_monday_zero_offset()).ok()?;
        let minute = i16::from(local.hour()) * 60 + i16::from(local.minute());
        Some((day, u16::try_from(minute).ok()?))
    }

    /// What the clocks of the zone say then: "Sun 02:30".
    pub(crate) fn local_words(&self, at: UnixMillis) -> Option<String> {
        let (day, minute) = self.local(at)?;
        let day = super::Day::ALL.get(usize::from(day))?.short();
        Some(format!("{day} {:02}:{:02}", minute / 60, minute % 60))
    }
}

/// The zone of a rule.
pub(super) fn zone(rule: &str) -> Option<TimeZone> {
    TimeZone::posix(rule).ok()
}
