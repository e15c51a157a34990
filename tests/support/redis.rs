//! Redis servers of the tests' own, from the `redis-server` on the path.

#![allow(dead_code)]

use std::fs;
use std::io::{BufRead as _, BufReader, ErrorKind, Read as _, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;

const DIRECTORY: &str = env!("CARGO_TARGET_TMPDIR");

/// A server on a free port of the loopback interface; killed on drop.
pub(crate) struct Server {
    child: Child,
    port: u16,
    kind: Kind,
}

#[derive(Clone)]
enum Kind {
    /// Keeps nothing on disk.
    Forgetful,
    /// Has everything on disk before it answers.
    Durable,
    Node {
        /// By which the nodes of a cluster talk to each other.
        cluster_port: u16,
    },
    /// Speaks TLS alone.
    Tls { certificate: String, key: String },
    Sentinel {
        /// The port of the server that it watches.
        master: u16,
    },
}

impl Server {
    /// Starts a server, and waits until it answers. Without a `redis-server` on the path there is
    /// none, which fails the test if `TOWER_WEBHOOK_REQUIRE_REDIS` is set.
    pub(crate) fn start() -> Option<Self> {
        Self::start_as(|| Kind::Forgetful)
    }

    /// Starts a server that still knows everything after it was killed.
    pub(crate) fn start_durable() -> Option<Self> {
        Self::start_as(|| Kind::Durable)
    }

    /// Starts a server that is to be a node of a cluster.
    pub(crate) fn start_node() -> Option<Self> {
        Self::start_as(|| Kind::Node { cluster_port: free_port() })
    }

    /// Starts a server that speaks TLS alone, with this certificate and its key, both in PEM.
    pub(crate) fn start_tls(certificate: String, key: String) -> Option<Self> {
        Self::start_as(|| Kind::Tls { certificate: certificate.clone(), key: key.clone() })
    }

    /// Starts a sentinel that watches a server by the name `main`, and decides alone.
    pub(crate) fn start_sentinel(master: &Self) -> Option<Self> {
        Self::start_as(|| Kind::Sentinel { master: master.port })
    }

    fn start_as(kind: impl Fn() -> Kind) -> Option<Self> {
        // Another process may take the port before the server does.
        for _ in 0..10 {
            let (port, kind) = (free_port(), kind());
            match spawn(port, &kind) {
                Ok(Some(child)) => return Some(Self { child, port, kind }),
                Ok(None) => {}
                Err(error) if error.kind() == ErrorKind::NotFound => {
                    let required = std::env::var_os("TOWER_WEBHOOK_REQUIRE_REDIS").is_some();
                    assert!(!required, "there is no redis-server on the path");
                    let test = thread::current();
                    let name = test.name().unwrap_or_default();
                    // Not `eprintln`, which the runner hides where the test passes.
                    let mut output = std::io::stderr();
                    writeln!(output, "skipped, no redis-server: {name}").unwrap();
                    return None;
                }
                Err(error) => panic!("{error}"),
            }
        }
        panic!("redis-server does not start");
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// The port by which the nodes of a cluster talk to each other.
    pub(crate) fn cluster_port(&self) -> u16 {
        match self.kind {
            Kind::Node { cluster_port } => cluster_port,
            _ => panic!("not a node"),
        }
    }

    pub(crate) fn url(&self) -> String {
        let scheme = if matches!(self.kind, Kind::Tls { .. }) { "rediss" } else { "redis" };
        format!("{scheme}://127.0.0.1:{}/", self.port)
    }

    /// Kills the server without a warning. Unless it is durable, it forgets everything.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Starts the killed server anew, on the same port.
    pub(crate) fn restart(&mut self) {
        for _ in 0..100 {
            if let Some(child) = spawn(self.port, &self.kind).unwrap() {
                self.child = child;
                return;
            }
        }
        panic!("redis-server does not start again");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        for file in [nodes_file(self.port), dump_file(self.port)] {
            let _ = fs::remove_file(Path::new(DIRECTORY).join(file));
        }
        let _ = fs::remove_dir_all(data(self.port));
    }
}

/// Starts a server and waits until it says that it is ready. `None` if it ends before that.
fn spawn(port: u16, kind: &Kind) -> std::io::Result<Option<Child>> {
    let mut command = Command::new("redis-server");
    let directory = data(port);
    if !matches!(kind, Kind::Forgetful | Kind::Node { .. }) {
        fs::create_dir_all(&directory)?;
    }
    if let Kind::Sentinel { master } = kind {
        // It writes into this file what it finds out.
        let file = directory.join("sentinel.conf");
        let watched = format!(
            "sentinel monitor main 127.0.0.1 {master} 1\n\
             sentinel down-after-milliseconds main 500\n\
             sentinel failover-timeout main 2000\n",
        );
        fs::write(&file, watched)?;
        command.arg(file).arg("--sentinel");
    }
    let plain = if matches!(kind, Kind::Tls { .. }) { 0 } else { port };
    command.args(["--bind", "127.0.0.1", "--port", &plain.to_string()]);
    command.args(["--save", "", "--dbfilename", &dump_file(port)]);
    match kind {
        Kind::Durable => {
            command.arg("--dir").arg(directory);
            command.args(["--appendonly", "yes", "--appendfsync", "always"]);
        }
        Kind::Forgetful => {
            command.args(["--dir", DIRECTORY, "--appendonly", "no"]);
        }
        Kind::Node { cluster_port } => {
            command.args(["--dir", DIRECTORY, "--appendonly", "no"]);
            let nodes = nodes_file(port);
            command.args(["--cluster-enabled", "yes", "--cluster-config-file", &nodes]);
            command.args(["--cluster-port", &cluster_port.to_string()]);
        }
        Kind::Tls { certificate, key } => {
            command.args(["--dir", DIRECTORY, "--appendonly", "no"]);
            command.args(["--tls-port", &port.to_string(), "--tls-auth-clients", "no"]);
            for (option, name, text) in
                [("--tls-cert-file", "cert.pem", certificate), ("--tls-key-file", "key.pem", key)]
            {
                fs::write(directory.join(name), text)?;
                command.arg(option).arg(directory.join(name));
            }
        }
        Kind::Sentinel { .. } => {
            command.arg("--dir").arg(directory);
        }
    }
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
    let Some(output) = child.stdout.take() else { return Ok(None) };
    let mut output = BufReader::new(output);
    let mut line = String::new();
    while output.read_line(&mut line)? > 0 {
        // A sentinel says instead whom it watches.
        if line.contains("Ready to accept connections") || line.contains("+monitor") {
            // A full pipe would stop the server.
            thread::spawn(move || output.read_to_end(&mut Vec::new()));
            return Ok(Some(child));
        }
        line.clear();
    }
    child.wait()?;
    Ok(None)
}

/// What a node writes in spite of all, for itself.
fn nodes_file(port: u16) -> String {
    format!("nodes-{}-{port}.conf", std::process::id())
}

/// What a server writes in spite of all when it becomes a replica.
fn dump_file(port: u16) -> String {
    format!("dump-{}-{port}.rdb", std::process::id())
}

/// Where a server keeps what it has to find again, and its certificate.
fn data(port: u16) -> PathBuf {
    Path::new(DIRECTORY).join(format!("redis-{}-{port}", std::process::id()))
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
