//! What a verification takes from the heap: nothing if the body is complete. In a stream it is
//! a block for each Ed25519 signature that runs along, one for a key of P-256, and a list of what there
//! is more than usual of: secrets beyond the first, signatures beyond the first.
//!
//! One test, because the counter counts all threads of the process. The harness has another, which
//! takes something now and then: so each count is the least of three.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod support;

use http::{HeaderMap, HeaderValue};
use support::{NOW, bytewise, read, request, sign, verifier};
use tower_webhook::scheme::{Algorithm, Part};
use tower_webhook::{Scheme, Secret, Verifier, VerifyError};

#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

const BODY: &[u8] = &[b'x'; 2048];

/// What `run` returns, and how many blocks it takes from the heap.
fn counted<T>(mut run: impl FnMut() -> T) -> (T, u64) {
    let tries = [(); 3].map(|()| counted_once(&mut run));
    tries.into_iter().min_by_key(|(_, blocks)| *blocks).unwrap()
}

fn counted_once<T>(run: impl FnOnce() -> T) -> (T, u64) {
    let before = dhat::HeapStats::get().total_blocks;
    let result = run();
    (result, dhat::HeapStats::get().total_blocks - before)
}

#[test]
fn verifying_takes_nothing_from_the_heap() {
    let _profiler = dhat::Profiler::builder().testing().build();
    // The counter works.
    assert_eq!(counted(|| Box::new(7)).1, 1);

    // Another port is another URL, which is written.
    for scheme in bytewise().filter(|scheme| !scheme.optional_port()) {
        let verifier = verifier(scheme);
        let good = sign(scheme, BODY);
        check(&verifier, &good, Ok(()), "good");
        let mut names: Vec<_> = read(scheme, &good).map(|(name, _)| name.clone()).collect();
        names.dedup();
        for name in names {
            let mut missing = good.clone();
            missing.remove(&name);
            check_refused(&verifier, &missing, "missing");
            let mut malformed = good.clone();
            malformed.insert(&name, HeaderValue::from_static("!"));
            check_refused(&verifier, &malformed, "malformed");
            let mut repeated = good.clone();
            repeated.append(&name, good[&name].clone());
            if !scheme.repeated_signature() {
                check_refused(&verifier, &repeated, "repeated");
            }
        }
        let other = sign(scheme, b"another body");
        check(&verifier, &other, Err(VerifyError::Mismatch), "mismatch");
    }

    // An id of 64 bytes, and many signatures.
    let verifier = verifier(Scheme::STANDARD);
    let signer = support::signer(Scheme::STANDARD);
    let long = signer.sign("i".repeat(64).as_str(), support::at(NOW), BODY).unwrap();
    check(&verifier, &long, Ok(()), "long id");
    let mut many = sign(Scheme::STANDARD, BODY);
    let wrong = "v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= ".repeat(31);
    let list = wrong + many["webhook-signature"].to_str().unwrap();
    many.insert("webhook-signature", list.parse().unwrap());
    let whole = counted(|| verifier.verify(&many, BODY).is_ok());
    assert_eq!(whole, (true, 0), "many signatures");
    // A stream keeps those after the first in one list, which grows from 4 to 32.
    check_stream(&verifier, &many, Ok(()), 4, "many signatures");
    let again = format!("{list} {list}");
    many.insert("webhook-signature", again.parse().unwrap());
    check(&verifier, &many, Err(VerifyError::TooManySignatures), "too many signatures");

    // Of the secrets that run along a stream all but one are in one list, which grows from 4 to 16.
    let mut rotating = Scheme::GITHUB.verifier("newest").unwrap();
    for text in ["newer", "older", "It's a Secret to Everybody"] {
        rotating = rotating.add_secret(Scheme::GITHUB.secret(text).unwrap()).unwrap();
    }
    check_stream(&rotating, &sign(Scheme::GITHUB, BODY), Ok(()), 1, "four secrets");

    let mut sixteen = Scheme::GITHUB.verifier("It's a Secret to Everybody").unwrap();
    for number in 1..16 {
        sixteen = sixteen.add_secret(Secret::utf8(&number.to_string()).unwrap()).unwrap();
    }
    check_stream(&sixteen, &sign(Scheme::GITHUB, BODY), Ok(()), 3, "sixteen secrets");

    #[cfg(all(feature = "tower", feature = "fetch"))]
    layer::takes_the_same_few_blocks_whatever_comes();
}

fn check_refused(verifier: &Verifier, headers: &HeaderMap, what: &str) {
    let parts = request(headers);
    let (error, blocks) = counted(|| verifier.verify(&parts, BODY).err());
    assert!(error.is_some(), "{verifier:?} {what}");
    assert_eq!(blocks, 0, "{verifier:?} {what}");
    let (begins, blocks) = counted(|| verifier.begin(&parts).is_ok());
    assert_eq!(blocks, u64::from(begins && has_two(verifier)), "{verifier:?} {what}");
}

/// Whether the text of the secret may be read in two ways.
fn has_two(verifier: &Verifier) -> bool {
    format!("{verifier:?}").contains("secrets: 2")
}

fn check(verifier: &Verifier, headers: &HeaderMap, expected: Result<(), VerifyError>, what: &str) {
    let scheme = verifier.scheme();
    let boxed = matches!(scheme.algorithm(), Algorithm::Ed25519 | Algorithm::EcdsaP256)
        || scheme.signed().contains(&Part::Digest);
    let stream = u64::from(boxed) + u64::from(has_two(verifier));
    check_stream(verifier, headers, expected, stream, what);
}

/// As [`check`], for deliveries of which this many blocks are taken in a stream.
fn check_stream(
    verifier: &Verifier,
    headers: &HeaderMap,
    expected: Result<(), VerifyError>,
    stream: u64,
    what: &str,
) {
    let parts = request(headers);
    let (verdict, blocks) = counted(|| verifier.verify(&parts, BODY));
    assert_eq!(verdict.map(|_| ()), expected, "{verifier:?} {what}");
    assert_eq!(blocks, 0, "{verifier:?} {what}: verify");
    let (verdict, blocks) = counted(|| {
        let mut verification = verifier.begin(&parts)?;
        BODY.chunks(100).for_each(|chunk| verification.update(chunk));
        verification.finish()
    });
    assert_eq!(verdict.map(|_| ()), expected, "{verifier:?} {what}");
    assert_eq!(blocks, stream, "{verifier:?} {what}: stream");
}

#[cfg(all(feature = "tower", feature = "fetch"))]
mod layer {
    use std::convert::Infallible;
    use std::future::Ready;
    use std::task::{Context, Poll, Waker};

    use bytes::Bytes;
    use dhat::HeapStats;
    use http::{Request, Response};
    use http_body_util::Full;
    use tower::{Layer as _, Service as _, service_fn};
    use tower_webhook::clock::ManualClock;
    use tower_webhook::fetch::{EndpointId, FetchError, SecretCache};
    use tower_webhook::layer::{BareStatus, VerifiedBody};
    use tower_webhook::{Head, Scheme, Secret, Verified, WebhookLayer};

    use super::counted_once;
    use super::support::{NOW, WHSEC, at, sign, verifier};

    /// The box of what is admitted. The request's extensions: their map, its table, and in it the
    /// proof, and for axum its limit. The answer's extensions are the handler's own business.
    const BLOCKS: u64 = if cfg!(feature = "axum") { 5 } else { 4 } + METRICS;

    /// The labels of the counter and of the histogram of the verdict.
    const METRICS: u64 = if cfg!(feature = "metrics") { 2 } else { 0 };

    /// The largest block that glibc keeps at hand for the next of its size, in bytes, see
    /// `glibc.malloc.tcache_max`. A larger one costs a delivery a tenth more.
    const AT_HAND: u64 = 1032;

    pub(super) fn takes_the_same_few_blocks_whatever_comes() {
        let fixed = WebhookLayer::new(verifier(Scheme::STANDARD)).body_limit(1 << 20);
        let mut service = fixed.layer(service_fn(handle));
        let request = Request::new(Full::new(Bytes::new()));
        let before = HeapStats::get().total_bytes;
        let future = service.call(request);
        assert!(HeapStats::get().total_bytes - before <= AT_HAND);
        drop(future);

        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let _entered = runtime.enter();
        let cache =
            SecretCache::builder(Scheme::STANDARD, fetch).clock(ManualClock::new(at(NOW))).build();
        let endpoint = EndpointId::new("ep_2vK9mPzGqLxYwBnRtCdHsJfAeUo").unwrap();
        runtime.block_on(cache.warm(&endpoint)).unwrap();
        let fetching = WebhookLayer::from_cache(cache, |_: &Head<'_>| {
            EndpointId::new("ep_2vK9mPzGqLxYwBnRtCdHsJfAeUo").ok()
        });
        for size in [0, 1, 1024, 64 << 10, 1 << 20] {
            let body = Bytes::from(vec![b'x'; size]);
            assert_eq!(blocks(&fixed, &body), BLOCKS, "{size} bytes");
            // And those of the lookup.
            let fetched = BLOCKS + METRICS / 2;
            assert_eq!(blocks(&fetching, &body), fetched, "{size} bytes, fetched");
        }
    }

    fn fetch(_: EndpointId) -> Ready<Result<Vec<Secret>, FetchError>> {
        std::future::ready(Ok(vec![Secret::whsec(WHSEC).unwrap()]))
    }

    /// How many blocks one good delivery takes from the heap on its way to the handler. Now and
    /// then the cache tidies itself up, but never in each of three requests.
    fn blocks(layer: &WebhookLayer<BareStatus>, body: &Bytes) -> u64 {
        let mut service = layer.clone().body_limit(1 << 20).layer(service_fn(handle));
        let mut deliver = || {
            let mut request = Request::new(Full::new(body.clone()));
            *request.headers_mut() = sign(Scheme::STANDARD, body);
            let (answer, blocks) = counted_once(|| {
                let mut answer = std::pin::pin!(service.call(request));
                answer.as_mut().poll(&mut Context::from_waker(Waker::noop()))
            });
            let Poll::Ready(Ok(response)) = answer else { panic!("not at once") };
            assert_eq!(response.status(), 200);
            blocks
        };
        // The first may find a cache that has not settled.
        deliver();
        (0..3).map(|_| deliver()).min().unwrap()
    }

    fn handle(request: Request<VerifiedBody>) -> Ready<Result<Response<()>, Infallible>> {
        assert!(request.extensions().get::<Verified>().is_some());
        std::future::ready(Ok(Response::new(())))
    }
}
