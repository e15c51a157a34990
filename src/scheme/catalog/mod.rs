//! One constant per provider, a file per trade.
//!
//! To add a provider, add one row to the file of its trade. Everything else follows from the row,
//! except its recipe in `tests/scheme/catalog.rs` and the manual's table, which that test writes.

mod ai;
mod billing;
mod code;
mod commerce;
mod customers;
mod documents;
mod email;
mod handshakes;
mod hosting;
mod identity;
mod logistics;
mod media;
mod meetings;
mod messaging;
mod operations;
mod payments;
mod shapes;
mod standard;
mod tokens;
mod work;

use crate::scheme::definition::Scheme;

const TRADES: &[&[Scheme]] = &[
    standard::STANDARD,
    payments::PAYMENTS,
    billing::BILLING,
    commerce::COMMERCE,
    logistics::LOGISTICS,
    customers::CUSTOMERS,
    messaging::MESSAGING,
    email::EMAIL,
    meetings::MEETINGS,
    work::WORK,
    documents::DOCUMENTS,
    media::MEDIA,
    ai::AI,
    code::CODE,
    hosting::HOSTING,
    operations::OPERATIONS,
    identity::IDENTITY,
    tokens::TOKENS,
];

/// All presets, trade by trade.
pub(super) const ALL: [Scheme; count(TRADES)] = concat(TRADES);

const fn count(mut lists: &[&[Scheme]]) -> usize {
    let mut count = 0;
    while let [list, rest @ ..] = lists {
        count += list.len();
        lists = rest;
    }
    count
}

const fn concat<const COUNT: usize>(mut lists: &[&[Scheme]]) -> [Scheme; COUNT] {
    // An array has to begin with some value; every place is overwritten.
    let mut all = [Scheme::STANDARD; COUNT];
    let mut room: &mut [Scheme] = &mut all;
    while let [list, rest @ ..] = lists {
        let (these, more) = room.split_at_mut(list.len());
        these.copy_from_slice(list);
        (room, lists) = (more, rest);
    }
    all
}
