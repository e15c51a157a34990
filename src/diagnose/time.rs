//! Hypotheses about the time. They need no other content: what is signed is the text.

use time::OffsetDateTime;

use crate::clock::UnixTime;
use crate::diagnose::finding::{CLOCK_ZONE, Finding, TIMESTAMP_NEW, TIMESTAMP_OLD};
use crate::scheme::timestamp::{Outside, TimestampFormat, Tolerance};

/// The zones of the world differ by multiples of this.
const QUARTER: u64 = 15 * 60;

/// The zone that is farthest from UTC.
const FARTHEST: u64 = 14 * 3600;

/// How far clocks are from each other that are set, together with the time that a delivery takes.
const SLACK: u64 = 10;

/// What is wrong with a time, if anything is.
pub(super) fn outside(
    tolerance: Tolerance,
    format: TimestampFormat,
    at: UnixTime,
    now: OffsetDateTime,
) -> Option<Finding> {
    let now = UnixTime::from(now);
    let side = tolerance.outside(format, at, now)?;
    let off = now.seconds.abs_diff(at.seconds);
    let (code, way) = match side {
        Outside::Past(_) => (&TIMESTAMP_OLD, "before"),
        Outside::Future(_) => (&TIMESTAMP_NEW, "after"),
    };
    let from_zone = (off + SLACK) % QUARTER;
    let is_zone = off + SLACK >= QUARTER && off <= FARTHEST + SLACK && from_zone <= 2 * SLACK;
    let code = if is_zone { &CLOCK_ZONE } else { code };
    let quarters = (off + SLACK) / QUARTER;
    let found = match is_zone {
        true => format!(
            "The delivery was signed {} {way} now, a whole number of quarter hours.",
            length(quarters * QUARTER)
        ),
        false => {
            let most = match side {
                Outside::Past(_) => tolerance.past(),
                Outside::Future(_) => tolerance.future(),
            };
            format!(
                "The delivery was signed {} {way} now, and {} are allowed.",
                length(off),
                length(most.as_secs())
            )
        }
    };
    Some(code.observed(found))
}

fn length(seconds: u64) -> String {
    let (days, hours, minutes, rest) =
        (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    let units = [(days, "d"), (hours, "h"), (minutes, "min"), (rest, "s")];
    let said: Vec<_> = units
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .take(2)
        .map(|(count, unit)| format!("{count} {unit}"))
        .collect();
    if said.is_empty() { "0 s".to_owned() } else { said.join(" ") }
}
