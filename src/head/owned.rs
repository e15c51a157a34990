//! A head that has been read, once the request is gone.

use http::Method;

use crate::clock::UnixTime;
use crate::crypto::Signature;
#[cfg(feature = "receive")]
use crate::error::VerifyError;
use crate::head::envelope::Envelope;
#[cfg(feature = "receive")]
use crate::head::fields::check_url;
use crate::head::fields::{Fields, Target};
use crate::head::signatures::Signatures;
use crate::head::url::PublicUrl;
use crate::scheme::definition::Scheme;
use crate::scheme::timestamp::MAX_TEXT;
use crate::text::Text;

/// An id, on the heap only if it is long.
pub(crate) type Id = Text<64>;

/// An envelope with copies of what it borrows.
pub(crate) struct Owned {
    scheme: Scheme,
    id: Option<Id>,
    timestamp: Option<(UnixTime, Text<MAX_TEXT>)>,
    target: Option<OwnedTarget>,
    first: Signature,
    others: Vec<Signature>,
}

struct OwnedTarget {
    method: Option<Method>,
    url: Option<PublicUrl>,
    path_and_query: Text<46>,
}

impl Owned {
    pub(crate) fn envelope(&self) -> Envelope<'_> {
        let target = self.target.as_ref().map(|target| Target {
            method: target.method.as_ref(),
            url: target.url.clone(),
            path_and_query: target.path_and_query.as_str(),
        });
        Envelope {
            fields: Fields {
                scheme: self.scheme,
                id: self.id.as_ref().map(Text::as_bytes),
                timestamp: self.timestamp.as_ref().map(|(at, text)| (*at, text.as_bytes())),
                target,
            },
            signatures: Signatures::of_decoded(self.scheme, self.first, &self.others),
        }
    }

    /// Sets the URL that is configured.
    #[cfg(feature = "receive")]
    pub(crate) fn set_url(&mut self, url: Option<&PublicUrl>) -> Result<(), VerifyError> {
        if let Some(target) = &mut self.target {
            check_url(self.scheme, target.method.is_some(), url)?;
            target.url = url.cloned();
        }
        Ok(())
    }
}

impl From<&Envelope<'_>> for Owned {
    fn from(envelope: &Envelope<'_>) -> Self {
        let Fields { scheme, id, timestamp, target } = &envelope.fields;
        let (first, others) = envelope.signatures.decoded();
        let target = target.as_ref().map(|target| OwnedTarget {
            method: target.method.cloned(),
            url: target.url.clone(),
            path_and_query: target.path_and_query.into(),
        });
        Self {
            scheme: *scheme,
            id: id.map(Text::ascii),
            timestamp: timestamp.map(|(at, text)| (at, Text::ascii(text))),
            target,
            first,
            others,
        }
    }
}
