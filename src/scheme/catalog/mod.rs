//! One constant per provider, a file per trade.
//!
//! To add a provider, add one row to the file of its trade. Everything else follows from the row,
//! except its recipe in `tests/scheme/recipes.rs`, and what `tests/scheme/table.rs` writes: the manual's
//! table, and `facts.rs`.

mod ai;
mod banking;
mod billing;
mod code;
mod commerce;
mod customers;
mod data;
mod documents;
mod email;
mod facts;
mod handshakes;
mod health;
mod hosting;
mod identity;
mod logistics;
mod marketing;
mod media;
mod meetings;
mod messaging;
mod operations;
mod payments;
mod people;
mod realtime;
mod shapes;
mod standard;
mod tokens;
mod work;

use crate::scheme::definition::Scheme;

/// The trades, in the order of [`ALL`].
pub(super) const TRADES: &[(&str, &[Scheme])] = &[
    ("standard webhooks", standard::STANDARD),
    ("payments", payments::PAYMENTS),
    ("banking", banking::BANKING),
    ("billing", billing::BILLING),
    ("commerce", commerce::COMMERCE),
    ("logistics", logistics::LOGISTICS),
    ("customers", customers::CUSTOMERS),
    ("messaging", messaging::MESSAGING),
    ("realtime", realtime::REALTIME),
    ("email", email::EMAIL),
    ("marketing", marketing::MARKETING),
    ("meetings", meetings::MEETINGS),
    ("work", work::WORK),
    ("people", people::PEOPLE),
    ("documents", documents::DOCUMENTS),
    ("media", media::MEDIA),
    ("ai", ai::AI),
    ("code", code::CODE),
    ("data", data::DATA),
    ("hosting", hosting::HOSTING),
    ("operations", operations::OPERATIONS),
    ("identity", identity::IDENTITY),
    ("health", health::HEALTH),
    ("shared tokens", tokens::TOKENS),
];

/// All presets, trade by trade.
pub(super) const ALL: [Scheme; count(TRADES)] = concat(TRADES);

const fn count(mut trades: &[(&str, &[Scheme])]) -> usize {
    let mut count = 0;
    while let [(_, list), rest @ ..] = trades {
        count += list.len();
        trades = rest;
    }
    count
}

const fn concat<const COUNT: usize>(mut trades: &[(&str, &[Scheme])]) -> [Scheme; COUNT] {
    // An array has to begin with some value; every place is overwritten.
    let mut all = [Scheme::STANDARD; COUNT];
    let mut room: &mut [Scheme] = &mut all;
    while let [(_, list), rest @ ..] = trades {
        let (these, more) = room.split_at_mut(list.len());
        these.copy_from_slice(list);
        (room, trades) = (more, rest);
    }
    all
}
