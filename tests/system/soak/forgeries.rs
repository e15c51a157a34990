//! Thirty ways to forge a delivery.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::message::{Key, Message, Route};
use crate::plan::Draw;
use crate::server::LIMIT;

const ID: &str = "webhook-id";
const TIME: &str = "webhook-timestamp";
const SIGNATURE: &str = "webhook-signature";
const GITHUB: &str = "x-hub-signature-256";

pub(crate) struct Forgery {
    pub(crate) name: &'static str,
    pub(crate) route: Route,
    pub(crate) status: u16,
    /// Spoils a good delivery.
    pub(crate) forge: fn(&mut Message, &mut Draw),
}

const fn standard(name: &'static str, forge: fn(&mut Message, &mut Draw)) -> Forgery {
    Forgery { name, route: Route::Standard, status: 401, forge }
}

const fn too_long(name: &'static str, forge: fn(&mut Message, &mut Draw)) -> Forgery {
    Forgery { name, route: Route::Standard, status: 413, forge }
}

const fn github(name: &'static str, forge: fn(&mut Message, &mut Draw)) -> Forgery {
    Forgery { name, route: Route::GitHub, status: 401, forge }
}

pub(crate) static FORGERIES: [Forgery; 30] = [
    standard("a bit of the body", |message, draw| flip(&mut message.body, draw)),
    standard("a byte more", |message, _| message.body.push(b' ')),
    standard("a byte less", |message, _| message.body.truncate(message.body.len() - 1)),
    standard("no body", |message, _| message.body.clear()),
    standard("another id", |message, _| message.header(ID).push(b'0')),
    standard("no id", |message, _| drop(message.take(ID))),
    standard("the id twice", |message, _| message.repeat(ID)),
    standard("another time", |message, _| shift(message, 1)),
    standard("no time", |message, _| drop(message.take(TIME))),
    standard("a time with a sign", |message, _| message.header(TIME).insert(0, b'+')),
    standard("an old delivery", |message, _| resign(message, -3600)),
    standard("a delivery from ahead", |message, _| resign(message, 3600)),
    standard("another key", |message, _| {
        let (id, time) = (message.text(ID), message.text(TIME).parse().unwrap());
        message.sign(&id, time, Key::Other);
    }),
    standard("a bit of the signature", |message, draw| {
        let mut tag = STANDARD.decode(&message.text(SIGNATURE)["v1,".len()..]).unwrap();
        flip(&mut tag, draw);
        *message.header(SIGNATURE) = format!("v1,{}", STANDARD.encode(tag)).into();
    }),
    standard("half a signature", |message, _| message.header(SIGNATURE).truncate(3 + 22)),
    standard("no signature", |message, _| drop(message.take(SIGNATURE))),
    standard("an empty signature", |message, _| message.header(SIGNATURE).clear()),
    standard("the signature in a trailer", |message, _| {
        message.chunk = Some(4096);
        let signature = message.take(SIGNATURE);
        message.trailers.push((SIGNATURE, signature));
    }),
    standard("another's signature", |message, _| {
        let mut other = Message::new(Route::Standard, u64::MAX, 0, Key::Newer, 0);
        let (id, time) = (message.text(ID), message.text(TIME).parse().unwrap());
        other.sign(&id, time, Key::Newer);
        *message.header(SIGNATURE) = other.take(SIGNATURE);
    }),
    standard("another version", |message, _| message.header(SIGNATURE)[1] = b'2'),
    standard("more signatures than are looked at", |message, _| {
        *message.header(SIGNATURE) = vec![message.text(SIGNATURE); 33].join(" ").into();
    }),
    standard("bytes that are no text", |message, _| message.header(SIGNATURE).push(0xff)),
    standard("two families of headers", |message, _| {
        let id = message.take(ID);
        message.headers.push(("svix-id", id));
    }),
    standard("a piece of the body as a piece of the id", |message, _| {
        // What is signed is the same.
        let (id, time) = (message.text(ID), message.text(TIME));
        let body = message.body.clone();
        message.body = [time.as_bytes(), b".", &body].concat();
        message.sign(&id, time.parse().unwrap(), Key::Newer);
        message.body = body;
        *message.header(ID) = format!("{id}.{time}").into();
    }),
    standard("a body compressed on its way", |message, _| message.compress()),
    too_long("a length without an end", |message, _| message.declared = Some(1 << 40)),
    too_long("chunks over the limit", |message, _| {
        message.body.resize(LIMIT + 1, b' ');
        message.chunk = Some(4096);
        resign(message, 0);
    }),
    github("a bit of the body, plain", |message, draw| flip(&mut message.body, draw)),
    github("another key, plain", |message, _| message.sign("", 0, Key::Other)),
    github("another hash", |message, _| {
        *message.header(GITHUB) = message.text(GITHUB).replace("sha256=", "sha1=").into();
    }),
];

fn flip(bytes: &mut [u8], draw: &mut Draw) {
    let at = draw.below(bytes.len());
    bytes[at] ^= 1 << draw.below(8);
}

fn shift(message: &mut Message, seconds: i64) {
    let time: i64 = message.text(TIME).parse().unwrap();
    *message.header(TIME) = (time + seconds).to_string().into();
}

/// Signs the body with the right key, for another time.
fn resign(message: &mut Message, seconds: i64) {
    shift(message, seconds);
    let (id, time) = (message.text(ID), message.text(TIME).parse().unwrap());
    message.sign(&id, time, Key::Newer);
}

impl fmt::Debug for Forgery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// There is one of each.
impl PartialEq for Forgery {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Forgery {}
