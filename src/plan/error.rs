//! Why a mapping cannot be run.

/// A mapping that no checker made: it names what is not there, nests without bound, or does not fit
/// together.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {reason}")]
pub struct PlanError {
    /// Where in the mapping: `event`, `table Role`, `target vista, url`, a rule's target path.
    pub place: String,
    pub reason: String,
}

impl PlanError {
    pub(super) fn new(place: impl Into<String>, reason: impl Into<String>) -> PlanError {
        PlanError { place: place.into(), reason: reason.into() }
    }
}
