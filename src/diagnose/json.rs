//! JSON as it was written: numbers and strings keep their bytes, and keys their order.

/// A value, as slices of the text that it was read from.
pub(super) enum Value<'t> {
    /// A number, `true`, `false` or `null`.
    Plain(&'t [u8]),
    /// What is between the quotes.
    Text(&'t [u8]),
    List(Vec<Self>),
    Map(Vec<(&'t [u8], Self)>),
}

/// Deeper than this, nothing is read: the reader and the printer call themselves.
const MAX_DEPTH: usize = 100;

/// Reads one value with nothing but blanks around it.
pub(super) fn read(text: &[u8]) -> Option<Value<'_>> {
    let mut reader = Reader { rest: text };
    let value = reader.value(MAX_DEPTH)?;
    reader.blanks();
    reader.rest.is_empty().then_some(value)
}

struct Reader<'t> {
    rest: &'t [u8],
}

impl<'t> Reader<'t> {
    fn value(&mut self, depth: usize) -> Option<Value<'t>> {
        let depth = depth.checked_sub(1)?;
        self.blanks();
        match self.rest.first()? {
            b'"' => self.text().map(Value::Text),
            b'[' => self.items(b'[', b']', |reader| reader.value(depth)).map(Value::List),
            b'{' => {
                let entry = |reader: &mut Self| {
                    let key = reader.text()?;
                    reader.token(b':').then(|| reader.value(depth))?.map(|value| (key, value))
                };
                self.items(b'{', b'}', entry).map(Value::Map)
            }
            _ => {
                let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"+-.".contains(byte);
                let size = self.rest.iter().take_while(|byte| plain(byte)).count();
                if size == 0 { None } else { self.take(size).map(Value::Plain) }
            }
        }
    }

    fn items<T>(
        &mut self,
        open: u8,
        close: u8,
        mut item: impl FnMut(&mut Self) -> Option<T>,
    ) -> Option<Vec<T>> {
        let mut items = Vec::new();
        if !self.token(open) || self.token(close) {
            return Some(items);
        }
        loop {
            self.blanks();
            items.push(item(self)?);
            if !self.token(b',') {
                return self.token(close).then_some(items);
            }
        }
    }

    fn text(&mut self) -> Option<&'t [u8]> {
        let inside = self.rest.strip_prefix(b"\"")?;
        let mut escaped = false;
        let size = inside.iter().position(|byte| {
            let ends = *byte == b'"' && !escaped;
            escaped = *byte == b'\\' && !escaped;
            ends
        })?;
        self.take(size + 2)?.get(1..size + 1)
    }

    fn token(&mut self, byte: u8) -> bool {
        self.blanks();
        let rest = self.rest.strip_prefix(&[byte]);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn blanks(&mut self) {
        self.rest = self.rest.trim_ascii_start();
    }

    fn take(&mut self, size: usize) -> Option<&'t [u8]> {
        let (taken, rest) = self.rest.split_at_checked(size)?;
        self.rest = rest;
        Some(taken)
    }
}

/// How a value is printed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Style {
    pub(super) spacing: Spacing,
    pub(super) sorted: bool,
    /// `None` leaves strings as they are written.
    pub(super) strings: Option<Strings>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Spacing {
    /// On one line, with this between two items, and between a key and its value.
    Line(&'static str, &'static str),
    /// On lines of their own, indented by this for each level.
    Lines(&'static str),
    /// As Java's Jackson does: blanks around colons and inside lists, which stay on their line.
    Java,
}

/// Which characters of a string are escaped beside those that have to be.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Strings {
    pub(super) slash: bool,
    /// `<`, `>`, `&` and the line separators of Unicode.
    pub(super) html: bool,
    pub(super) not_ascii: bool,
    pub(super) upper: bool,
}

/// Prints a value, unless it takes more than `most` bytes.
pub(super) fn print(value: &Value<'_>, style: Style, most: usize) -> Option<Vec<u8>> {
    let mut printer = Printer { style, most, out: Vec::new() };
    printer.value(value, 0)?;
    Some(printer.out)
}

struct Printer {
    style: Style,
    most: usize,
    out: Vec<u8>,
}

impl Printer {
    fn put(&mut self, bytes: &[u8]) -> Option<()> {
        self.out.extend_from_slice(bytes);
        (self.out.len() <= self.most).then_some(())
    }

    fn value(&mut self, value: &Value<'_>, level: usize) -> Option<()> {
        match value {
            Value::Plain(bytes) => self.put(bytes),
            Value::Text(text) => self.text(text),
            Value::List(items) => self.items([b"[", b"]"], items, level, Self::value),
            Value::Map(entries) => {
                let mut order: Vec<_> = entries.iter().collect();
                if self.style.sorted {
                    order.sort_by_cached_key(|(key, _)| {
                        unescape(key).map_or_else(|| key.to_vec(), String::into_bytes)
                    });
                }
                self.items([b"{", b"}"], &order, level, |printer, (key, value), level| {
                    printer.text(key)?;
                    printer.put(match printer.style.spacing {
                        Spacing::Line(_, colon) => colon.as_bytes(),
                        Spacing::Lines(_) => b": ",
                        Spacing::Java => b" : ",
                    })?;
                    printer.value(value, level)
                })
            }
        }
    }

    fn items<T>(
        &mut self,
        [open, close]: [&[u8]; 2],
        items: &[T],
        level: usize,
        item: impl Fn(&mut Self, &T, usize) -> Option<()>,
    ) -> Option<()> {
        let java_list = self.style.spacing == Spacing::Java && open == b"[";
        let (comma, indent) = match self.style.spacing {
            Spacing::Line(comma, _) => (comma, None),
            Spacing::Java if java_list => (", ", None),
            Spacing::Java => (",", Some("  ")),
            Spacing::Lines(indent) => (",", Some(indent)),
        };
        let inner = if java_list { level } else { level + 1 };
        self.put(open)?;
        for (index, it) in items.iter().enumerate() {
            if index > 0 {
                self.put(comma.as_bytes())?;
            } else if java_list {
                self.put(b" ")?;
            }
            self.line(indent, inner)?;
            item(self, it, inner)?;
        }
        match self.style.spacing {
            Spacing::Java if items.is_empty() || java_list => self.put(b" ")?,
            _ if items.is_empty() => {}
            _ => self.line(indent, level)?,
        }
        self.put(close)
    }

    fn line(&mut self, indent: Option<&str>, level: usize) -> Option<()> {
        let Some(indent) = indent else { return Some(()) };
        self.put(b"\n")?;
        (0..level).try_for_each(|_| self.put(indent.as_bytes()))
    }

    fn text(&mut self, raw: &[u8]) -> Option<()> {
        self.put(b"\"")?;
        match self.style.strings.zip(unescape(raw)) {
            Some((strings, text)) => self.put(escape(&text, strings).as_bytes())?,
            None => self.put(raw)?,
        }
        self.put(b"\"")
    }
}

/// The text that is between the quotes of a JSON string, unless it is not UTF-8 or has half a
/// surrogate.
pub(super) fn unescape(raw: &[u8]) -> Option<String> {
    let mut rest = str::from_utf8(raw).ok()?;
    let mut text = String::with_capacity(rest.len());
    while let Some((before, after)) = rest.split_once('\\') {
        text.push_str(before);
        let kind = after.chars().next()?;
        rest = after.get(kind.len_utf8()..)?;
        text.push(match kind {
            '"' | '\\' | '/' => kind,
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => {
                let first = unit(&mut rest)?;
                let second = match rest.strip_prefix("\\u") {
                    Some(low) if (0xd800..0xdc00).contains(&first) => {
                        rest = low;
                        Some(unit(&mut rest)?)
                    }
                    _ => None,
                };
                let mut chars = char::decode_utf16([first].into_iter().chain(second));
                let char = chars.next()?.ok()?;
                if chars.next().is_some() {
                    return None;
                }
                char
            }
            _ => return None,
        });
    }
    text.push_str(rest);
    Some(text)
}

fn unit(rest: &mut &str) -> Option<u16> {
    let (digits, after) = rest.split_at_checked(4)?;
    *rest = after;
    digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then_some(())?;
    u16::from_str_radix(digits, 16).ok()
}

/// The inside of a JSON string.
pub(super) fn escape(text: &str, strings: Strings) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    for char in text.chars() {
        match char {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '/' if strings.slash => out.push_str("\\/"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\0'..' ' => unicode(&mut out, char, strings.upper),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' if strings.html => {
                unicode(&mut out, char, strings.upper);
            }
            '\u{7f}'.. if strings.not_ascii => unicode(&mut out, char, strings.upper),
            _ => out.push(char),
        }
    }
    out
}

fn unicode(out: &mut String, char: char, upper: bool) {
    for unit in char.encode_utf16(&mut [0; 2]) {
        *out += &if upper { format!("\\u{unit:04X}") } else { format!("\\u{unit:04x}") };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Strings = Strings { slash: false, html: false, not_ascii: false, upper: false };

    fn printed(text: &str, spacing: Spacing, sorted: bool, strings: Option<Strings>) -> String {
        let value = read(text.as_bytes()).unwrap();
        let out = print(&value, Style { spacing, sorted, strings }, 10_000).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn numbers_and_keys_stay_as_they_were_written() {
        let text = " { \"b\" : [1.0e+2 , -0, 1E400,true ,null], \"a\":{ },\t\"c\\\"\":[ ]}\n";
        let compact = Spacing::Line(",", ":");
        let expected = r#"{"b":[1.0e+2,-0,1E400,true,null],"a":{},"c\"":[]}"#;
        assert_eq!(printed(text, compact, false, None), expected);
        let sorted = r#"{"a":{},"b":[1.0e+2,-0,1E400,true,null],"c\"":[]}"#;
        assert_eq!(printed(text, compact, true, None), sorted);
    }

    #[test]
    fn printers_print_as_their_languages_do() {
        let text = r#"{"a":[1,{"b":2}],"c":{},"d":[]}"#;
        for (spacing, expected) in [
            (Spacing::Line(", ", ": "), r#"{"a": [1, {"b": 2}], "c": {}, "d": []}"#),
            (
                Spacing::Lines("  "),
                "{\n  \"a\": [\n    1,\n    {\n      \"b\": 2\n    }\n  ],\n  \"c\": {},\n  \"d\": []\n}",
            ),
            (
                Spacing::Java,
                "{\n  \"a\" : [ 1, {\n    \"b\" : 2\n  } ],\n  \"c\" : { },\n  \"d\" : [ ]\n}",
            ),
        ] {
            assert_eq!(printed(text, spacing, false, None), expected);
        }
    }

    #[test]
    fn strings_are_escaped_as_asked() {
        let text = r#"["/<é\u00E9😀\ud83d\ude00\n\u0001\/"]"#;
        let print = |strings| printed(text, Spacing::Line(",", ":"), false, Some(strings));
        assert_eq!(print(PLAIN), r#"["/<éé😀😀\n\u0001/"]"#);
        let all = Strings { slash: true, html: true, not_ascii: true, upper: true };
        let expected = r#"["\/\u003C\u00E9\u00E9\uD83D\uDE00\uD83D\uDE00\n\u0001\/"]"#;
        assert_eq!(print(all), expected);
    }

    #[test]
    fn what_is_not_json_is_not_read() {
        let deep = "[".repeat(200) + &"]".repeat(200);
        for text in ["", "{", "[1", "[1,]", "{\"a\"}", "{\"a\":}", "\"a", "\"\\\"", "[1]2", &deep] {
            assert!(read(text.as_bytes()).is_none(), "{text}");
        }
        for raw in ["\\ud83d", "\\ud83d\\u0041", "\\x", "\\u12", "\\u+123", "\\"] {
            assert_eq!(unescape(raw.as_bytes()), None, "{raw}");
        }
        assert!(
            print(
                &read(b"[1,2]").unwrap(),
                Style { spacing: Spacing::Lines("  "), sorted: false, strings: None },
                5
            )
            .is_none()
        );
    }
}
