//! What fetching writes into the log: enough for the operator, and no secret.

#![cfg(all(feature = "velt", feature = "spaaza", feature = "tracing"))]
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod provider;

use std::io::{self, Write};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use provider::{
    Behaviour, Provider, SPAAZA_KEY, SPAAZA_KEY_ID, SPAAZA_SESSION_KEY, SPAAZA_USER_ID,
    VELT_API_KEY, VELT_AUTH_TOKEN, VELT_DISABLED, VELT_ENDPOINT, VELT_NOT_FOUND, VELT_SECRET,
    VELT_SUCCESS,
};
use time::OffsetDateTime;
use tower_webhook::{EndpointId, Scheme, SecretCache, Spaaza, Velt};

#[tokio::test]
async fn a_log_of_everything_shows_no_secret_and_no_credential() {
    let log = Log::default();
    let writer = log.clone();
    tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .init();

    let provider = Provider::start().await;
    let seconds = Arc::new(AtomicI64::new(1_700_000_000));
    let now = {
        let seconds = Arc::clone(&seconds);
        move || OffsetDateTime::from_unix_timestamp(seconds.load(Ordering::SeqCst)).unwrap()
    };
    let velt = Velt::new(VELT_API_KEY, VELT_AUTH_TOKEN).unwrap();
    let velt = velt.base_url(&provider.base_url()).unwrap();
    let velt = SecretCache::builder(Scheme::VELT, velt).retries(0).clock(now.clone()).build();
    let endpoint = EndpointId::new(VELT_ENDPOINT).unwrap();
    let spaaza = Spaaza::new(SPAAZA_USER_ID, SPAAZA_SESSION_KEY).unwrap();
    let spaaza = spaaza.base_url(&provider.base_url()).unwrap();
    let spaaza = SecretCache::builder(Scheme::SPAAZA, spaaza).retries(0).clock(now).build();

    velt.warm(&endpoint).await.unwrap();
    spaaza.warm(&EndpointId::from(SPAAZA_KEY_ID)).await.unwrap();
    seconds.fetch_add(300, Ordering::SeqCst);
    let other = "whsec_plJ3nmyCDGBKInavdOK15jsl";
    provider.set_velt(VELT_ENDPOINT, other);
    velt.warm(&endpoint).await.unwrap();
    for behaviour in [
        Behaviour::answer(400, VELT_DISABLED),
        Behaviour::answer(500, &format!("{VELT_SECRET} {VELT_API_KEY}")),
        Behaviour::answer(200, &VELT_SUCCESS.replace("whsec_", "")),
        Behaviour::Truncated(VELT_SUCCESS.to_owned()),
        Behaviour::Oversized(100_000),
        Behaviour::answer(404, VELT_NOT_FOUND),
    ] {
        provider.behave(behaviour);
        seconds.fetch_add(300, Ordering::SeqCst);
        assert!(velt.warm(&endpoint).await.is_err());
        assert!(spaaza.warm(&EndpointId::from(SPAAZA_KEY_ID)).await.is_err());
    }

    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    for line in [
        "webhook secrets replaced",
        "provider is not set up for this (\"Advanced webhooks are disabled",
        "webhook secrets not found",
    ] {
        assert!(log.contains(line), "{line} not in {log}");
    }
    for hidden in [
        VELT_API_KEY,
        VELT_AUTH_TOKEN,
        SPAAZA_SESSION_KEY,
        SPAAZA_KEY,
        &VELT_SECRET["whsec_".len()..],
        &other["whsec_".len()..],
    ] {
        assert!(!log.contains(hidden), "{hidden} in {log}");
    }
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
