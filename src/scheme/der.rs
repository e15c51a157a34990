//! The DER of an ECDSA signature: `SEQUENCE { r INTEGER, s INTEGER }`
//! ([RFC 3279, section 2.2.3](https://www.rfc-editor.org/rfc/rfc3279#section-2.2.3)).

const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;

/// The most bytes for two numbers of 32 bytes each.
pub(super) const MAX: usize = 72;

/// Fills each half of `numbers` with one of the two, which must be positive, no longer than that and
/// written in the one shortest way.
pub(super) fn read(der: &[u8], numbers: &mut [u8]) -> Option<()> {
    let (r, s) = numbers.split_at_mut(numbers.len() / 2);
    let (content, rest) = value(SEQUENCE, der)?;
    let (first, content) = value(INTEGER, content)?;
    let (second, content) = value(INTEGER, content)?;
    number(first, r)?;
    number(second, s)?;
    (rest.is_empty() && content.is_empty()).then_some(())
}

/// The value of this type, and what follows it.
fn value(tag: u8, der: &[u8]) -> Option<(&[u8], &[u8])> {
    match der {
        // A longer one does not have its length in one byte, and does not occur here.
        [first, size @ 0..128, rest @ ..] if *first == tag => {
            rest.split_at_checked(usize::from(*size))
        }
        _ => None,
    }
}

fn number(bytes: &[u8], place: &mut [u8]) -> Option<()> {
    let digits = match bytes {
        // The first bit is the sign, and a zero is in front only where it has to be.
        [0, 128..=255, ..] => bytes.get(1..)?,
        [1..128, ..] => bytes,
        _ => return None,
    };
    let (zeros, rest) = place.split_at_mut_checked(place.len().checked_sub(digits.len())?)?;
    zeros.fill(0);
    rest.copy_from_slice(digits);
    Some(())
}

/// Writes the two halves of `numbers`, neither of which is zero.
pub(super) fn write(numbers: &[u8]) -> Vec<u8> {
    let (r, s) = numbers.split_at(numbers.len() / 2);
    let numbers = [number_of(r), number_of(s)].concat();
    [&head(SEQUENCE, &numbers)[..], &numbers].concat()
}

fn number_of(bytes: &[u8]) -> Vec<u8> {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    let digits = bytes.get(zeros..).unwrap_or_default();
    let sign: &[u8] = if digits.first().is_some_and(|byte| *byte >= 128) { &[0] } else { &[] };
    let digits = [sign, digits].concat();
    [&head(INTEGER, &digits)[..], &digits].concat()
}

/// The type and the size, which is less than 128.
fn head(tag: u8, value: &[u8]) -> [u8; 2] {
    [tag, u8::try_from(value.len()).unwrap_or_default()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_64(der: &[u8]) -> Option<[u8; 64]> {
        let mut numbers = [7; 64];
        read(der, &mut numbers).map(|()| numbers)
    }

    #[test]
    fn reading_is_the_inverse_of_writing() {
        for (r, s) in [(&[1][..], &[127][..]), (&[128], &[255; 32]), (&[127; 32], &[1, 0, 0])] {
            let mut numbers = [0; 64];
            numbers[32 - r.len()..32].copy_from_slice(r);
            numbers[64 - s.len()..].copy_from_slice(s);
            let der = write(&numbers);
            assert!(der.len() <= MAX);
            assert_eq!(read_64(&der), Some(numbers));
        }
        assert_eq!(write(&[255; 64]).len(), MAX);
    }

    #[test]
    fn there_is_one_way_to_write_a_signature() {
        assert!(read_64(&[0x30, 6, 2, 1, 1, 2, 1, 2]).is_some());
        let refused: &[&[u8]] = &[
            &[],
            &[0x30],
            &[0x30, 0],
            &[0x31, 6, 2, 1, 1, 2, 1, 2],
            &[0x30, 6, 3, 1, 1, 2, 1, 2],
            // A zero, a negative number, one without digits, and zeros that are not needed.
            &[0x30, 6, 2, 1, 0, 2, 1, 2],
            &[0x30, 6, 2, 1, 128, 2, 1, 2],
            &[0x30, 5, 2, 0, 2, 1, 2],
            &[0x30, 7, 2, 2, 0, 1, 2, 1, 2],
            // Too short, too long, with something behind, or a length in two bytes.
            &[0x30, 5, 2, 1, 1, 2, 1, 2],
            &[0x30, 7, 2, 1, 1, 2, 1, 2],
            &[0x30, 6, 2, 1, 1, 2, 1, 2, 0],
            &[0x30, 7, 2, 1, 1, 2, 1, 2, 0],
            &[0x30, 0x81, 6, 2, 1, 1, 2, 1, 2],
            &[0x30, 3, 2, 1, 1],
        ];
        for der in refused {
            assert_eq!(read_64(der), None, "{der:?}");
        }
        let long = [&[0x30, 38, 2, 33, 1][..], &[0; 32], &[2, 1, 1]].concat();
        assert_eq!(read_64(&long), None);
    }
}
