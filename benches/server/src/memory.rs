//! The peak memory of many uploads at the same time.

use std::fs::read_to_string;
use std::net::TcpStream;
use std::time::Duration;

use crate::Setting;
use crate::load::{answered, connect, request, send};
use crate::process::Process;

const SIZE: usize = 1 << 20;

/// Of two servers, in bytes.
pub(crate) struct Peaks {
    uploads: usize,
    /// Of a plain server before the first request.
    idle: u64,
    plain: u64,
    layer: u64,
}

impl Peaks {
    pub(crate) fn measure(uploads: usize) -> Self {
        let idle = Process::serve("plain", Setting::Saturated).peak();
        Self { uploads, idle, plain: peak("plain", uploads), layer: peak("layer", uploads) }
    }

    /// What the server had above an idle one, over the bytes that were uploaded.
    fn over_idle(&self, peak: u64) -> f64 {
        (peak - self.idle) as f64 / (self.uploads * SIZE) as f64
    }

    /// What the layer needed above the plain server, over the bytes that were uploaded.
    fn over_plain(&self) -> f64 {
        (self.layer as f64 - self.plain as f64) / (self.uploads * SIZE) as f64
    }

    pub(crate) fn print(&self) {
        let Self { uploads, idle, plain, layer } = *self;
        let mebi = |bytes: u64| bytes as f64 / (1 << 20) as f64;
        println!("\n{uploads} uploads of 1 MiB at the same time");
        println!("  peak MiB, plain, no uploads    {:>10.1}", mebi(idle));
        println!("  peak MiB, plain                {:>10.1}", mebi(plain));
        println!("  peak MiB, layer                {:>10.1}", mebi(layer));
        println!("  above idle, over bytes, plain  {:>10.3}", self.over_idle(plain));
        println!("  above idle, over bytes, layer  {:>10.3}", self.over_idle(layer));
        println!("  above plain, over bytes        {:>10.3}", self.over_plain());
    }

    pub(crate) fn json(&self) -> String {
        let Self { uploads, idle, plain, layer } = *self;
        format!(
            r#"{{"uploads": {uploads}, "idle": {idle}, "plain": {plain}, "layer": {layer}, "plain_over_idle": {:.4}, "layer_over_idle": {:.4}, "layer_over_plain": {:.4}}}"#,
            self.over_idle(plain),
            self.over_idle(layer),
            self.over_plain()
        )
    }
}

/// Sends all but the last byte of each upload, lets the server read it, and then sends the rest.
fn peak(kind: &str, uploads: usize) -> u64 {
    let server = Process::serve(kind, Setting::Saturated);
    let request = request(SIZE);
    let (last, most) = request.split_last().unwrap();
    let mut connections: Vec<TcpStream> = (0..uploads).map(|_| connect(server.port)).collect();
    connections.iter_mut().for_each(|connection| send(connection, most));
    while unread(server.port) > 0 {
        std::thread::sleep(Duration::from_millis(10));
    }
    connections.iter_mut().for_each(|connection| send(connection, &[*last]));
    connections.iter_mut().for_each(answered);
    server.peak()
}

/// The bytes that the kernel holds between client and server.
fn unread(port: u16) -> u64 {
    let port = format!(":{port:04X}");
    let hex = |text: &str| u64::from_str_radix(text, 16).unwrap();
    let table = read_to_string("/proc/net/tcp").unwrap();
    let connections = table.lines().skip(1).map(|line| line.split_whitespace().collect::<Vec<_>>());
    let ours =
        connections.filter(|fields| fields[1].ends_with(&port) || fields[2].ends_with(&port));
    // The queue of a socket that listens is that of its connections.
    let open = ours.filter(|fields| fields[3] == "01");
    open.map(|fields| fields[4].split(':').map(hex).sum::<u64>()).sum()
}
