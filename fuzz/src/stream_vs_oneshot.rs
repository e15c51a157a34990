//! However the body is cut and however many secrets there are, the verdict is the same.

use tower_webhook::{Verified, VerifyError};

use crate::delivery::{Delivery, told};
use crate::input::Input;

pub fn run(data: &[u8]) {
    let mut input = Input::new(data);
    let cuts: Vec<usize> = (0..input.below(16)).map(|_| usize::from(input.short())).collect();
    let delivery = Delivery::read(&mut input);
    let verifier = delivery.verifier();
    let whole = verifier.verify_at(&delivery.parts, &delivery.body, delivery.now);

    if crate::plain::signs_form(delivery.scheme) {
        let error = match whole {
            Err(error) if !matches!(error, VerifyError::Mismatch | VerifyError::TooManyFields) => {
                error
            }
            _ => VerifyError::NeedsWholeBody,
        };
        assert_eq!(verifier.begin(&delivery.parts).unwrap_err(), error);
        return;
    }

    let pieces = cut(&delivery.body, cuts);
    assert_eq!(pieces.concat(), delivery.body);
    let stream = |verification: tower_webhook::Verification| {
        let mut verification = verification;
        pieces.iter().for_each(|piece| verification.update(piece));
        verification.finish()
    };
    let streamed = verifier.begin(&delivery.parts).and_then(stream);
    same(&whole, &streamed);

    // Without the request, which only the schemes that sign it need.
    let headers = &delivery.parts.headers;
    let short = verifier.verify_at(headers, &delivery.body, delivery.now);
    let streamed = verifier.begin_at(headers, delivery.now).and_then(stream);
    same(&short, &streamed);
    match delivery.scheme.signs_request() {
        true => assert_eq!(short.unwrap_err(), VerifyError::NeedsRequest),
        false => same(&short, &whole),
    }

    // And a verifier for each secret alone: the first that accepts is the one that was told.
    let alone = delivery.keys.iter().position(|key| {
        let keys = [*key];
        let alone =
            crate::delivery::verifier(delivery.scheme, &keys, delivery.tolerance, delivery.now);
        alone.verify(&delivery.parts, &delivery.body).is_ok()
    });
    assert_eq!(alone, whole.ok().map(|verified| verified.secret_index()));
}

/// Cuts a body at these positions, some of which may be the same.
fn cut(body: &[u8], mut cuts: Vec<usize>) -> Vec<&[u8]> {
    cuts.iter_mut().for_each(|cut| *cut %= body.len() + 1);
    cuts.extend([0, body.len()]);
    cuts.sort_unstable();
    cuts.windows(2).map(|pair| &body[pair[0]..pair[1]]).collect()
}

fn same(one: &Result<Verified, VerifyError>, other: &Result<Verified, VerifyError>) {
    let told = |verdict: &Result<Verified, VerifyError>| match verdict {
        Ok(verified) => Ok((told(verified), verified.scheme())),
        Err(error) => Err(*error),
    };
    assert_eq!(told(one), told(other));
}
