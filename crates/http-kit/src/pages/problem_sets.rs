use crate::problem::common;
use crate::problem_set;

problem_set! {
    /// What a page without a key may meet.
    pub(super) PageProblems:
        common::INVALID_REQUEST, common::INTERNAL
}
problem_set! {
    /// What a page about a problem may meet.
    pub(super) ProblemPageProblems:
        common::INVALID_REQUEST, common::NOT_FOUND, common::INTERNAL
}
problem_set! {
    /// What the readiness probe may meet.
    pub(super) ReadinessProblems:
        common::INVALID_REQUEST, common::INTERNAL, common::UNAVAILABLE
}
