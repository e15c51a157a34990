//! A head that outlives its request.

use http::{Extensions, HeaderMap, Method, Uri};

use crate::head::{Head, Headers};

/// A copy of a head, for what is asked about it after the verdict.
pub(crate) struct Kept {
    headers: Copied,
    request: Option<(Method, Uri)>,
    extensions: Option<Extensions>,
}

enum Copied {
    Map(HeaderMap),
    Pairs(Vec<(Box<str>, Box<[u8]>)>),
}

impl Kept {
    pub(crate) fn of(head: &Head<'_>) -> Self {
        Self {
            headers: match head.headers {
                Headers::Map(map) => Copied::Map(map.clone()),
                Headers::Pairs(pairs) => {
                    let pairs = pairs.iter().map(|(name, value)| ((*name).into(), (*value).into()));
                    Copied::Pairs(pairs.collect())
                }
            },
            request: head.request.map(|(method, uri)| (method.clone(), uri.clone())),
            extensions: head.extensions.cloned(),
        }
    }

    /// Asks something about the head. It cannot be returned, because it borrows its pairs.
    pub(crate) fn ask<T>(&self, question: impl FnOnce(&Head<'_>) -> T) -> T {
        let pairs: Vec<_>;
        let headers = match &self.headers {
            Copied::Map(map) => Headers::Map(map),
            Copied::Pairs(copied) => {
                pairs = copied.iter().map(|(name, value)| (&**name, &**value)).collect();
                Headers::Pairs(&pairs)
            }
        };
        let request = self.request.as_ref().map(|(method, uri)| (method, uri));
        question(&Head { headers, request, extensions: self.extensions.as_ref() })
    }
}
