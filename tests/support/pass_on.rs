//! Replay guards that differ from another one in a method or two.

/// The methods of a `ReplayGuard` that only pass a call on, to the guard in the field that is named first.
macro_rules! pass_on {
    ($to:tt: $($method:ident)*) => {
        $(pass_on!(@$method $to);)*
    };
    (@claim $to:tt) => {
        async fn claim(&self, key: &ReplayKey, lease: Duration) -> Result<Claim, ReplayError> {
            self.$to.claim(key, lease).await
        }
    };
    (@commit $to:tt) => {
        async fn commit(
            &self,
            key: &ReplayKey,
            lease: &Lease,
            keep: Duration,
        ) -> Result<(), ReplayError> {
            self.$to.commit(key, lease, keep).await
        }
    };
    (@release $to:tt) => {
        async fn release(&self, key: &ReplayKey, lease: &Lease) -> Result<(), ReplayError> {
            self.$to.release(key, lease).await
        }
    };
    (@extend $to:tt) => {
        async fn extend(
            &self,
            key: &ReplayKey,
            lease: &Lease,
            by: Duration,
        ) -> Result<(), ReplayError> {
            self.$to.extend(key, lease, by).await
        }
    };
}
