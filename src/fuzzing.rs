//! Entry points for the fuzz targets. Compiled for them alone; not part of the API.

use http::StatusCode;

use crate::fetch::client::credential::Credential;
use crate::fetch::client::response::Response;
use crate::fetch::endpoint::EndpointId;
use crate::fetch::error::FetchError;
use crate::fetch::spaaza::{self, Question, Reading};
use crate::fetch::velt;
use crate::secret::Secret;

/// Reads a response of Velt's API.
///
/// # Errors
///
/// Returns the error of the fetcher.
pub fn velt(
    status: u16,
    body: &[u8],
    endpoint: &EndpointId,
    credentials: &[&str],
) -> Result<Secret, FetchError> {
    let credentials = read_credentials(credentials);
    let credentials: Vec<_> = credentials.iter().collect();
    velt::read(&response(status, body), endpoint, &credentials)
}

/// Reads a response of Spaaza's API, to a request for one key or for those of a chain.
///
/// # Errors
///
/// Returns the error of the fetcher.
pub fn spaaza(
    status: u16,
    body: &[u8],
    number: u64,
    chain: bool,
    hex: Option<bool>,
    credentials: &[&str],
) -> Result<Vec<Secret>, FetchError> {
    let question = if chain { Question::Chain(number) } else { Question::Key(number) };
    let reading = match hex {
        None => Reading::Both,
        Some(true) => Reading::Hex,
        Some(false) => Reading::Utf8,
    };
    let credentials = read_credentials(credentials);
    let credentials: Vec<_> = credentials.iter().collect();
    spaaza::read(&response(status, body), question, reading, &credentials)
        .map_err(|failed| failed.error)
}

fn response(status: u16, body: &[u8]) -> Response {
    Response::new(StatusCode::from_u16(status).unwrap_or_default(), body)
}

fn read_credentials(texts: &[&str]) -> Vec<Credential> {
    texts.iter().filter_map(|text| Credential::new(*text).ok()).collect()
}
