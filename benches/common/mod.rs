//! What the benches share.

mod delivery;

use std::time::Duration;

use criterion::Criterion;

pub(crate) use self::delivery::*;

#[allow(dead_code)]
pub(crate) fn criterion() -> Criterion {
    Criterion::default()
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1))
        .configure_from_args()
}
