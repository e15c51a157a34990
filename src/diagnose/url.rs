//! Hypotheses about the URL and the method, for the schemes that sign them.

use http::{Method, Uri};

use crate::diagnose::body::percent_decode;
use crate::diagnose::finding::{
    METHOD, URL_ESCAPING, URL_HOST, URL_PATH, URL_QUERY, URL_SCHEME, URL_SLASH, excerpt,
};
use crate::diagnose::lens::Pairs;
use crate::diagnose::trial::{Change, To};
use crate::head::url::PublicUrl;

/// The URL and the method that a delivery would have been signed with.
pub(super) struct Url<'d> {
    pub(super) scheme: &'static str,
    pub(super) host: Option<&'d str>,
    /// With the query.
    pub(super) path: String,
    pub(super) method: &'d str,
    /// The path and query of the request itself.
    received: &'d str,
    /// The path of the public URL.
    prefix: &'d str,
    /// The host in the request's own URL, as HTTP/2 has it.
    authority: Option<&'d str>,
}

/// As many characters of a URL are looked at.
const MAX_URL: usize = 8 << 10;

impl<'d> Url<'d> {
    pub(super) fn new(
        public: Option<&'d PublicUrl>,
        request: Option<(&'d Method, &'d Uri)>,
    ) -> Self {
        let received = request.and_then(|(_, uri)| uri.path_and_query());
        let received = received.map_or("", |path| path.as_str());
        let (scheme, host, prefix) = match public {
            Some(url) => split(url.as_str()),
            None => ("https", None, ""),
        };
        let path = match public {
            Some(url) if url.is_exact() => prefix.to_owned(),
            _ => [prefix, received].concat(),
        };
        let method = request.map_or("POST", |(method, _)| method.as_str());
        let authority = request.and_then(|(_, uri)| uri.authority()).map(|it| it.as_str());
        Self { scheme, host, path, method, received, prefix, authority }
    }

    /// Every other URL and method, the likeliest first.
    pub(super) fn changes(
        &'d self,
        pairs: &'d Pairs<'d>,
        candidates: &'d [String],
    ) -> impl Iterator<Item = Change<'d>> + 'd {
        let other = if self.scheme == "https" { "http" } else { "https" };
        let scheme = Change::new(
            &URL_SCHEME,
            format!("The signature matches with a URL that begins with `{other}`."),
            To::UrlScheme(other),
        );
        let hosts = self.hosts(pairs, candidates).map(|host| {
            let found = format!("The signature matches with the host `{}`.", excerpt(&host));
            Change::new(&URL_HOST, found, To::Host(host))
        });
        let methods = ["POST", "PUT", "PATCH", "DELETE", "GET", "post"].map(|method| {
            let found = format!("The signature matches with the method `{method}`.");
            Change::new(&METHOD, found, To::Method(method.to_owned()))
        });
        std::iter::once(scheme).chain(hosts).chain(self.paths(pairs, candidates)).chain(methods)
    }

    fn hosts(
        &self,
        pairs: &'d Pairs<'d>,
        candidates: &'d [String],
    ) -> impl Iterator<Item = String> + use<'d> {
        let own = self.authority.into_iter().chain(self.host);
        let named = ["x-forwarded-host", "x-original-host", "host", "forwarded"];
        let headers = named.into_iter().flat_map(|name| values(pairs, name));
        let headers = headers.flat_map(|value| value.split([',', ';']));
        let headers = headers.map(|host| {
            let host = host.trim().trim_start_matches("host=").trim_start_matches("Host=");
            host.trim_matches('"')
        });
        let given = candidates.iter().filter_map(|url| split(url).1);
        let all = given.chain(headers).chain(own).filter(|host| !host.is_empty()).take(32);
        all.flat_map(|host| {
            let port = host.rsplit_once(':').map(|(name, _)| name.to_owned());
            let bare = port.clone().unwrap_or_else(|| host.to_owned());
            let ports = [":443", ":80"].map(|port| Some([bare.as_str(), port].concat()));
            [Some(host.to_owned()), port].into_iter().chain(ports).flatten()
        })
    }

    fn paths(
        &'d self,
        pairs: &'d Pairs<'d>,
        candidates: &'d [String],
    ) -> impl Iterator<Item = Change<'d>> + 'd {
        let (path, query) = cut(&self.path);
        let change = |code, found: &'static str| {
            move |path: String| {
                (path.len() <= MAX_URL).then(|| Change::new(code, found, To::Path(path)))
            }
        };
        let doubled = path.split('/').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/");
        let slashes = [
            [path.strip_suffix('/').unwrap_or(path), query].concat(),
            [path, "/", query].concat(),
            ["/", &doubled, query].concat(),
        ];
        let slashes = slashes.into_iter().filter_map(change(
            &URL_SLASH,
            "The signature matches with a slash more or less in the path.",
        ));

        const ORIGINAL: [&str; 6] = [
            "x-original-uri",
            "x-original-url",
            "x-rewrite-url",
            "x-forwarded-uri",
            "x-envoy-original-path",
            "x-forwarded-path",
        ];
        let whole = ORIGINAL.into_iter().flat_map(|name| values(pairs, name));
        let whole = whole.chain(candidates.iter().map(String::as_str)).map(|url| split(url).2);
        let prefixes = ["x-forwarded-prefix", "x-script-name", "x-ingress-path"];
        let prefixes = prefixes.into_iter().flat_map(|name| values(pairs, name));
        let prefixes = prefixes.chain(candidates.iter().map(|url| cut(split(url).2).0));
        let prefixed = prefixes.map(|it| [it.trim_end_matches('/'), self.path.as_str()].concat());
        let whole = whole.take(32).flat_map(move |url| {
            // The path of another URL, with its own query and with that of the request.
            [url.to_owned(), [cut(url).0, query].concat(), [self.prefix, url].concat()]
        });
        let bare = [self.received.to_owned(), [self.prefix, self.received].concat()];
        let moved = whole.chain(prefixed.take(32)).chain(bare).filter_map(change(
            &URL_PATH,
            "The signature matches with another path, of which a part was removed or added.",
        ));

        let mut sorted: Vec<_> = query.trim_start_matches('?').split('&').collect();
        sorted.sort_unstable();
        let queries =
            [path.to_owned(), [path, "?"].concat(), [path, "?", &sorted.join("&")].concat()];
        let cuts = query.match_indices('&').map(|(at, _)| query.get(..at).unwrap_or_default());
        let cuts: Vec<_> = cuts.take(16).map(|query| [path, query].concat()).collect();
        let received = [path, cut(self.received).1].concat();
        let queries = queries.into_iter().chain(cuts).chain([received]).filter_map(change(
            &URL_QUERY,
            "The signature matches with another query, or without one.",
        ));

        let plain = |text: &str, form| {
            String::from_utf8_lossy(&percent_decode(text.as_bytes(), form)).into_owned()
        };
        let escapes = [
            plain(&self.path, false),
            [plain(path, false).as_str(), &plain(query, true)].concat(),
            [plain(path, false).as_str(), query].concat(),
            encode(&plain(&self.path, false)),
            encode(&[plain(path, false).as_str(), &plain(query, true)].concat()),
            self.path.replace('+', "%20"),
            self.path.replace("%20", "+"),
            hexed(&self.path, u8::to_ascii_uppercase),
            hexed(&self.path, u8::to_ascii_lowercase),
        ];
        let escapes = escapes.into_iter().filter_map(change(
            &URL_ESCAPING,
            "The signature matches with the URL percent-encoded otherwise.",
        ));
        let all = slashes.chain(moved).chain(queries).chain(escapes);
        all.filter(|change| !matches!(&change.to, To::Path(path) if *path == self.path))
    }
}

/// The values of a header that are text.
fn values<'d>(pairs: &'d Pairs<'d>, name: &'static str) -> impl Iterator<Item = &'d str> {
    let pairs = pairs.iter().filter(move |(other, _)| other.eq_ignore_ascii_case(name));
    pairs
        .filter_map(|(_, value)| str::from_utf8(value).ok())
        .filter(|it| it.len() <= MAX_URL)
        .take(4)
}

/// The scheme, the host, and the rest of a URL; a URL that begins with a slash is that rest.
fn split(url: &str) -> (&'static str, Option<&str>, &str) {
    let (scheme, rest) = match (url.strip_prefix("http://"), url.strip_prefix("https://")) {
        (Some(rest), _) => ("http", rest),
        (None, Some(rest)) => ("https", rest),
        (None, None) => return ("https", None, url),
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (host, path) = rest.split_at(end);
    (scheme, Some(host), path)
}

/// The path, and the query with its question mark.
fn cut(path: &str) -> (&str, &str) {
    path.split_at(path.find('?').unwrap_or(path.len()))
}

fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'!'..=b'~' if !b"\"<>\\^`{|}".contains(&byte) => out.push(byte.into()),
            _ => out += &format!("%{byte:02X}"),
        }
    }
    out
}

/// The same URL, with its percent-encoded bytes in one case.
fn hexed(text: &str, case: impl Fn(&u8) -> u8) -> String {
    let mut left = 0;
    let change = |byte: u8| {
        let cased = if left > 0 { case(&byte) } else { byte };
        left = if byte == b'%' { 2 } else { usize::saturating_sub(left, 1) };
        cased
    };
    String::from_utf8_lossy(&text.bytes().map(change).collect::<Vec<_>>()).into_owned()
}
