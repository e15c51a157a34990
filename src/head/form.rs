//! The fields of a form, as some providers sign them: sorted, each name and value, with nothing
//! between.

/// The most fields that are read: each is allocated and sorted.
const MAX_FIELDS: usize = 1000;

/// The fields of a form as they are signed. A field that comes twice counts once for each of its
/// values. `None` if there are too many.
pub(crate) fn written(form: &[u8]) -> Option<Vec<u8>> {
    let pieces = form.split(|byte| *byte == b'&').filter(|piece| !piece.is_empty());
    if pieces.clone().nth(MAX_FIELDS).is_some() {
        return None;
    }
    let field = |piece: &[u8]| {
        let end = piece.iter().position(|byte| *byte == b'=').unwrap_or(piece.len());
        let value = piece.get(end + 1..).unwrap_or_default();
        (decoded(piece.get(..end).unwrap_or_default()), decoded(value))
    };
    let mut fields: Vec<_> = pieces.map(field).collect();
    fields.sort_unstable();
    fields.dedup();
    let size = fields.iter().map(|(name, value)| name.len() + value.len()).sum();
    let mut signed = Vec::with_capacity(size);
    for (name, value) in fields {
        signed.extend(name);
        signed.extend(value);
    }
    Some(signed)
}

/// Decodes a name or a value ([the URL standard](https://url.spec.whatwg.org/#urlencoded-parsing)) to
/// the bytes that were encoded, which need not be text.
fn decoded(mut text: &[u8]) -> Vec<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let mut bytes = Vec::with_capacity(text.len());
    while let [first, rest @ ..] = text {
        text = rest;
        let encoded = match (first, rest) {
            (b'%', [high, low, ..]) => digit(*high).zip(digit(*low)),
            _ => None,
        };
        bytes.push(match (first, encoded) {
            (_, Some((high, low))) => {
                text = rest.get(2..).unwrap_or_default();
                high << 4 | low
            }
            (b'+', None) => b' ',
            (byte, None) => *byte,
        });
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_sorted_by_name_and_then_by_value_and_count_once() {
        for (form, signed) in [
            ("", ""),
            ("&&", ""),
            ("b=2&a=1", "a1b2"),
            ("a=2&a=10&a=2", "a10a2"),
            ("Ab=1&A=z&a=0", "AzAb1a0"),
            ("a", "a"),
            ("a&a=&=1&=", "1a"),
            ("a=b=c", "ab=c"),
        ] {
            assert_eq!(written(form.as_bytes()).unwrap(), signed.as_bytes(), "{form}");
        }
    }

    #[test]
    fn names_and_values_are_decoded_once_to_any_bytes() {
        for (form, signed) in [
            ("a+b=c+d%2B", &b"a bc d+"[..]),
            ("a=%C3%A9%c3%a9", "aéé".as_bytes()),
            ("a=%ff%00%80", b"a\xff\x00\x80"),
            ("a=é", "aé".as_bytes()),
            ("a=%2541", b"a%41"),
            ("a=%&b=%4&c=%4g&d=%g4%", b"a%b%4c%4gd%g4%"),
            ("%61%3D=%26", b"a=&"),
        ] {
            assert_eq!(written(form.as_bytes()).unwrap(), signed, "{form}");
        }
        assert_eq!(written(b"a=\xff+\xfe").unwrap(), b"a\xff \xfe");
    }

    #[test]
    fn a_thousand_fields_are_read() {
        let form = |count| vec!["a"; count].join("&");
        assert_eq!(written(form(1000).as_bytes()).unwrap(), b"a");
        assert_eq!(written(form(1001).as_bytes()), None);
        assert_eq!(written("&".repeat(5000).as_bytes()).unwrap(), b"");
    }
}
