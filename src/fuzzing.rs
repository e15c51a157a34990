//! What the fuzz targets look at and nobody else can. Compiled for them alone; not part of the API.

use http::StatusCode;
use zeroize::Zeroizing;

use crate::fetch::client::{Answer, Credential};
use crate::fetch::endpoint::EndpointId;
use crate::fetch::error::FetchError;
use crate::fetch::{spaaza, velt};
use crate::secret::Secret;

/// Judges an answer of Velt's.
///
/// # Errors
///
/// As the fetcher.
pub fn velt(
    status: u16,
    body: &[u8],
    endpoint: &EndpointId,
    credentials: &[&str],
) -> Result<Vec<Secret>, FetchError> {
    let credentials = read_credentials(credentials);
    let credentials: Vec<_> = credentials.iter().collect();
    velt::read(&answer(status, body), endpoint, &credentials)
}

/// Judges an answer of Spaaza's: to the question for a key, or for those of a chain.
///
/// # Errors
///
/// As the fetcher.
pub fn spaaza(
    status: u16,
    body: &[u8],
    number: u64,
    chain: bool,
    hex: Option<bool>,
    credentials: &[&str],
) -> Result<Vec<Secret>, FetchError> {
    let wanted = if chain { spaaza::Wanted::Chain(number) } else { spaaza::Wanted::Key(number) };
    let reading = match hex {
        None => spaaza::Reading::Both,
        Some(true) => spaaza::Reading::Hex,
        Some(false) => spaaza::Reading::Utf8,
    };
    let credentials = read_credentials(credentials);
    let credentials: Vec<_> = credentials.iter().collect();
    spaaza::read(&answer(status, body), wanted, reading, &credentials)
}

fn answer(status: u16, body: &[u8]) -> Answer {
    let status = StatusCode::from_u16(status).unwrap_or_default();
    Answer { status, retry_after: None, body: Zeroizing::new(body.to_vec()) }
}

fn read_credentials(texts: &[&str]) -> Vec<Credential> {
    texts.iter().filter_map(|text| Credential::new(text).ok()).collect()
}
