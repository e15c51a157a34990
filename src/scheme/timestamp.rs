//! The format of a delivery's timestamp, and its tolerance.

use std::time::Duration;

use time::format_description::well_known::{Rfc2822, Rfc3339};
use time::{OffsetDateTime, UtcOffset};

use crate::clock::UnixTime;

/// The longest timestamp that is accepted, in bytes. RFC 3339 with nanoseconds and an offset has
/// 35.
pub(crate) const MAX_TEXT: usize = 40;

/// The format of a delivery's timestamp.
///
/// Numbers are read strictly: ASCII digits without a sign, a leading zero or a space, and exactly as
/// many as a time between 2001-09-09 and 2286-11-20 has. So a timestamp ends itself in the signed
/// content, whatever is next to it: no digit can move between it and the body.
///
/// # Examples
///
/// ```
/// use tower_webhook::Scheme;
/// use tower_webhook::scheme::TimestampFormat;
///
/// assert_eq!(Scheme::SLACK.timestamp_format(), Some(TimestampFormat::Seconds));
/// assert_eq!(Scheme::WORKOS.timestamp_format(), Some(TimestampFormat::Millis));
/// assert_eq!(Scheme::TWITCH.timestamp_format(), Some(TimestampFormat::Rfc3339));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TimestampFormat {
    /// Seconds since 1970-01-01T00:00:00Z, 10 digits.
    Seconds,
    /// Milliseconds since 1970-01-01T00:00:00Z, 13 digits.
    Millis,
    /// [RFC 3339](https://www.rfc-editor.org/rfc/rfc3339) with an upper-case `T`, as in
    /// `2026-11-21T09:30:00Z`.
    Rfc3339,
    /// [RFC 3339](https://www.rfc-editor.org/rfc/rfc3339) without the offset, which is that of UTC:
    /// `2026-11-21T09:30:00.123`. A literal has to end it before the body.
    Iso8601,
    /// The fixed form of [RFC 9110, section
    /// 5.6.7](https://www.rfc-editor.org/rfc/rfc9110#section-5.6.7): `Sat, 21 Nov 2026 09:30:00 GMT`,
    /// from the year 1900 on.
    HttpDate,
}

impl TimestampFormat {
    /// Writes `at` so that [`TimestampFormat::read`] accepts it, without any fraction of the
    /// format's unit. Returns `None` for a time that would be rejected.
    pub(crate) fn print(self, at: OffsetDateTime) -> Option<String> {
        let text = match self {
            Self::Seconds => at.unix_timestamp().to_string(),
            Self::Millis => at.unix_timestamp_nanos().div_euclid(1_000_000).to_string(),
            Self::Rfc3339 => rfc_3339(at)?,
            Self::Iso8601 => rfc_3339(at)?.trim_end_matches('Z').to_owned(),
            Self::HttpDate => str::from_utf8(&http_date(at)?).ok()?.to_owned(),
        };
        self.read(text.as_bytes()).is_some().then_some(text)
    }

    /// Reads a time. A text that is read is ASCII.
    #[inline]
    pub(crate) fn read(self, text: &[u8]) -> Option<UnixTime> {
        if text.len() > MAX_TEXT {
            return None;
        }
        match self {
            Self::Seconds => {
                Some(UnixTime { seconds: number(text, 10)?.try_into().ok()?, nanos: 0 })
            }
            Self::Millis => {
                let millis = number(text, 13)?;
                let nanos = u32::try_from(millis % 1000).ok()? * 1_000_000;
                Some(UnixTime { seconds: (millis / 1000).try_into().ok()?, nanos })
            }
            Self::Rfc3339 => {
                // The parser accepts any separator between date and time.
                if text.get(10) != Some(&b'T') {
                    return None;
                }
                let text = str::from_utf8(text).ok().filter(|text| text.is_ascii())?;
                OffsetDateTime::parse(text, &Rfc3339).ok().map(UnixTime::from)
            }
            Self::Iso8601 => {
                let mut whole = [b'Z'; MAX_TEXT];
                whole.get_mut(..text.len())?.copy_from_slice(text);
                Self::Rfc3339.read(whole.get(..=text.len())?)
            }
            Self::HttpDate => {
                let at = OffsetDateTime::parse(str::from_utf8(text).ok()?, &Rfc2822).ok()?;
                // The parser accepts more than the one form.
                (http_date(at)? == text).then(|| at.into())
            }
        }
    }

    /// Drops the part of `now` that the format cannot express, so that the verdict on a delivery
    /// exactly at the tolerance does not depend on the fraction of a second at which it is checked.
    fn truncate(self, now: UnixTime) -> UnixTime {
        let nanos = match self {
            Self::Seconds | Self::HttpDate => 0,
            Self::Millis => now.nanos / 1_000_000 * 1_000_000,
            Self::Rfc3339 | Self::Iso8601 => now.nanos,
        };
        UnixTime { nanos, ..now }
    }
}

/// How far the timestamp of a delivery may be from now. Exactly that far is still accepted.
///
/// Both directions have a limit: the bound on the past keeps a captured delivery from being sent
/// again later, and the bound on the future keeps a post-dated one from outliving the other bound.
/// Times are compared at the resolution of the timestamp, so in whole seconds if it has whole
/// seconds.
///
/// Each preset has its provider's own tolerance; the default is 5 minutes both ways, as in the
/// reference libraries of Standard Webhooks.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use tower_webhook::{Scheme, Tolerance};
///
/// let verifier = Scheme::STRIPE
///     .verifier("whsec_example")?
///     .tolerance(Tolerance::new(Duration::from_secs(600), Duration::from_secs(5)));
/// # Ok::<(), tower_webhook::InvalidSecret>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tolerance {
    past: Duration,
    future: Duration,
}

impl Tolerance {
    /// Allows the same distance in the past and in the future.
    #[must_use]
    pub const fn symmetric(distance: Duration) -> Self {
        Self::new(distance, distance)
    }

    /// Allows `past` before now and `future` after it.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use time::OffsetDateTime;
    /// use tower_webhook::{Scheme, Tolerance, VerifyError};
    ///
    /// let tolerance = Tolerance::new(Duration::from_secs(600), Duration::ZERO);
    /// let verifier = Scheme::SLACK.verifier("secret")?.tolerance(tolerance);
    ///
    /// let then = OffsetDateTime::from_unix_timestamp(1_700_000_000)?;
    /// let headers = Scheme::SLACK.signer("secret")?.sign(None, then, b"{}")?;
    /// let seconds = Duration::from_secs;
    /// assert!(verifier.verify_at(&headers, b"{}", then + seconds(600)).is_ok());
    /// let late = verifier.verify_at(&headers, b"{}", then + seconds(601)).unwrap_err();
    /// assert_eq!(late, VerifyError::TimestampTooOld);
    /// let early = verifier.verify_at(&headers, b"{}", then - seconds(1)).unwrap_err();
    /// assert_eq!(early, VerifyError::TimestampTooNew);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub const fn new(past: Duration, future: Duration) -> Self {
        Self { past, future }
    }

    /// Accepts any time at all: a captured delivery can be sent again forever.
    ///
    /// # Security
    ///
    /// This is only for replaying archived deliveries. The timestamp must still be present and well
    /// formed, and it is still covered by the signature.
    ///
    /// # Examples
    ///
    /// ```
    /// use time::OffsetDateTime;
    /// use tower_webhook::{Scheme, Tolerance};
    ///
    /// let then = OffsetDateTime::from_unix_timestamp(1_700_000_000)?;
    /// let headers = Scheme::SLACK.signer("secret")?.sign(None, then, b"{}")?;
    /// let verifier = Scheme::SLACK.verifier("secret")?;
    /// assert!(verifier.verify(&headers, b"{}").is_err());
    ///
    /// let archive = verifier.tolerance(Tolerance::dangerous_unlimited());
    /// assert!(archive.verify(&headers, b"{}").is_ok());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub const fn dangerous_unlimited() -> Self {
        Self::symmetric(Duration::MAX)
    }

    /// The longest time before now at which a delivery may have been signed.
    #[must_use]
    pub const fn past(&self) -> Duration {
        self.past
    }

    /// The longest time after now at which a delivery may claim to have been signed.
    #[must_use]
    pub const fn future(&self) -> Duration {
        self.future
    }

    /// [`Tolerance::default`], which cannot be `const`.
    pub(crate) const fn default_const() -> Self {
        Self::symmetric(Duration::from_secs(300))
    }

    /// Returns where `timestamp` lies, or `None` if it is inside the window.
    pub(crate) fn outside(
        &self,
        format: TimestampFormat,
        timestamp: UnixTime,
        now: UnixTime,
    ) -> Option<Outside> {
        let age = format.truncate(now).as_nanos() - timestamp.as_nanos();
        let distance = age.unsigned_abs();
        let seconds = || u64::try_from(distance.div_ceil(1_000_000_000)).unwrap_or(u64::MAX);
        match age.is_negative() {
            true => (distance > self.future.as_nanos()).then(|| Outside::Future(seconds())),
            false => (distance > self.past.as_nanos()).then(|| Outside::Past(seconds())),
        }
    }
}

/// The side on which a time outside the [`Tolerance`] lies, and how many seconds from now, rounded up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outside {
    Past(u64),
    Future(u64),
}

impl Default for Tolerance {
    /// 5 minutes both ways.
    fn default() -> Self {
        Self::default_const()
    }
}

fn rfc_3339(at: OffsetDateTime) -> Option<String> {
    at.checked_to_offset(UtcOffset::UTC)?.format(&Rfc3339).ok()
}

/// That of RFC 2822, but for the name of the offset. Not a `String`, because a request is to take nothing
/// from the heap.
fn http_date(at: OffsetDateTime) -> Option<[u8; 29]> {
    let mut text = *b"Thu, 01 Jan 1970 00:00:00 +0000";
    at.checked_to_offset(UtcOffset::UTC)?.format_into(&mut text.as_mut_slice(), &Rfc2822).ok()?;
    text.get_mut(26..29)?.copy_from_slice(b"GMT");
    text.first_chunk().copied()
}

/// Reads a number of so many digits, at most 15, so that the sum below cannot overflow even for
/// bytes that are not digits.
fn number(text: &[u8], digits: usize) -> Option<u64> {
    if text.len() != digits || text.first() == Some(&b'0') {
        return None;
    }
    // Not `str::parse`, which accepts a plus sign.
    let (number, plain) = text.iter().fold((0, true), |(number, plain), byte| {
        let digit = byte.wrapping_sub(b'0');
        (number * 10 + u64::from(digit), plain & (digit < 10))
    });
    plain.then_some(number)
}

#[cfg(test)]
mod tests {
    use TimestampFormat::{HttpDate, Iso8601, Millis, Rfc3339, Seconds};

    use super::*;

    fn at(seconds: i64) -> UnixTime {
        UnixTime { seconds, nanos: 0 }
    }

    fn time(format: TimestampFormat, text: &[u8]) -> Option<UnixTime> {
        format.read(text)
    }

    fn date(seconds: i64) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp(seconds).unwrap()
    }

    #[test]
    fn seconds_are_plain_digits() {
        assert_eq!(time(Seconds, b"1731705121"), Some(at(1_731_705_121)));
        assert_eq!(time(Seconds, b"1000000000"), Some(at(1_000_000_000)));
        assert_eq!(time(Seconds, b"9999999999"), Some(at(9_999_999_999)));
        let refused: &[&[u8]] = &[
            b"",
            b"+1731705121",
            b"-1",
            b"-9223372036854775808",
            b"01731705121",
            b"0",
            b"00",
            b"0731705121",
            b"999999999",
            b"10000000000",
            b"173170512",
            b"17317051210",
            b" 1731705121",
            b"1731705121 ",
            b"1731705121.0",
            b"17_31705121",
            b"1731:05121",
            b"1731/05121",
            b"1731705121abc",
            b"0x6737e521",
            b"1e9",
            b"253402300799",
            b"18446744073709551615",
            b"18446744073709551616",
            b"99999999999999999999999999999999999999999999999999",
            "１７３１７０５１２１".as_bytes(),
            b"\xff",
            b"/1700000000",
        ];
        for text in refused {
            assert_eq!(time(Seconds, text), None, "{}", String::from_utf8_lossy(text));
        }
        for size in 0..=MAX_TEXT {
            // The byte before the digits counts the most.
            assert_eq!(time(Seconds, &vec![b'/'; size]), None, "{size} bytes");
        }
    }

    #[test]
    fn millis_keep_their_resolution() {
        let read = time(Millis, b"1731705121042").unwrap();
        assert_eq!(read, UnixTime { seconds: 1_731_705_121, nanos: 42_000_000 });
        let year = |text| {
            let time = time(Millis, text).and_then(UnixTime::to_offset_date_time);
            time.map(OffsetDateTime::year)
        };
        assert_eq!(year(b"1000000000000"), Some(2001));
        assert_eq!(year(b"9999999999999"), Some(2286));
        for text in [&b"999999999999"[..], b"10000000000000", b"0731705121042", b"1731705121"] {
            assert_eq!(Millis.read(text), None);
        }
    }

    #[test]
    fn rfc_3339_is_read_with_fraction_and_offset() {
        assert_eq!(time(Rfc3339, b"2024-11-15T21:12:01Z"), Some(at(1_731_705_121)));
        assert_eq!(time(Rfc3339, b"2024-11-15T13:12:01-08:00"), Some(at(1_731_705_121)));
        let nanos = time(Rfc3339, b"2019-11-16T10:11:12.634234626Z").unwrap();
        assert_eq!(nanos.nanos, 634_234_626);
        let longest = b"2024-11-15T21:12:01.0000000000000000000Z";
        assert_eq!((longest.len(), time(Rfc3339, longest)), (MAX_TEXT, Some(at(1_731_705_121))));
        let refused: &[&[u8]] = &[
            b"",
            b"2024-11-15",
            b"2024-11-15 21:12:01Z",
            b"2024-11-15t21:12:01Z",
            b"2024-11-15T21:12:01",
            b"2024-11-15T21:12Z",
            b"2024-13-15T21:12:01Z",
            b" 2024-11-15T21:12:01Z",
            b"2024-11-15T21:12:01Z ",
            b"1731705121",
            b"2024-11-15T21:12:01.00000000000000000000Z",
        ];
        for text in refused {
            assert_eq!(time(Rfc3339, text), None, "{}", String::from_utf8_lossy(text));
        }
    }

    #[test]
    fn a_date_without_offset_is_in_utc() {
        assert_eq!(time(Iso8601, b"2024-11-15T21:12:01"), Some(at(1_731_705_121)));
        let read = time(Iso8601, b"2024-11-15T21:12:01.042").unwrap();
        assert_eq!(read, UnixTime { seconds: 1_731_705_121, nanos: 42_000_000 });
        for text in [
            "2024-11-15T21:12:01Z",
            "2024-11-15T21:12:01+00:00",
            "2024-11-15 21:12:01",
            "2024-11-15",
            "2024-11-15T21:12:01.",
            "2024-11-15T21:12:01.00000000000000000000",
            "",
        ] {
            assert_eq!(time(Iso8601, text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn an_http_date_has_one_form() {
        assert_eq!(time(HttpDate, b"Fri, 15 Nov 2024 21:12:01 GMT"), Some(at(1_731_705_121)));
        assert_eq!(time(HttpDate, b"Thu, 29 Feb 2024 00:00:00 GMT"), Some(at(1_709_164_800)));
        for text in [
            "Sat, 15 Nov 2024 21:12:01 GMT",
            "fri, 15 Nov 2024 21:12:01 GMT",
            "Fri, 15 nov 2024 21:12:01 GMT",
            "Fri, 5 Nov 2024 21:12:01 GMT",
            "Fri, 15 Nov 2024 21:12:01 UTC",
            "Fri, 15 Nov 2024 21:12:01 +0000",
            "Fri, 15 Nov 2024 21:12:60 GMT",
            "Fri, 15 Nov 2024 24:00:00 GMT",
            "Wed, 29 Feb 2023 00:00:00 GMT",
            "Fri, 15 Nov 2024 +1:12:01 GMT",
            "Fri, 15 Nov 2024 21:12:01 (GMT) GMT",
            "Fri, 15 Nov 1895 21:12:01 GMT",
            "Friday, 15-Nov-24 21:12:01 GMT",
            "Fri Nov 15 21:12:01 2024",
            "Fri, 15 Nov 2024 21:12:01 GMT ",
            "",
        ] {
            assert_eq!(time(HttpDate, text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn printing_is_the_inverse_of_reading() {
        for format in [Seconds, Millis, Rfc3339, Iso8601, HttpDate] {
            let text = format.print(date(1_731_705_121)).unwrap();
            assert_eq!(time(format, text.as_bytes()), Some(at(1_731_705_121)));
            let west = date(1_731_705_121).to_offset(UtcOffset::from_hms(-8, 0, 0).unwrap());
            assert_eq!(format.print(west).unwrap(), text);
        }
        // The first and the last second that are numbers of the right length.
        let (first, last) = (1_000_000_000, 9_999_999_999);
        for format in [Seconds, Millis] {
            for seconds in [-1, 0, first - 1, last + 1] {
                assert_eq!(format.print(date(seconds)), None, "{seconds}");
            }
            assert!(format.print(date(first)).is_some() && format.print(date(last)).is_some());
        }
    }

    #[test]
    fn exactly_at_the_tolerance_is_accepted_wherever_in_the_second() {
        let tolerance = Tolerance::new(Duration::from_secs(300), Duration::from_secs(60));
        for nanos in [0, 1, 999_999_999] {
            let now = UnixTime { seconds: 10_000, nanos };
            let check = |seconds| tolerance.outside(Seconds, at(seconds), now);
            assert_eq!(check(10_000), None);
            assert_eq!(check(9_700), None);
            assert_eq!(check(9_699), Some(Outside::Past(301)));
            assert_eq!(check(10_060), None);
            assert_eq!(check(10_061), Some(Outside::Future(61)));
        }
    }

    #[test]
    fn the_resolution_of_the_check_is_that_of_the_format() {
        let tolerance = Tolerance::symmetric(Duration::from_secs(1));
        let now = UnixTime { seconds: 1_000_000_010, nanos: 500_999_999 };
        let check = |format, text| tolerance.outside(format, time(format, text).unwrap(), now);
        assert_eq!(check(Millis, b"1000000009500"), None);
        assert_eq!(check(Millis, b"1000000009499"), Some(Outside::Past(2)));
        assert_eq!(check(Rfc3339, b"2001-09-09T01:46:49.500999999Z"), None);
        let old = check(Rfc3339, b"2001-09-09T01:46:49.500999998Z");
        assert_eq!(old, Some(Outside::Past(2)));
    }

    #[test]
    fn no_time_is_too_far_for_the_unlimited_tolerance() {
        let unlimited = Tolerance::dangerous_unlimited();
        assert_eq!(unlimited.outside(Seconds, at(0), at(253_402_300_799)), None);
        assert_eq!(unlimited.outside(Seconds, at(253_402_300_799), at(0)), None);
    }

    #[test]
    fn the_default_is_five_minutes_both_ways() {
        assert_eq!(Tolerance::default(), Tolerance::symmetric(Duration::from_secs(300)));
    }
}
