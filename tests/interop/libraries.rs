//! The processes that the libraries run in.

use std::collections::HashMap;
use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;
use std::sync::Once;
use std::thread;

use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

use crate::cases::Family;
use crate::presets::{ORIGIN, ROWS, key};
use crate::support::{NOW, WHSEC, secret};

/// A library as one of the processes calls it.
#[derive(Debug)]
pub(crate) struct Library {
    pub(crate) name: &'static str,
    registry: Registry,
    pub(crate) family: Family,
    /// Whether it can also sign.
    pub(crate) signs: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Registry {
    Npm,
    PyPi,
}

#[rustfmt::skip]
const ALL: &[Library] = &[
    Library { name: "standardwebhooks", registry: Registry::Npm, family: Family::Standard, signs: true },
    Library { name: "standardwebhooks", registry: Registry::PyPi, family: Family::Standard, signs: true },
    Library { name: "svix", registry: Registry::Npm, family: Family::Svix, signs: true },
    Library { name: "svix", registry: Registry::PyPi, family: Family::Svix, signs: true },
    Library { name: "stripe", registry: Registry::Npm, family: Family::Stripe, signs: true },
    Library { name: "stripe", registry: Registry::PyPi, family: Family::Stripe, signs: true },
    Library { name: "@octokit/webhooks-methods", registry: Registry::Npm, family: Family::GitHub, signs: true },
    Library { name: "@slack/bolt", registry: Registry::Npm, family: Family::Slack, signs: false },
    Library { name: "slack-sdk", registry: Registry::PyPi, family: Family::Slack, signs: true },
    Library { name: "@shopify/shopify-api", registry: Registry::Npm, family: Family::Shopify, signs: true },
];

const SCRIPTS: [(&str, &str); 4] = [
    ("node.mjs", include_str!("node.mjs")),
    ("presets.mjs", include_str!("presets.mjs")),
    ("python.py", include_str!("python.py")),
    ("presets.py", include_str!("presets.py")),
];

impl Library {
    pub(crate) fn title(&self) -> String {
        title(self.name, self.registry)
    }
}

/// The name, the registry and the pinned version.
pub(crate) fn title(name: &str, registry: Registry) -> String {
    let (registry, pin, pins) = match registry {
        Registry::Npm => ("npm", format!("\"{name}\": \""), include_str!("package.json")),
        Registry::PyPi => ("PyPI", format!("{name}=="), include_str!("requirements.txt")),
    };
    let version = pins.lines().find_map(|line| line.trim().strip_prefix(&pin)).unwrap();
    let version = version.trim_end_matches(['"', ',']);
    format!("{name} {version} ({registry})")
}

/// Both processes; killed on drop.
pub(crate) struct Libraries {
    _processes: [Child; 2],
    bases: [String; 2],
}

impl Libraries {
    /// Starts the processes. Where something is not installed there are none, which fails the
    /// test if `TOWER_WEBHOOK_REQUIRE_INTEROP` is set.
    pub(crate) async fn start() -> Option<Self> {
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap().join("interop");
        let modules = directory.join("node_modules");
        let python = directory.join("venv/bin/python");
        if !modules.exists() || !python.exists() {
            let required = std::env::var_os("TOWER_WEBHOOK_REQUIRE_INTEROP").is_some();
            assert!(!required, "tests/interop/install.sh has not installed everything");
            let test = thread::current();
            let name = test.name().unwrap_or_default();
            // Not `eprintln`, which the runner hides where the test passes.
            let mut output = std::io::stderr();
            writeln!(output, "skipped, no libraries of the providers: {name}").unwrap();
            return None;
        }
        // Modules are searched from where the script is.
        static WRITTEN: Once = Once::new();
        WRITTEN.call_once(|| {
            for (name, script) in SCRIPTS {
                std::fs::write(directory.join(name), script).unwrap();
            }
        });
        let (node, to_node) = start(Path::new("node"), &directory.join("node.mjs")).await;
        let (python, to_python) = start(&python, &directory.join("python.py")).await;
        Some(Self { _processes: [node, python], bases: [to_node, to_python] })
    }

    /// The address of the process that the registry's libraries run in.
    pub(crate) fn base(&self, registry: Registry) -> &str {
        match registry {
            Registry::Npm => &self.bases[0],
            Registry::PyPi => &self.bases[1],
        }
    }

    /// Every library, with the address of the process that it runs in.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&'static Library, &str)> {
        ALL.iter().map(|library| (library, self.base(library.registry)))
    }
}

async fn start(program: &Path, script: &Path) -> (Child, String) {
    let settings = serde_json::json!({
        "now": NOW,
        "whsec": WHSEC,
        "secret": secret(Family::GitHub.scheme()),
        "keys": ROWS.iter().map(|row| (row.scheme.name(), key(row.scheme))).collect::<HashMap<_, _>>(),
        "origin": ORIGIN,
    });
    let mut child = Command::new(program)
        .arg(script)
        .arg(settings.to_string())
        .env("NODE_NO_WARNINGS", "1")
        // Its end is the end of the process.
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap()).lines();
    let port = output.next_line().await.unwrap().unwrap();
    (child, format!("http://127.0.0.1:{port}"))
}
