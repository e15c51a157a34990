//! What a receiver has done, on disk, so that it outlives the receiver and the store.

use std::fs::{File, OpenOptions};
use std::future::Future as _;
use std::io::Write as _;
use std::path::Path;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use time::OffsetDateTime;
use tower_webhook::replay::{MemoryReplayGuard, Replay, ReplayKey};
use tower_webhook::{Receiver, Scheme};

use crate::support::WHSEC;

const URL: &str = "http://receiver.test/hook";

/// One process's journal. A line is one write at the end of the file.
pub(crate) struct Journal(File);

/// A line of a journal.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// Since 1970.
    pub(crate) at: Duration,
    pub(crate) event: Event,
    /// The [`ReplayKey`] in hexadecimal.
    pub(crate) key: String,
    /// The try in which a handler succeeded.
    pub(crate) attempt: Option<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Event {
    /// The handler has done its work, and nothing is left but to say so.
    Succeeded,
    /// The guard knows of the success.
    Committed,
    /// The guard was told of the success too late.
    CommitLate,
    /// The guard was told of the success, but there was no answer.
    CommitUnanswered,
    /// The process kills itself: before the success of this delivery, …
    KilledBefore,
    /// … between success and commit, …
    KilledAfter,
    /// … or after the commit.
    KilledAfterCommit,
}

impl Journal {
    pub(crate) fn create(path: &Path) -> Self {
        Self(OpenOptions::new().append(true).create_new(true).open(path).unwrap())
    }

    pub(crate) fn success(&self, key: &str, attempt: u32) {
        self.write(Event::Succeeded, &format!("{key} {attempt}"));
    }

    pub(crate) fn note(&self, event: Event, key: &str) {
        self.write(event, key);
    }

    fn write(&self, event: Event, rest: &str) {
        let at = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_micros();
        (&self.0).write_all(format!("{at} {} {rest}\n", event.name()).as_bytes()).unwrap();
    }

    pub(crate) fn read(path: &Path) -> Vec<Entry> {
        let text = std::fs::read_to_string(path).unwrap();
        // A kill may cut the last line short. Then what it says did not happen yet.
        let whole = text.rfind('\n').map_or("", |end| &text[..end]);
        whole.lines().map(Entry::parse).collect()
    }
}

impl Entry {
    fn parse(line: &str) -> Self {
        let fields: Vec<_> = line.split(' ').collect();
        let [at, name, key, ref attempt @ ..] = fields[..] else { panic!("{line:?}") };
        Self {
            at: Duration::from_micros(at.parse().unwrap()),
            event: Event::ALL.into_iter().find(|event| event.name() == name).unwrap(),
            key: key.to_owned(),
            attempt: attempt.first().map(|attempt| attempt.parse().unwrap()),
        }
    }
}

impl Event {
    pub(crate) const ALL: [Self; 7] = [
        Self::Succeeded,
        Self::Committed,
        Self::CommitLate,
        Self::CommitUnanswered,
        Self::KilledBefore,
        Self::KilledAfter,
        Self::KilledAfterCommit,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Succeeded => "succeeded",
            Self::Committed => "committed",
            Self::CommitLate => "commit-late",
            Self::CommitUnanswered => "commit-unanswered",
            Self::KilledBefore => "killed-before",
            Self::KilledAfter => "killed-after",
            Self::KilledAfterCommit => "killed-after-commit",
        }
    }

    pub(crate) fn is_kill(self) -> bool {
        matches!(self, Self::KilledBefore | Self::KilledAfter | Self::KilledAfterCommit)
    }
}

pub(crate) fn name(key: &ReplayKey) -> String {
    hex::encode(key.as_bytes())
}

/// By what the receivers remember a delivery: by what another receiver on their path would.
pub(crate) fn name_of(id: &str) -> String {
    let guard = MemoryReplayGuard::builder().build();
    let receiver = Receiver::new(Scheme::STANDARD.verifier(WHSEC).unwrap());
    let receiver = receiver.replay(Replay::with(guard));
    let signer = Scheme::STANDARD.signer(WHSEC).unwrap();
    let request = signer.request(URL, Some(id), OffsetDateTime::now_utc(), &[][..]).unwrap();
    let (head, body) = request.into_parts();
    let receiving = pin!(receiver.receive_bytes(&head, body));
    // This guard never lets anyone wait.
    match receiving.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(delivery) => name(delivery.unwrap().claimed().unwrap().key()),
        Poll::Pending => panic!("it waits"),
    }
}
