//! What becomes of each request, drawn from the seed alone.

use crate::forgeries::{FORGERIES, Forgery};
use crate::message::{Key, Message, Route};
use crate::server::LIMIT;

pub(crate) const ACCEPTED: u16 = 204;
pub(crate) const DUPLICATE: u16 = 200;
pub(crate) const FAILED: u16 = 500;

/// Numbers that look random: [splitmix64](https://doi.org/10.1145/2660193.2660195).
pub(crate) struct Draw(u64);

impl Draw {
    pub(crate) fn new(seed: u64, index: u64) -> Self {
        let mut draw = Self(seed ^ index.wrapping_mul(0xd134_2543_de82_ef95));
        draw.next();
        draw
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(end).unwrap()).unwrap()
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

/// One of the requests.
pub(crate) struct Item {
    pub(crate) message: Message,
    pub(crate) act: Act,
}

/// How a request is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    /// In a pipeline with others.
    Plain,
    /// The same, signed with the older secret.
    OlderSecret,
    /// Twice: the guard answers the second.
    Twice,
    /// Twice, because the handler fails at first.
    FailsFirst,
    /// A few bytes now and then, while other requests go on.
    Slow,
    /// The sender ends its half of the connection after the request, and waits for the answer.
    HalfClosed,
    /// It does so in the middle of the body.
    CutOff,
    /// The sender resets the connection in the middle of the body.
    Reset,
    /// It does so after the request, whose answer it never sees, and sends the request again.
    HungUp,
    /// A forgery, in a pipeline with others.
    Forged(&'static Forgery),
    /// A forgery, a few bytes now and then.
    ForgedSlow(&'static Forgery),
}

impl Act {
    pub(crate) fn forgery(self) -> Option<&'static Forgery> {
        match self {
            Self::Forged(forgery) | Self::ForgedSlow(forgery) => Some(forgery),
            _ => None,
        }
    }

    /// The answers that are known before it is sent, if there are any.
    pub(crate) fn answers(self) -> Vec<u16> {
        match self {
            Self::Plain | Self::OlderSecret | Self::Slow | Self::HalfClosed => vec![ACCEPTED],
            Self::Twice => vec![ACCEPTED, DUPLICATE],
            Self::FailsFirst => vec![FAILED, ACCEPTED],
            Self::CutOff | Self::Reset | Self::HungUp => vec![],
            Self::Forged(forgery) | Self::ForgedSlow(forgery) => vec![forgery.status],
        }
    }

    /// How often the handler runs.
    pub(crate) fn runs(self) -> u8 {
        match self {
            Self::Plain
            | Self::OlderSecret
            | Self::Twice
            | Self::Slow
            | Self::HalfClosed
            | Self::HungUp => 1,
            Self::FailsFirst => 2,
            Self::CutOff | Self::Reset | Self::Forged(_) | Self::ForgedSlow(_) => 0,
        }
    }
}

/// The request of this number, sent at `time`.
pub(crate) fn item(seed: u64, index: u64, time: i64) -> Item {
    let mut draw = Draw::new(seed, index);
    let size = match draw.below(100) {
        0 => LIMIT,
        1..10 => draw.below(LIMIT),
        10..40 => draw.below(4096),
        _ => draw.below(512),
    };
    let any = if draw.below(2) == 0 { Route::Standard } else { Route::GitHub };
    if draw.below(2) == 0 {
        let forgery = &FORGERIES[draw.below(FORGERIES.len())];
        // With room for what a forgery adds.
        let size = size.min(LIMIT / 2);
        let mut message = Message::new(forgery.route, index, time, Key::Newer, size);
        (forgery.forge)(&mut message, &mut draw);
        let act = if draw.below(50) == 0 { Act::ForgedSlow } else { Act::Forged };
        return Item { message, act: act(forgery) };
    }
    let (act, route) = match draw.below(100) {
        0..2 => (Act::Slow, any),
        2 => (Act::HalfClosed, any),
        3 => (Act::CutOff, any),
        4 => (Act::Reset, any),
        5 => (Act::HungUp, Route::Standard),
        6..10 => (Act::Twice, Route::Standard),
        10..14 => (Act::FailsFirst, any),
        14..20 => (Act::OlderSecret, any),
        _ => (Act::Plain, any),
    };
    let key = if act == Act::OlderSecret { Key::Older } else { Key::Newer };
    let mut message = Message::new(route, index, time, key, size);
    match draw.below(10) {
        // The body is signed as it is sent, and handed on so.
        0 if route == Route::Standard => message.compress_and_sign(index, time, key),
        1 => message.chunk = Some(1 + draw.below(message.body.len().min(4096))),
        2 if message.body.len() <= 512 => message.chunk = Some(1),
        _ => {}
    }
    Item { message, act }
}
