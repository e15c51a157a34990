//! The processes that the libraries run in.

use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;
use std::sync::Once;
use std::thread;

use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

use crate::cases::Family;
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
enum Registry {
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

impl Library {
    /// The name, the registry and the pinned version.
    pub(crate) fn title(&self) -> String {
        let (registry, pin, pins) = match self.registry {
            Registry::Npm => {
                ("npm", format!("\"{}\": \"", self.name), include_str!("package.json"))
            }
            Registry::PyPi => {
                ("PyPI", format!("{}==", self.name), include_str!("requirements.txt"))
            }
        };
        let (_, version) = pins.split_once(&pin).unwrap();
        let version = version.split(['"', '\n']).next().unwrap();
        format!("{} {version} ({registry})", self.name)
    }
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
        let script = directory.join("node.mjs");
        static WRITTEN: Once = Once::new();
        WRITTEN.call_once(|| std::fs::write(&script, include_str!("node.mjs")).unwrap());
        let (node, to_node) = start(Path::new("node"), &script).await;
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/interop/python.py");
        let (python, to_python) = start(&python, Path::new(script)).await;
        Some(Self { _processes: [node, python], bases: [to_node, to_python] })
    }

    /// Every library, with the address of the process that it runs in.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&'static Library, &str)> {
        ALL.iter().map(|library| match library.registry {
            Registry::Npm => (library, self.bases[0].as_str()),
            Registry::PyPi => (library, self.bases[1].as_str()),
        })
    }
}

async fn start(program: &Path, script: &Path) -> (Child, String) {
    let settings = serde_json::json!({
        "now": NOW,
        "whsec": WHSEC,
        "secret": secret(Family::GitHub.scheme()),
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
