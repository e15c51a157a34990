//! Times outside of the tolerance.

use time::Duration;
use tower_webhook::{Scheme, Tolerance};

use crate::support::{BODY, assert_observed, assert_proved, doctor, now, sign};

#[test]
fn how_far_a_time_is_off() {
    for (late, code, said) in [
        (Duration::seconds(301), "timestamp-old", "5 min 1 s before"),
        (Duration::days(3) + Duration::minutes(7), "timestamp-old", "3 d 7 min before"),
        (Duration::seconds(-301), "timestamp-new", "5 min 1 s after"),
        (Duration::days(-40), "timestamp-new", "40 d after"),
        (Duration::hours(2), "clock-zone", "2 h before"),
        (Duration::minutes(345) + Duration::seconds(4), "clock-zone", "5 h 45 min before"),
        (Duration::hours(-7) + Duration::seconds(3), "clock-zone", "7 h after"),
        (Duration::hours(2) + Duration::seconds(30), "timestamp-old", "2 h 30 s"),
        (Duration::hours(15), "timestamp-old", "15 h"),
    ] {
        let diagnosis =
            doctor(Scheme::STRIPE).now(now() + late).diagnose(&sign(Scheme::STRIPE, BODY), BODY);
        assert_proved(&diagnosis, &[code]);
        assert!(diagnosis.findings()[0].found().contains(said), "{diagnosis}");
    }
    let headers = sign(Scheme::STRIPE, BODY);
    let strict = Tolerance::symmetric(std::time::Duration::from_secs(1));
    let later = doctor(Scheme::STRIPE).now(now() + Duration::seconds(2));
    assert!(later.diagnose(&headers, BODY).verdict().is_ok());
    assert_proved(&later.tolerance(strict).diagnose(&headers, BODY), &["timestamp-old"]);
}

#[test]
fn a_time_is_one_of_two_faults() {
    let headers = sign(Scheme::STRIPE, BODY);
    let later = doctor(Scheme::STRIPE).now(now() + Duration::days(1));
    let diagnosis = later.diagnose(&headers, &[BODY, b"\n"].concat());
    assert_proved(&diagnosis, &["body-newline", "timestamp-old"]);
    assert_eq!(diagnosis.findings()[1].together_with(), Some("body-newline"));
    assert_observed(&later.diagnose(&headers, b"forged"), "timestamp-old");
}
