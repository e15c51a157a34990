//! Presets by their names, for configuration files.

use std::error::Error;
use std::fmt;

use crate::scheme::definition::Scheme;

impl Scheme {
    /// Finds a preset by its [name](Scheme::name), such as one from a configuration file or the
    /// command line.
    ///
    /// Only letters and digits count, in either case: `GitHub`, `git_hub` and `git-hub` all name
    /// `github`.
    ///
    /// # Errors
    ///
    /// Returns [`UnknownScheme`] if no preset has that name.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::Scheme;
    ///
    /// assert_eq!(Scheme::named("HubSpot v3")?, Scheme::HUBSPOT_V3);
    /// let error = Scheme::named("gitbub").unwrap_err();
    /// assert_eq!(error.to_string(), "no such scheme; did you mean `github`?");
    /// # Ok::<(), tower_webhook::scheme::UnknownScheme>(())
    /// ```
    pub fn named(name: &str) -> Result<Self, UnknownScheme> {
        if name.len() > MAX_NAME {
            return Err(UnknownScheme { nearest: Vec::new() });
        }
        let wanted = letters(name);
        let found = Self::ALL.iter().find(|scheme| letters(scheme.name()) == wanted);
        found.copied().ok_or_else(|| UnknownScheme { nearest: nearest(&wanted) })
    }
}

/// A name that no preset has; see [`Scheme::named`].
///
/// The message suggests the presets with the most similar names. It does not repeat the name, which
/// may be a secret that was put in the wrong place.
///
/// # Examples
///
/// ```
/// use tower_webhook::Scheme;
/// use tower_webhook::scheme::UnknownScheme;
///
/// let error: UnknownScheme = Scheme::named("standard").unwrap_err();
/// assert!(error.to_string().ends_with("did you mean `standard-webhooks`?"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownScheme {
    nearest: Vec<&'static str>,
}

impl fmt::Display for UnknownScheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no such scheme")?;
        let [first, others @ ..] = self.nearest.as_slice() else { return Ok(()) };
        write!(f, "; did you mean `{first}`")?;
        others.iter().try_for_each(|name| write!(f, " or `{name}`"))?;
        f.write_str("?")
    }
}

impl Error for UnknownScheme {}

/// The longest name that is compared, in bytes.
const MAX_NAME: usize = 64;

/// The most names that are suggested.
const MAX_SUGGESTIONS: usize = 3;

/// The letters and digits of a name, in lower case: all that counts when names are compared.
fn letters(name: &str) -> Vec<u8> {
    let letters = name.bytes().filter(u8::is_ascii_alphanumeric);
    letters.map(|byte| byte.to_ascii_lowercase()).collect()
}

/// The presets to suggest: those whose name begins with `wanted`, or else those that are the fewest
/// typing errors away from it, at most one error for every three letters.
fn nearest(wanted: &[u8]) -> Vec<&'static str> {
    let most = wanted.len() / 3;
    let mut names: Vec<_> = Scheme::ALL
        .iter()
        .map(|scheme| {
            let name = letters(scheme.name());
            let begins = wanted.len() > 2 && name.starts_with(wanted);
            (if begins { 0 } else { distance(wanted, &name) }, scheme.name())
        })
        .filter(|(errors, _)| *errors <= most)
        .collect();
    let Some(fewest) = names.iter().map(|(errors, _)| *errors).min() else { return Vec::new() };
    names.retain(|(errors, _)| *errors == fewest);
    names.into_iter().map(|(_, name)| name).take(MAX_SUGGESTIONS).collect()
}

/// The number of letters to insert, remove or replace (the Levenshtein distance), by the usual
/// table, of which only one row is kept.
fn distance(left: &[u8], right: &[u8]) -> usize {
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (index, byte) in left.iter().enumerate() {
        let mut cost = index + 1;
        let mut next = vec![cost];
        for ((diagonal, above), other) in row.iter().zip(row.iter().skip(1)).zip(right) {
            let replaced = diagonal + usize::from(byte != other);
            cost = replaced.min(above + 1).min(cost + 1);
            next.push(cost);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(name: &str) -> String {
        Scheme::named(name).unwrap_err().to_string()
    }

    #[test]
    fn every_preset_is_found_however_its_name_is_written() {
        // Miri is slow, and each of them is compared with all.
        for &scheme in Scheme::ALL.iter().step_by(if cfg!(miri) { 120 } else { 1 }) {
            let name = scheme.name();
            let spellings = [
                name.to_owned(),
                name.to_uppercase().replace('-', "_"),
                name.replace('-', " "),
                name.replace('-', "."),
                name.replace('-', ""),
                format!(" {name}\n"),
            ];
            for spelling in spellings {
                assert_eq!(Scheme::named(&spelling), Ok(scheme), "{spelling:?}");
            }
        }
        for spelling in ["GitHub", "git_hub", "git-hub", "Git Hub"] {
            assert_eq!(Scheme::named(spelling), Ok(Scheme::GITHUB));
        }
        assert_eq!(Scheme::named("HUBSPOT V3"), Ok(Scheme::HUBSPOT_V3));
    }

    #[test]
    fn a_near_miss_is_told_what_was_meant() {
        assert_eq!(message("githup"), "no such scheme; did you mean `github`?");
        if cfg!(miri) {
            return;
        }
        assert_eq!(message("Shoppify"), "no such scheme; did you mean `shopify`?");
        assert_eq!(message("stripes"), "no such scheme; did you mean `stripe`?");
        assert_eq!(message("standard"), "no such scheme; did you mean `standard-webhooks`?");
        assert_eq!(message("hubspot"), "no such scheme; did you mean `hubspot-v3`?");
        // As near to one as to another, and no more than three of them.
        assert_eq!(message("bux"), "no such scheme; did you mean `box` or `mux`?");
        let three = "no such scheme; did you mean `gitea` or `github` or `github-sha1`?";
        assert_eq!(message("git"), three);
    }

    #[test]
    fn nonsense_gets_no_suggestion_and_is_not_repeated() {
        let long = "github".repeat(11);
        let names = ["", "-", "x", "zz", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "ключ", &long];
        for name in names.into_iter().step_by(if cfg!(miri) { 5 } else { 1 }) {
            assert_eq!(message(name), "no such scheme", "{name:?}");
        }
        // As long as a name may be, and one byte longer.
        let padded = |size: usize| format!("github{}", "-".repeat(size - 6));
        assert_eq!(Scheme::named(&padded(64)), Ok(Scheme::GITHUB));
        assert_eq!(message(&padded(65)), "no such scheme");
    }

    #[test]
    fn every_typing_error_counts_once() {
        for (left, right, expected) in [
            ("", "", 0),
            ("", "abc", 3),
            ("abc", "", 3),
            ("abc", "abc", 0),
            ("abc", "axc", 1),
            ("abc", "ac", 1),
            ("abc", "abxc", 1),
            ("kitten", "sitting", 3),
            ("abc", "xyz", 3),
        ] {
            assert_eq!(distance(left.as_bytes(), right.as_bytes()), expected, "{left} {right}");
            assert_eq!(distance(right.as_bytes(), left.as_bytes()), expected, "{right} {left}");
        }
    }
}
