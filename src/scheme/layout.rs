//! The layout of a signature header's value.

use std::fmt;

use crate::crypto::Algorithm;
use crate::scheme::rules::InvalidScheme;

/// The layout of a signature header's value: one signature, or a list.
///
/// # Examples
///
/// ```
/// use tower_webhook::Scheme;
///
/// assert_eq!(Scheme::GITHUB.layout().to_string(), "sha256=…");
/// assert_eq!(Scheme::STRIPE.layout().to_string(), "t={time},v1=…");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout(pub(crate) LayoutKind, pub(super) Option<InvalidScheme>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LayoutKind {
    Single { prefix: &'static str },
    List(List),
    Bare(Bare),
}

/// A list of signatures without versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bare {
    pub(crate) separator: char,
    /// Whether the first entry is the timestamp.
    pub(crate) timestamp: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct List {
    pub(crate) separator: char,
    pub(crate) joint: Joint,
    pub(crate) assign: char,
    pub(crate) version: &'static str,
    pub(crate) more_versions: &'static [(&'static str, Algorithm)],
    pub(crate) timestamp: Option<&'static str>,
}

/// How a list departs from entries with nothing but the separator between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Joint {
    Plain,
    /// A space follows the separator.
    Spaced,
    /// A comma comes before it.
    Comma,
    /// This character divides sets of entries, each with the timestamp.
    Sets(char),
}

impl Layout {
    /// Describes one signature after a fixed prefix, which may be empty: `sha256=5f…`.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::scheme::Layout;
    ///
    /// assert_eq!(Layout::single("sha256=").to_string(), "sha256=…");
    /// ```
    #[must_use]
    pub const fn single(prefix: &'static str) -> Self {
        Self(LayoutKind::Single { prefix }, None)
    }

    /// Describes a list of versioned signatures: `v1,g0hM…= v1,bm9l…=` is `list(' ', ',', "v1")`,
    /// and `t=1,v1=5f…,v1=6e…` is `list(',', '=', "v1").timestamp_key("t")`.
    ///
    /// Entries of another version or without a version are skipped. Spaces after a separator are
    /// skipped too, as [RFC 9110, section
    /// 5.6.1](https://www.rfc-editor.org/rfc/rfc9110#section-5.6.1) allows them in lists.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::scheme::Layout;
    ///
    /// assert_eq!(Layout::list(' ', ',', "v1").to_string(), "v1,…");
    /// ```
    #[must_use]
    pub const fn list(separator: char, assign: char, version: &'static str) -> Self {
        let (joint, more_versions, timestamp) = (Joint::Plain, &[] as &[_], None);
        let list = List { separator, joint, assign, version, more_versions, timestamp };
        Self(LayoutKind::List(list), None)
    }

    /// Describes a list of signatures without versions, `g0hM…=,bm9l…=`, with one for each of the
    /// provider's keys. The separator is `,`, `;`, `|` or a space, and spaces after it are skipped.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::scheme::Layout;
    ///
    /// assert_eq!(Layout::bare_list(',').to_string(), "…,…");
    /// assert_eq!(Layout::bare_list(',').timestamp_first().to_string(), "{time},…,…");
    /// ```
    #[must_use]
    pub const fn bare_list(separator: char) -> Self {
        Self(LayoutKind::Bare(Bare { separator, timestamp: false }), None)
    }

    /// Sets that the first entry of a bare list is the timestamp, default off. A scheme whose layout is
    /// not a bare list does not build.
    #[must_use]
    pub const fn timestamp_first(mut self) -> Self {
        match &mut self.0 {
            LayoutKind::Bare(bare) => bare.timestamp = true,
            _ => {
                let rule = "only a bare list has a first entry: begin with Layout::bare_list(…)";
                self.1 = Some(InvalidScheme(rule));
            }
        }
        self
    }

    /// Sets the key of the entry that is the timestamp, default none. A scheme whose layout is not a
    /// list does not build.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::scheme::Layout;
    ///
    /// assert_eq!(Layout::list(',', '=', "v1").timestamp_key("t").to_string(), "t={time},v1=…");
    /// ```
    #[must_use]
    pub const fn timestamp_key(mut self, key: &'static str) -> Self {
        if let Some(list) = self.list_mut() {
            list.timestamp = Some(key);
        }
        self
    }

    /// Sets that the provider writes a space after each separator, default off. A signer writes it
    /// too; a verifier skips spaces in any case. A scheme whose layout is not a list does not build.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::scheme::Layout;
    ///
    /// let layout = Layout::list(',', '=', "v1").timestamp_key("t").spaced();
    /// assert_eq!(layout.to_string(), "t={time}, v1=…");
    /// ```
    #[must_use]
    pub const fn spaced(mut self) -> Self {
        if let Some(list) = self.list_mut() {
            list.joint = Joint::Spaced;
        }
        self
    }

    /// Sets that the provider writes a comma before each separator, default off: it is part of no
    /// entry. A scheme whose layout is not a list, or is one that commas separate, does not build.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::scheme::Layout;
    ///
    /// // `v1,g0hM…=, v1,bm9l…=`
    /// let layout = Layout::list(' ', ',', "v1").comma_joined();
    /// assert_eq!(layout.to_string(), "v1,…, v1,…");
    /// ```
    #[must_use]
    pub const fn comma_joined(mut self) -> Self {
        if let Some(list) = self.list_mut() {
            list.joint = Joint::Comma;
        }
        self
    }

    /// Sets the character between sets of entries, default none, for a provider that sends one set for
    /// each of its keys, and the timestamp in all of them. A scheme whose layout is not a list with a
    /// [`timestamp_key`](Self::timestamp_key) does not build.
    ///
    /// # Security
    ///
    /// A delivery has one timestamp. If its sets do not have the same, it is rejected, so that no
    /// signature is ever verified with the timestamp of another.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::scheme::Layout;
    ///
    /// let layout = Layout::list(',', '=', "v1").timestamp_key("t").sets(' ');
    /// assert_eq!(layout.to_string(), "t={time},v1=… t={time},v1=…");
    /// ```
    #[must_use]
    pub const fn sets(mut self, divider: char) -> Self {
        if let Some(list) = self.list_mut() {
            list.joint = Joint::Sets(divider);
        }
        self
    }

    /// Sets further versions of signatures, each with its own algorithm, default none.
    ///
    /// A verifier reads only the versions for which it has a key. A scheme whose layout is not a list
    /// does not build.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::scheme::{Algorithm, Layout};
    ///
    /// const LAYOUT: Layout =
    ///     Layout::list(',', '=', "v1").more_versions(&[("v2", Algorithm::HmacSha512)]);
    /// assert_eq!(LAYOUT.to_string(), "v1=…,v2=…");
    /// ```
    #[must_use]
    pub const fn more_versions(mut self, versions: &'static [(&'static str, Algorithm)]) -> Self {
        if let Some(list) = self.list_mut() {
            list.more_versions = versions;
        }
        self
    }

    /// Returns `true` if the timestamp is an entry of the list.
    pub(super) const fn lists_timestamp(&self) -> bool {
        matches!(
            self.0,
            LayoutKind::List(List { timestamp: Some(_), .. })
                | LayoutKind::Bare(Bare { timestamp: true, .. })
        )
    }

    /// Notes, if this is not a list, that no scheme can be built with it: a panic here could come from a
    /// configuration file.
    const fn list_mut(&mut self) -> Option<&mut List> {
        match &mut self.0 {
            LayoutKind::List(list) => Some(list),
            LayoutKind::Single { .. } | LayoutKind::Bare(_) => {
                let rule = "only a list has keys, versions and spaces: begin with Layout::list(…)";
                self.1 = Some(InvalidScheme(rule));
                None
            }
        }
    }
}

impl fmt::Display for Layout {
    /// Writes `…` for a signature and `{time}` for a timestamp, as in `t={time},v1=…`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = match self.0 {
            LayoutKind::Single { prefix } => return write!(f, "{prefix}…"),
            LayoutKind::Bare(Bare { separator, timestamp }) => {
                let time = if timestamp { format!("{{time}}{separator}") } else { String::new() };
                return write!(f, "{time}…{separator}…");
            }
            LayoutKind::List(list) => list,
        };
        let more = list.more_versions.iter().map(|(version, _)| *version);
        let versions = [list.version].into_iter().chain(more);
        // What is between two of them.
        let again = matches!(list.joint, Joint::Comma | Joint::Sets(_)).then(|| versions.clone());
        let mut text = String::new();
        let all = versions.chain(again.into_iter().flatten());
        all.for_each(|version| list.add(&mut text, Some("{time}"), version, "…"));
        f.write_str(&text)
    }
}

impl Bare {
    /// The byte that separates entries. A scheme whose separator is not ASCII does not build.
    pub(crate) fn ascii(&self) -> u8 {
        u8::try_from(self.separator).unwrap_or_default()
    }
}

impl List {
    /// Adds a signature to a list that is signed, and the timestamp where it belongs before it.
    pub(crate) fn add(
        &self,
        list: &mut String,
        timestamp: Option<&str>,
        version: &str,
        signature: &str,
    ) {
        let entry = |list: &mut String, key: &str, text: &str| {
            list.push_str(key);
            list.push(self.assign);
            list.push_str(text);
        };
        let separate = |list: &mut String| {
            list.push_str(if matches!(self.joint, Joint::Comma) { "," } else { "" });
            list.push(self.separator);
            list.push_str(if matches!(self.joint, Joint::Spaced) { " " } else { "" });
        };
        let begins = match self.joint {
            _ if list.is_empty() => true,
            Joint::Sets(divider) => {
                list.push(divider);
                true
            }
            _ => {
                separate(list);
                false
            }
        };
        if begins && let Some((key, text)) = self.timestamp.zip(timestamp) {
            entry(list, key, text);
            separate(list);
        }
        entry(list, version, signature);
    }

    /// The byte that divides sets of entries, if something does.
    pub(crate) fn divider(&self) -> Option<u8> {
        match self.joint {
            Joint::Sets(divider) => u8::try_from(divider).ok(),
            Joint::Plain | Joint::Spaced | Joint::Comma => None,
        }
    }

    /// A value without the comma that joins its entry to the next one.
    #[inline]
    pub(crate) fn parted<'v>(&self, value: &'v [u8]) -> &'v [u8] {
        match self.joint {
            Joint::Comma => value.strip_suffix(b",").unwrap_or(value),
            Joint::Plain | Joint::Spaced | Joint::Sets(_) => value,
        }
    }

    /// The algorithm of an entry with this key, or `None` if the entry is not a signature.
    pub(crate) fn algorithm(&self, key: &[u8], own: Algorithm) -> Option<Algorithm> {
        if key == self.version.as_bytes() {
            return Some(own);
        }
        let mut more = self.more_versions.iter();
        more.find(|(version, _)| version.as_bytes() == key).map(|(_, algorithm)| *algorithm)
    }

    /// The version that marks signatures of an algorithm: the scheme's own, unless the algorithm
    /// has a further one.
    pub(crate) fn version_of(&self, algorithm: Algorithm) -> &'static str {
        let mut more = self.more_versions.iter();
        more.find(|(_, more)| *more == algorithm).map_or(self.version, |(version, _)| version)
    }

    /// The bytes that separate entries, and a key from its value. A scheme whose separators are not
    /// ASCII does not build.
    pub(crate) fn ascii(&self) -> (u8, u8) {
        let byte = |char| u8::try_from(char).unwrap_or_default();
        (byte(self.separator), byte(self.assign))
    }
}
