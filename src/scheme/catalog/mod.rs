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
mod work;

use crate::scheme::definition::Scheme;

const TRADES: &[&[Scheme]] = &[
    standard::STANDARD,
    payments::PAYMENTS,
    banking::BANKING,
    billing::BILLING,
    commerce::COMMERCE,
    logistics::LOGISTICS,
    customers::CUSTOMERS,
    messaging::MESSAGING,
    realtime::REALTIME,
    email::EMAIL,
    marketing::MARKETING,
    meetings::MEETINGS,
    work::WORK,
    people::PEOPLE,
    documents::DOCUMENTS,
    media::MEDIA,
    ai::AI,
    code::CODE,
    data::DATA,
    hosting::HOSTING,
    operations::OPERATIONS,
    identity::IDENTITY,
    health::HEALTH,
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
