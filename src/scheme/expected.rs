//! What a receiver looks for in a head, in words.

use std::fmt;

use crate::scheme::definition::Scheme;

/// The names of a scheme's headers and the layout of its signature, for an event: all of it is public.
pub(crate) struct Expected(pub(crate) Scheme);

impl fmt::Display for Expected {
    /// Writes `webhook-signature: v1,…; webhook-id; webhook-timestamp`, and ` or ` between families.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, names) in self.0.headers().iter().enumerate() {
            if index > 0 {
                f.write_str(" or ")?;
            }
            for (index, name) in names.signatures().enumerate() {
                let comma = if index > 0 { ", " } else { "" };
                write!(f, "{comma}{name}")?;
            }
            write!(f, ": {}", self.0.layout())?;
            let others = names.id_name().into_iter().chain(names.timestamp_name());
            others.into_iter().try_for_each(|name| write!(f, "; {name}"))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_family_is_named_with_its_layout() {
        let expected = |scheme| Expected(scheme).to_string();
        assert_eq!(expected(Scheme::GITHUB), "x-hub-signature-256: sha256=…");
        assert_eq!(expected(Scheme::STRIPE), "stripe-signature: t={time},v1=…");
        assert_eq!(
            expected(Scheme::SVIX),
            "svix-signature: v1,… v1a,…; svix-id; svix-timestamp or \
             webhook-signature: v1,… v1a,…; webhook-id; webhook-timestamp"
        );
    }
}
