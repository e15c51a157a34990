//! The crate's verdict against that of the rules written plainly.

use crate::delivery::{Delivery, told};
use crate::input::Input;
use crate::plain::Verdict;

pub fn run(data: &[u8]) {
    let delivery = Delivery::read(&mut Input::new(data));
    let verdict = delivery.verifier().verify_at(&delivery.parts, &delivery.body, delivery.now);
    match (verdict, delivery.plain().judge()) {
        (Ok(verified), Verdict::Accepted { secret_index, id, timestamp }) => {
            assert_eq!(verified.scheme(), delivery.scheme);
            assert_eq!(told(&verified), (secret_index, id, timestamp));
        }
        (Err(error), Verdict::Refused(reasons)) => {
            assert!(reasons.contains(&error), "{error:?} is none of {reasons:?}");
        }
        (verdict, plain) => panic!("{:?}: {verdict:?}, but {plain:?}", delivery.scheme),
    }
}
