//! The evidence for a preset.

/// The evidence that a preset rests on, the strongest first.
///
/// # Examples
///
/// ```
/// use tower_webhook::Scheme;
/// use tower_webhook::scheme::Evidence;
///
/// let weak = Scheme::ALL.iter().filter(|scheme| scheme.evidence() == Some(Evidence::ThirdParty));
/// assert!(weak.count() < Scheme::ALL.len() / 2);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Evidence {
    /// A test vector that the provider or its library has published verifies under the scheme.
    Vector,
    /// The provider's own documentation.
    Documentation,
    /// The source of the provider's own library or server.
    Library,
    /// Third-party libraries, configurations or descriptions. Verify a delivery of your own before
    /// you rely on the preset.
    ThirdParty,
}
