//! What really happened, from the journals of all processes that ever were.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use crate::journal::{Entry, Event};
use crate::receiver::LEASE;
use crate::sender::Answer;

pub(crate) struct Audit {
    /// The successes of each delivery, in order.
    successes: HashMap<String, Vec<Success>>,
    events: BTreeMap<Event, usize>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Success {
    at: Duration,
    pub(crate) attempt: u32,
    pub(crate) outcome: Outcome,
}

/// What became of a success.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Outcome {
    Committed,
    /// The lease had ended.
    CommitLate,
    /// The store was away. It may have committed all the same.
    CommitUnanswered,
    /// The store was away, and the process was killed soon after that.
    UnansweredAndKilled,
    /// The handler killed the process before the commit.
    KilledByItself,
    /// The handler of another delivery killed the process before the commit, or before it was
    /// known here.
    KilledByAnother,
    /// The process lived on, and there was no commit.
    Forgotten,
}

impl Audit {
    pub(crate) fn of(journals: &[Vec<Entry>]) -> Self {
        let mut successes: HashMap<_, Vec<_>> = HashMap::new();
        let mut events = BTreeMap::new();
        for journal in journals {
            for (index, entry) in journal.iter().enumerate() {
                *events.entry(entry.event).or_default() += 1;
                if entry.event == Event::Succeeded {
                    let outcome = Outcome::of(entry, &journal[index + 1..], journal);
                    let attempt = entry.attempt.unwrap();
                    let success = Success { at: entry.at, attempt, outcome };
                    successes.entry(entry.key.clone()).or_default().push(success);
                }
            }
        }
        for successes in successes.values_mut() {
            successes.sort_by_key(|success| success.at);
        }
        Self { successes, events }
    }

    /// What was written down, and how often.
    pub(crate) fn events(&self) -> &BTreeMap<Event, usize> {
        &self.events
    }

    pub(crate) fn count(&self, event: Event) -> usize {
        self.events.get(&event).copied().unwrap_or_default()
    }

    /// The successes of a delivery, in order.
    pub(crate) fn successes(&self, key: &str) -> &[Success] {
        self.successes.get(key).map(Vec::as_slice).unwrap_or_default()
    }
}

impl Outcome {
    fn of(success: &Entry, after: &[Entry], journal: &[Entry]) -> Self {
        let kill = journal.iter().find(|entry| entry.event.is_kill());
        // A process that lived on for longer had the time for what it did not do.
        let is_killed = kill.is_some_and(|kill| kill.at.saturating_sub(success.at) < LEASE);
        match after.iter().find(|entry| entry.key == success.key).map(|entry| entry.event) {
            Some(Event::Committed) => Self::Committed,
            Some(Event::CommitLate) => Self::CommitLate,
            Some(Event::CommitUnanswered) if is_killed => Self::UnansweredAndKilled,
            Some(Event::CommitUnanswered) => Self::CommitUnanswered,
            Some(Event::KilledAfter) => Self::KilledByItself,
            None if is_killed => Self::KilledByAnother,
            _ => Self::Forgotten,
        }
    }

    /// Whether a delivery may be handled again after a success like this that was answered so.
    ///
    /// Its owner was killed before the commit; or there was no commit for another reason, and its
    /// sender had hung up and did not see the answer either.
    pub(crate) fn excuses_another(self, answer: Answer) -> bool {
        match self {
            Self::KilledByItself | Self::KilledByAnother | Self::UnansweredAndKilled => {
                matches!(answer, Answer::Broken | Answer::GivenUp)
            }
            Self::CommitLate | Self::CommitUnanswered => answer == Answer::GivenUp,
            Self::Committed | Self::Forgotten => false,
        }
    }

    /// Whether a delivery may be acknowledged so after this, its last success.
    ///
    /// The guard is told before the sender is, so a handler's own answer follows a try to commit;
    /// and a duplicate is one only if the commit can have taken effect.
    pub(crate) fn may_be_acknowledged(self, answer: Answer) -> bool {
        match self {
            Self::Committed | Self::CommitUnanswered | Self::UnansweredAndKilled => true,
            Self::CommitLate => answer == Answer::Handled,
            Self::KilledByAnother => answer == Answer::Duplicate,
            Self::KilledByItself | Self::Forgotten => false,
        }
    }
}
