//! What is signed of a body, where it is not the body: its digest, or the fields of a form.

use std::borrow::Cow;
use std::ops::Deref;

use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use crate::crypto::content::Content;
use crate::error::VerifyError;
use crate::head::fields::Fields;
use crate::head::form;
use crate::scheme::encoding::Encoding;

/// The size of a digest as it is signed, in bytes.
const SIZE: usize = 64;

/// What is signed of a body, where it is not the body.
pub(crate) enum Derived {
    Digest([u8; SIZE]),
    Form(Vec<u8>),
}

impl Deref for Derived {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Digest(text) => text,
            Self::Form(fields) => fields,
        }
    }
}

/// What is signed of a body, under a scheme that signs something which follows from it: its digest, or
/// the fields of a form, or of a form nothing if the signed URL has the digest of the body.
#[cold]
pub(crate) fn signed<'b>(
    fields: &Fields<'_>,
    body: &impl Content<'b>,
) -> Result<Derived, VerifyError> {
    if fields.scheme().signs_digest() {
        return Ok(Derived::Digest(BodyDigest::of(body)));
    }
    let name = fields.scheme().digest_in_query();
    let Some(digest) = name.and_then(|name| fields.in_query(name)) else {
        let mut chunks = Vec::new();
        body.each(|chunk| chunks.push(chunk));
        let form = match *chunks {
            [only] => Cow::Borrowed(only),
            _ => Cow::Owned(chunks.concat()),
        };
        return form::written(&form).map(Derived::Form).ok_or(VerifyError::TooManyFields);
    };
    let mut hash = Sha256::new();
    body.each(|chunk| hash.update(chunk));
    let mut bytes = [0; 32];
    Encoding::Hex.decode(digest.as_bytes(), &mut bytes).ok_or(VerifyError::Mismatch)?;
    let own: [u8; 32] = hash.finalize().into();
    match own.ct_eq(&bytes).into() {
        true => Ok(Derived::Form(Vec::new())),
        false => Err(VerifyError::Mismatch),
    }
}

/// A digest of a body that is still arriving.
#[derive(Clone, Default)]
pub(crate) struct BodyDigest(Sha256);

impl BodyDigest {
    /// The digest of a body that is here.
    pub(crate) fn of<'b>(body: &impl Content<'b>) -> [u8; SIZE] {
        let mut digest = Self::default();
        body.each(|chunk| digest.update(chunk));
        digest.finish()
    }

    pub(crate) fn update(&mut self, chunk: &[u8]) {
        self.0.update(chunk);
    }

    /// The digest as it is signed, in lower-case hexadecimal digits. Not on the heap, from which no
    /// verification of a complete body takes anything.
    pub(crate) fn finish(self) -> [u8; SIZE] {
        let mut text = [0; SIZE];
        // There is room for exactly as many digits.
        let _ = base16ct::lower::encode(&self.0.finalize(), &mut text);
        text
    }
}
