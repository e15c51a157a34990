//! PostgreSQL servers of the tests' own.

#![allow(dead_code)]

use std::fs;
use std::io::Write as _;
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// A server on a free port of the loopback interface, with a directory of its own; stopped on drop.
pub(crate) struct Server {
    child: Child,
    port: u16,
    directory: PathBuf,
    programs: PathBuf,
}

impl Server {
    /// Makes a server, and waits until it answers. Where there is no PostgreSQL there is none, which fails the
    /// test if `TOWER_WEBHOOK_REQUIRE_POSTGRES` is set.
    pub(crate) fn start() -> Option<Self> {
        let Some(programs) = programs() else {
            let required = std::env::var_os("TOWER_WEBHOOK_REQUIRE_POSTGRES").is_some();
            assert!(!required, "there is no PostgreSQL");
            let test = std::thread::current();
            let name = test.name().unwrap_or_default();
            // Not `eprintln`, which the runner hides where the test passes.
            let mut output = std::io::stderr();
            writeln!(output, "skipped, no PostgreSQL: {name}").unwrap();
            return None;
        };
        let options = ["--auth=trust", "--username=postgres", "--encoding=UTF8"];
        Some(Self::make(programs, "initdb", &options))
    }

    /// Makes a standby that follows this server, and waits until it answers.
    pub(crate) fn standby(&self) -> Self {
        let from = format!("--dbname=host=127.0.0.1 port={} user=postgres", self.port);
        let options = [&from, "--write-recovery-conf", "--checkpoint=fast"];
        Self::make(self.programs.clone(), "pg_basebackup", &options)
    }

    /// Makes a directory with a program, and runs a server over it.
    fn make(programs: PathBuf, program: &str, options: &[&str]) -> Self {
        static STARTED: AtomicUsize = AtomicUsize::new(0);
        let number = STARTED.fetch_add(1, Ordering::Relaxed);
        // Not in the target directory, whose parents the server's user may not enter.
        let name = format!("tower-webhook-postgres-{}-{number}", std::process::id());
        let directory = std::env::temp_dir().join(name);
        let _ = fs::remove_dir_all(&directory);
        fs::create_dir(&directory).unwrap();
        if let Some((user, group)) = other_user() {
            chown(&directory, Some(user), Some(group)).unwrap();
        }
        let made = command(&programs, program, &directory)
            .args(options)
            .args(["--no-sync", "-D"])
            .arg(directory.join("data"))
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        // Another process may take the port before the server does.
        for _ in 0..10 {
            let port = free_port();
            if let Some(child) = spawn(&programs, &directory, port) {
                return Self { child, port, directory, programs };
            }
        }
        panic!("PostgreSQL does not start: {}", log(&directory));
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn url(&self) -> String {
        url(self.port)
    }

    /// Stops the server without a checkpoint and without waiting for anyone, as a crash does.
    pub(crate) fn kill(&mut self) {
        self.quit();
    }

    fn quit(&mut self) {
        // There is no safe call for it in the standard library.
        let mut kill = command(&self.programs, "pg_ctl", &self.directory);
        let _ = kill.args(["kill", "QUIT", &self.child.id().to_string()]).status();
        let _ = self.child.wait();
    }

    /// Starts the killed server anew, on the same port.
    pub(crate) fn restart(&mut self) {
        for _ in 0..100 {
            if let Some(child) = spawn(&self.programs, &self.directory, self.port) {
                self.child = child;
                return;
            }
        }
        panic!("PostgreSQL does not start again: {}", log(&self.directory));
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if self.child.try_wait().is_ok_and(|status| status.is_none()) {
            self.quit();
        }
        let _ = fs::remove_dir_all(&self.directory);
    }
}

pub(crate) fn url(port: u16) -> String {
    format!("postgres://postgres@127.0.0.1:{port}/postgres?sslmode=disable")
}

/// Starts a server and waits until it answers. `None` if it ends before that.
fn spawn(programs: &Path, directory: &Path, port: u16) -> Option<Child> {
    let output = fs::OpenOptions::new().append(true).create(true).open(directory.join("log"));
    let mut child = command(programs, "postgres", directory)
        .arg("-D")
        .arg(directory.join("data"))
        .arg("-k")
        .arg(directory)
        .args(["-p", &port.to_string(), "-c", "listen_addresses=127.0.0.1"])
        // A crash of the server loses nothing without this; only one of the machine would.
        .args(["-c", "fsync=off", "-c", "max_connections=200", "-c", "shared_buffers=32MB"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(output.unwrap())
        .spawn()
        .unwrap();
    let patience = Instant::now() + Duration::from_secs(60);
    while Instant::now() < patience {
        if child.try_wait().unwrap().is_some() {
            return None;
        }
        let ready = command(programs, "pg_isready", directory)
            .args(["-q", "-h", "127.0.0.1", "-p", &port.to_string()])
            .status()
            .unwrap();
        if ready.success() {
            return Some(child);
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    let _ = child.kill();
    let _ = child.wait();
    panic!("PostgreSQL does not answer: {}", log(directory));
}

/// PostgreSQL refuses to run as root, so it runs as someone else then.
fn command(programs: &Path, program: &str, directory: &Path) -> Command {
    let mut command = Command::new(programs.join(program));
    command.current_dir(directory).env("LC_ALL", "C");
    if let Some((user, group)) = other_user() {
        command.uid(user).gid(group);
    }
    command
}

/// The user and group `postgres`, or else `nobody`; `None` if this process is not root's.
fn other_user() -> Option<(u32, u32)> {
    let own = fs::metadata("/proc/self").map(|own| own.uid()).unwrap_or(1);
    if own != 0 {
        return None;
    }
    let users = fs::read_to_string("/etc/passwd").unwrap();
    let find = |name: &str| {
        let fields: Vec<_> =
            users.lines().find(|line| line.starts_with(name))?.split(':').collect();
        Some((fields.get(2)?.parse().ok()?, fields.get(3)?.parse().ok()?))
    };
    find("postgres:").or_else(|| find("nobody:"))
}

/// Where the server's programs are: those of the path, or where Debian has them.
fn programs() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let debian = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let debian = debian.map(|version| version.path().join("bin"));
    let all = std::env::split_paths(&path).chain(debian);
    // Where a link leads, there are the others too.
    let mut found = all.filter_map(|path| fs::canonicalize(path.join("initdb")).ok());
    found.next()?.parent().map(Path::to_owned)
}

fn log(directory: &Path) -> String {
    fs::read(directory.join("log"))
        .map(|log| String::from_utf8_lossy(&log).into_owned())
        .unwrap_or_default()
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
