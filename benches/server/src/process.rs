//! The servers, as processes of their own on a core of their own.

use std::fs::{read_dir, read_to_string};
use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command, Stdio};

use crate::Setting;

pub(crate) struct Process {
    child: Child,
    pub(crate) port: u16,
}

impl Process {
    pub(crate) fn serve(kind: &str, setting: Setting) -> Self {
        let arguments = ["serve", kind, setting.name()];
        let mut command = match setting {
            Setting::Usual => this(&arguments),
            Setting::Saturated => on_core_0(&arguments),
        };
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        Self { child, port: line.trim().parse().unwrap() }
    }

    /// The processor time that it has used so far, in nanoseconds.
    pub(crate) fn busy(&mut self) -> u64 {
        let threads = read_dir(format!("/proc/{}/task", self.child.id())).unwrap();
        let times = threads.map(|thread| {
            let text = read_to_string(thread.unwrap().path().join("schedstat")).unwrap();
            text.split(' ').next().unwrap().parse::<u64>().unwrap()
        });
        times.sum()
    }

    /// The most memory that it has had so far, in bytes.
    pub(crate) fn peak(&self) -> u64 {
        let text = read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        line.trim().strip_suffix(" kB").unwrap().parse::<u64>().unwrap() << 10
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        self.child.wait().unwrap();
    }
}

/// Ends a server whose parent has closed its standard input, or died.
pub(crate) fn end_with_parent() {
    std::thread::spawn(|| {
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        std::process::exit(0);
    });
}

/// The nanoseconds of a bare MAC on the server's core.
pub(crate) fn mac(size: usize) -> f64 {
    let output = on_core_0(&["mac", &size.to_string()]).output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().parse().unwrap()
}

/// Moves this process to the core that the servers do not have. Tells whether there is one.
pub(crate) fn pin_client() -> bool {
    let pid = std::process::id().to_string();
    can_pin() && taskset(&["-p", "-c", "1", &pid])
}

fn can_pin() -> bool {
    taskset(&["-c", "0", "true"]) && taskset(&["-c", "1", "true"])
}

fn taskset(arguments: &[&str]) -> bool {
    let status = Command::new("taskset").args(arguments).stdout(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

fn this(arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(arguments);
    command
}

fn on_core_0(arguments: &[&str]) -> Command {
    if !can_pin() {
        return this(arguments);
    }
    let mut command = Command::new("taskset");
    command.args(["-c", "0"]).arg(std::env::current_exe().unwrap()).args(arguments);
    command
}
