//! Removes from a provider's message what must not be shown.

use crate::fetch::client::credential::Credential;

/// The longest run of random letters and digits that is shown.
const MAX_RUN: usize = 23;

/// Makes a provider's message fit to be shown: withholds it if it contains one of the credentials,
/// and hides anything that looks like a secret.
pub(crate) fn redact(message: &str, credentials: &[&Credential]) -> String {
    // First as in `FetchError::with_message`: a credential may contain spaces, which must be found
    // where the provider has sent control characters.
    let message = message.replace(char::is_control, " ");
    if credentials.iter().any(|credential| credential.is_in(&message)) {
        return String::from("(message withheld)");
    }
    let has = |run: &str, is: fn(&char) -> bool| run.contains(|char| is(&char));
    let digit = |run: &str| has(run, char::is_ascii_digit);
    // A path could be base64 too, but most are in lower case.
    let mixed = |run: &str| {
        digit(run) && has(run, char::is_ascii_uppercase) && has(run, char::is_ascii_lowercase)
    };
    let base64 = |char: char| char.is_ascii_alphanumeric() || matches!(char, '+' | '/');
    let message = hide(&message, base64, mixed);
    hide(&message, |char| char.is_ascii_alphanumeric(), digit)
}

/// Replaces the long runs of the characters in `is_in` that look random.
fn hide(text: &str, is_in: impl Fn(char) -> bool, is_random: impl Fn(&str) -> bool) -> String {
    let parts = text.split_inclusive(|char| !is_in(char)).map(|part| {
        let run = part.trim_end_matches(|char| !is_in(char));
        let random = run.len() > MAX_RUN && is_random(run);
        if random { part.replacen(run, "…", 1) } else { part.to_owned() }
    });
    parts.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_show_nothing_that_looks_like_a_secret() {
        let credential = Credential::new("hunter2").unwrap();
        let shown = |message| redact(message, &[&credential]);
        assert_eq!(shown("bad key hunter2."), "(message withheld)");
        let spaced = Credential::new("correct horse").unwrap();
        assert_eq!(redact("correct\thorse", &[&spaced]), "(message withheld)");
        let key = "no whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw!";
        assert_eq!(shown(key), "no whsec_…!");
        let marked = "no whsec_3q2/7wABAgMEBQYHCAkK+wwNDg8QERIT!";
        assert_eq!(shown(marked), "no whsec_…!");
        let plain = "Enable them via POST /v2/workspace/advancedwebhookconfig/update.";
        assert_eq!(shown(plain), plain);
    }
}
