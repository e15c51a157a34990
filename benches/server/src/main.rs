//! An axum server on loopback, without verification, with it by hand in the handler, and with the layer,
//! under load from one client.
//!
//! Each server is a process of its own, so that its processor time and its peak memory are its own.
//! The client keeps one request under way on each of its connections; what it sends is made
//! beforehand. Runs against the servers alternate, and medians are taken of the ratios of neighbours.
//!
//! There are two settings. In one, the server is run as most are: on the threads that tokio starts
//! by default, beside the client. In the other it has one thread on a core of its own, and a client
//! that never lets it wait, so that nothing hides what the layer takes.
//!
//! With `--json` it prints the same for a program; with `--smoke` it sends a few requests of each
//! kind and measures nothing worth reading.

#![allow(clippy::indexing_slicing, clippy::unwrap_used)]

#[path = "../../common/by_hand.rs"]
mod by_hand;
#[path = "../../common/delivery.rs"]
mod delivery;
mod http2;
mod load;
mod memory;
mod process;

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use axum::serve::ListenerExt as _;
use by_hand::ByHand;
use delivery::{Floor, KEY, body, sign, verifier};
use tower_webhook::{Scheme, WebhookLayer};

use crate::load::Load;
use crate::process::Process;

const SIZES: [usize; 2] = [1 << 10, 64 << 10];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["serve", kind, "usual"] => serve(kind, Setting::Usual),
        ["serve", kind, _] => serve(kind, Setting::Saturated),
        ["mac", size] => println!("{}", mac(size.parse().unwrap())),
        _ => measure(arguments.contains(&"--json"), arguments.contains(&"--smoke")),
    }
}

fn measure(json: bool, smoke: bool) {
    let (rounds, time) = if smoke { (1, 10) } else { (11, 1000) };
    let time_of_run = Duration::from_millis(time);
    let speeds_in = |setting| {
        let cases = Protocol::ALL.map(|protocol| SIZES.map(|size| (protocol, size)));
        let cases = cases.into_iter().flatten();
        cases.map(move |(protocol, size)| speed(setting, protocol, size, rounds, time_of_run))
    };
    let mut speeds: Vec<_> = speeds_in(Setting::Usual).collect();
    let pinned = process::pin_client();
    speeds.extend(speeds_in(Setting::Saturated));
    let uploads = if smoke { 4 } else { 200 };
    let memory = memory::Peaks::measure(uploads);
    if json {
        let speeds: Vec<_> = speeds.iter().map(Speed::json).collect();
        println!(
            r#"{{"pinned": {pinned}, "speed": [{}], "memory": {}}}"#,
            speeds.join(", "),
            memory.json()
        );
    } else {
        let client = if pinned { "server on core 0, client on core 1" } else { "not pinned" };
        println!("{client}; medians of {rounds} pairs of runs of {time} ms");
        speeds.iter().for_each(Speed::print);
        memory.print();
    }
}

/// What a child does: serves until its standard input ends.
fn serve(kind: &str, setting: Setting) {
    let app = match kind {
        "plain" => Router::new().route("/", post(handle)),
        "by-hand" => {
            let key = Arc::new(ByHand::new(KEY));
            Router::new().route("/", post(handle_by_hand)).with_state(key)
        }
        _ => {
            let layer = WebhookLayer::new(verifier(Scheme::STANDARD));
            Router::new().route("/", post(handle)).route_layer(layer)
        }
    };
    let mut runtime = match setting {
        Setting::Usual => tokio::runtime::Builder::new_multi_thread(),
        Setting::Saturated => tokio::runtime::Builder::new_current_thread(),
    };
    let runtime = runtime.enable_io().build().unwrap();
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        println!("{}", listener.local_addr().unwrap().port());
        process::end_with_parent();
        // Over HTTP/2 an answer would otherwise wait for the window update before it to be received.
        let listener = listener.tap_io(|connection| connection.set_nodelay(true).unwrap());
        axum::serve(listener, app).await.unwrap();
    });
}

async fn handle(body: Bytes) -> StatusCode {
    black_box(body);
    StatusCode::NO_CONTENT
}

async fn handle_by_hand(
    State(key): State<Arc<ByHand>>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    match key.verify(&headers, &body) {
        Some(()) => handle(body).await,
        None => StatusCode::UNAUTHORIZED,
    }
}

/// The nanoseconds of the bare MAC of a delivery, in a child on the server's core.
fn mac(size: usize) -> u128 {
    const ROUNDS: usize = 200;
    let body = body(size);
    let floor = Floor::of(Scheme::STANDARD, &sign(Scheme::STANDARD, &body), &body);
    let mut times: Vec<_> = (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            black_box(floor.run());
            start.elapsed().as_nanos()
        })
        .collect();
    times.sort_unstable();
    times[ROUNDS / 2]
}

/// Whether the server is run as most are, or has a core of its own and never waits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Setting {
    Usual,
    Saturated,
}

impl Setting {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Usual => "usual",
            Self::Saturated => "saturated",
        }
    }
}

#[derive(Clone, Copy)]
pub(crate) enum Protocol {
    Http1,
    Http2,
}

impl Protocol {
    const ALL: [Self; 2] = [Self::Http1, Self::Http2];

    fn name(self) -> &'static str {
        match self {
            Self::Http1 => "HTTP/1",
            Self::Http2 => "HTTP/2",
        }
    }
}

/// Medians for one size of bodies. Times are nanoseconds.
struct Speed {
    setting: Setting,
    protocol: Protocol,
    size: usize,
    /// The time from one answer to the next.
    plain: f64,
    by_hand: f64,
    layer: f64,
    mac: f64,
    /// The processor time of the server.
    plain_busy: f64,
    layer_busy: f64,
    /// Requests per second with the layer, over those without it.
    ratio: f64,
    /// Requests per second with the layer, over those with the verification by hand.
    ratio_by_hand: f64,
    /// The first ratio over what those without it would be if each took the bare MAC longer.
    ratio_with_mac: f64,
}

/// One run against each server, one after the other.
struct Round {
    plain: load::Run,
    by_hand: load::Run,
    layer: load::Run,
    mac: f64,
}

fn speed(
    setting: Setting,
    protocol: Protocol,
    size: usize,
    rounds: usize,
    time: Duration,
) -> Speed {
    let mut plain = Process::serve("plain", setting);
    let mut by_hand = Process::serve("by-hand", setting);
    let mut layer = Process::serve("layer", setting);
    let connect = |server: &Process| Load::connect(server.port, setting, protocol, size);
    let (mut plain_load, mut by_hand_load) = (connect(&plain), connect(&by_hand));
    let mut layer_load = connect(&layer);
    let mut runs = Vec::new();
    for _ in 0..rounds {
        let plain = plain_load.run(&mut plain, time);
        let by_hand = by_hand_load.run(&mut by_hand, time);
        let layer = layer_load.run(&mut layer, time);
        let mac = process::mac(size);
        runs.push(Round { plain, by_hand, layer, mac });
    }
    let median = |figure: &dyn Fn(&Round) -> f64| {
        let mut figures: Vec<f64> = runs.iter().map(figure).collect();
        figures.sort_by(f64::total_cmp);
        figures[figures.len() / 2]
    };
    Speed {
        setting,
        protocol,
        size,
        plain: median(&|it| it.plain.each),
        by_hand: median(&|it| it.by_hand.each),
        layer: median(&|it| it.layer.each),
        mac: median(&|it| it.mac),
        plain_busy: median(&|it| it.plain.busy),
        layer_busy: median(&|it| it.layer.busy),
        ratio: median(&|it| it.plain.each / it.layer.each),
        ratio_by_hand: median(&|it| it.by_hand.each / it.layer.each),
        ratio_with_mac: median(&|it| (it.plain.each + it.mac) / it.layer.each),
    }
}

impl Speed {
    fn print(&self) {
        let per_second = |each: f64| 1e9 / each;
        println!("\n{}, {}, {} bytes", self.setting.name(), self.protocol.name(), self.size);
        println!("  requests/s, plain              {:>10.0}", per_second(self.plain));
        println!("  requests/s, by hand            {:>10.0}", per_second(self.by_hand));
        println!("  requests/s, layer              {:>10.0}", per_second(self.layer));
        println!("  processor ns/request, plain    {:>10.0}", self.plain_busy);
        println!("  processor ns/request, layer    {:>10.0}", self.layer_busy);
        println!("  bare MAC, ns                   {:>10.0}", self.mac);
        println!("  layer over plain               {:>10.3}", self.ratio);
        println!("  layer over by hand             {:>10.3}", self.ratio_by_hand);
        println!("  layer over plain and bare MAC  {:>10.3}", self.ratio_with_mac);
    }

    fn json(&self) -> String {
        let (setting, protocol) = (self.setting.name(), self.protocol.name());
        let Self { size, plain, by_hand, layer, mac, plain_busy, layer_busy, .. } = self;
        let Self { ratio, ratio_by_hand, ratio_with_mac, .. } = self;
        format!(
            r#"{{"setting": "{setting}", "protocol": "{protocol}", "size": {size}, "plain": {plain:.0}, "by_hand": {by_hand:.0}, "layer": {layer:.0}, "mac": {mac:.0}, "plain_busy": {plain_busy:.0}, "layer_busy": {layer_busy:.0}, "ratio": {ratio:.4}, "ratio_by_hand": {ratio_by_hand:.4}, "ratio_with_mac": {ratio_with_mac:.4}}}"#
        )
    }
}
