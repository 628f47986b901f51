//! The `test` blocks of a mapping, run: each against the plan that the connector runs, without network or clock.

mod expectation;
mod json;
mod xml;

use crate::check::Checked;
use crate::model::{Mapping, TestCase};
use crate::plan::crosswalk::KnownCrosswalks;
use crate::plan::envelope::open_frame;
use crate::plan::{Envelope, Environment, Given, Made, Plan, PlanError, Refusal, Routed};
use serde::Deserialize;

/// When the events of tests were received, unless `meta` says otherwise: a test gives the same answer for ever.
pub const RECEIVED: &str = "2000-01-01T00:00:00Z";

/// The id of an event that has none, unless `meta` says otherwise.
pub const EVENT_ID: &str = "test-event";

/// What one `test` gave; it passed if nothing failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestResult {
    pub name: String,
    /// Of the word `test`, from 1.
    pub line: usize,
    pub failures: Vec<Failure>,
}

impl TestResult {
    pub fn passed(&self) -> bool {
        self.failures.is_empty()
    }
}

/// One `expect` that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Of the word `expect`, from 1; of the word `test` where the test itself is wrong.
    pub line: usize,
    /// One plain sentence.
    pub message: String,
    pub difference: Option<Difference>,
}

/// Two texts, made alike where they say the same, to be shown side by side or line by line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    pub expected: String,
    pub got: String,
}

/// Runs every test of a mapping, in the order written.
///
/// # Errors
/// The mapping is over a limit of the plan.
pub fn run(checked: &Checked) -> Result<Vec<TestResult>, PlanError> {
    run_cases(checked.mapping(), checked.tests())
}

/// As [`run`], of a mapping and tests that stand by themselves.
///
/// # Errors
/// As [`run`].
pub fn run_cases(mapping: &Mapping, cases: &[TestCase]) -> Result<Vec<TestResult>, PlanError> {
    let plan = Plan::new(mapping)?;
    let environment = placeholders(&plan);
    Ok(cases.iter().map(|case| run_case(&plan, &environment, case)).collect())
}

/// `{env.NAME}` stands for itself where no environment is read.
pub fn placeholders(plan: &Plan) -> Environment {
    Environment::new(plan.environment_names().iter().map(|name| (name.clone(), format!("{{env.{name}}}"))))
}

/// What became of an event: refused by the door, or each target's (and item's) answer.
type Answers = Result<Vec<(Routed, Option<Made>)>, Refusal>;

fn run_case(plan: &Plan, environment: &Environment, case: &TestCase) -> TestResult {
    let result = |failures| TestResult { name: case.name.clone(), line: case.line, failures };
    let envelope = match envelope(plan.mapping(), case) {
        Ok(envelope) => envelope,
        Err(message) => return result(vec![Failure { line: case.line, message, difference: None }]),
    };
    let mut crosswalks = KnownCrosswalks::default();
    for entry in &case.crosswalks {
        crosswalks.insert(&entry.crosswalk, entry.key.clone(), Some(entry.value.clone()));
    }
    let given = Given { environment, crosswalks: &crosswalks };
    let answers: Answers = plan.transform(case.given.as_bytes(), &envelope, given);
    result(
        case.expectations
            .iter()
            .filter_map(|expectation| expectation::judge(plan.mapping(), &answers, expectation))
            .collect(),
    )
}

/// The envelope of a test's event: what `meta` gives, else what the event itself says.
fn envelope(mapping: &Mapping, case: &TestCase) -> Result<Envelope, String> {
    #[derive(Default, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Meta {
        id: Option<String>,
        #[serde(rename = "type")]
        event_type: Option<String>,
        received: Option<String>,
        time: Option<String>,
        source: Option<String>,
    }
    let meta: Meta = match &case.meta {
        Some(text) => serde_json::from_str(text).map_err(|error| format!("`meta` of this test is wrong: {error}"))?,
        None => Meta::default(),
    };
    // An event that cannot even be opened is refused by the door, with the reason that the test may expect.
    let id = open_frame(case.given.as_bytes(), &mapping.listen).ok().and_then(|frame| frame.id);
    Ok(Envelope {
        id: meta.id.or(id).unwrap_or_else(|| EVENT_ID.to_owned()),
        event_type: meta.event_type.unwrap_or_else(|| mapping.listen.event.clone()),
        received: meta.received.unwrap_or_else(|| RECEIVED.to_owned()),
        time: meta.time,
        source: meta.source,
    })
}

#[cfg(test)]
mod tests;
