//! What a run runs: the mappings made ready, their targets bound to the store's names, to hosts and to
//! credentials.

use super::RunError;
use super::options::{EnvironmentLookup, RunMapping, RunOptions};
use super::push::Credential;
use super::source::websocket::shown;
use super::store::{PlanId, RecordId, Store, TargetId};
use crate::model::{Crosswalk, Target, UrlPart};
use crate::plan::{Environment, Plan};
use reqwest::Url;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

/// All of it.
#[derive(Debug)]
pub(crate) struct Program {
    pub mappings: Vec<Mapped>,
    places: HashMap<TargetId, (usize, usize)>,
    pub environment: Environment,
    /// `TARGET_URL`.
    pub target_url: Option<String>,
}

/// One mapping.
#[derive(Debug)]
pub(crate) struct Mapped {
    pub name: String,
    pub plan: Arc<Plan>,
    pub plan_id: PlanId,
    pub targets: Vec<Bound>,
}

/// One of its targets.
#[derive(Debug)]
pub(crate) struct Bound {
    pub id: TargetId,
    pub record: RecordId,
    /// Requests that waited when the run began.
    pub pending: u64,
    /// For how long nothing may begin yet.
    pub hold: Duration,
    /// Scheme, user and host of its requests.
    pub base: String,
    pub credential: Option<Credential>,
}

/// A program that is checked, but not yet known to the store.
#[derive(Debug)]
pub(crate) struct Draft {
    mappings: Vec<DraftMapping>,
    environment: Environment,
    target_url: Option<String>,
}

#[derive(Debug)]
struct DraftMapping {
    source: RunMapping,
    plan: Arc<Plan>,
    targets: Vec<DraftTarget>,
}

impl std::fmt::Debug for RunMapping {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RunMapping").field("name", &self.mapping().name).field("hash", &self.hash()).finish()
    }
}

#[derive(Debug)]
struct DraftTarget {
    base: String,
    origin: String,
    credential: Option<Credential>,
}

impl Draft {
    /// # Errors
    /// Everything about the mappings and the environment that keeps the run from starting.
    pub(crate) fn new(options: &RunOptions) -> Result<Draft, RunError> {
        if options.mappings.is_empty() {
            return Err(RunError::NoMapping);
        }
        let mut names = BTreeSet::new();
        for mapping in &options.mappings {
            let name = &mapping.mapping().name;
            if !names.insert(name) {
                return Err(RunError::SameName { name: name.clone() });
            }
        }
        one_id_an_event(&options.mappings)?;
        one_type_a_crosswalk(&options.mappings)?;
        let targets = options.mappings.iter().map(|mapping| mapping.mapping().targets.len()).sum();
        let replaced = options.target_url.as_deref().map(|url| replacement(url, targets)).transpose()?;
        let mut values = BTreeMap::new();
        let mut mappings = Vec::with_capacity(options.mappings.len());
        for source in &options.mappings {
            mappings.push(draft(source, &options.environment, replaced.as_ref(), &mut values)?);
        }
        Ok(Draft { mappings, environment: Environment::new(values), target_url: options.target_url.clone() })
    }

    /// The events that are listened to.
    pub(crate) fn events(&self) -> BTreeSet<String> {
        self.mappings.iter().map(|mapping| mapping.plan.mapping().listen.event.clone()).collect()
    }

    /// Makes the names known to the store.
    ///
    /// # Errors
    /// The store failed.
    pub(crate) fn register(self, store: &mut dyn Store) -> Result<Program, RunError> {
        let mut mappings = Vec::with_capacity(self.mappings.len());
        let mut places = HashMap::new();
        for (at, DraftMapping { source, plan, targets: drafts }) in self.mappings.into_iter().enumerate() {
            let name = source.mapping().name.clone();
            // as for the hash
            let ir = serde_json::to_string(plan.mapping()).unwrap_or_default();
            let plan_id = store.plan(&name, source.hash(), &ir)?;
            let mut targets = Vec::with_capacity(drafts.len());
            for (spec, draft) in plan.mapping().targets.iter().zip(drafts) {
                let state = store.target(&name, spec.name.as_deref(), &spec.record, &draft.origin)?;
                places.insert(state.id, (at, targets.len()));
                targets.push(Bound {
                    id: state.id,
                    record: state.record,
                    pending: state.pending,
                    hold: state.hold,
                    base: draft.base,
                    credential: draft.credential,
                });
            }
            mappings.push(Mapped { name, plan, plan_id, targets });
        }
        Ok(Program { mappings, places, environment: self.environment, target_url: self.target_url })
    }
}

impl Program {
    /// `None` of a target that no mapping has any more.
    pub(crate) fn place(&self, target: TargetId) -> Option<Place<'_>> {
        let &(mapping, index) = self.places.get(&target)?;
        let mapped = &self.mappings[mapping];
        Some(Place { mapped, index, bound: &mapped.targets[index] })
    }

    pub(crate) fn target_ids(&self) -> impl Iterator<Item = TargetId> + '_ {
        self.places.keys().copied()
    }

    /// The indexes of the mappings that listen to an event.
    pub(crate) fn listeners(&self, event: &str) -> Vec<usize> {
        let listens = |mapped: &Mapped| mapped.plan.mapping().listen.event == event;
        (0..self.mappings.len()).filter(|index| listens(&self.mappings[*index])).collect()
    }
}

/// A target where it stands.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    pub mapped: &'a Mapped,
    pub index: usize,
    pub bound: &'a Bound,
}

impl<'a> Place<'a> {
    pub(crate) fn spec(&self) -> &'a Target {
        &self.mapped.plan.mapping().targets[self.index]
    }
}

fn draft(
    source: &RunMapping,
    lookup: &EnvironmentLookup,
    replaced: Option<&DraftTarget>,
    values: &mut BTreeMap<String, String>,
) -> Result<DraftMapping, RunError> {
    let mapping = source.mapping();
    let failed = |reason: String| RunError::Mapping { mapping: mapping.name.clone(), reason };
    let plan = Arc::new(Plan::new(mapping).map_err(|error| failed(error.to_string()))?);
    for name in plan.environment_names() {
        let value = lookup(name)
            .ok_or_else(|| RunError::MissingVariable { mapping: mapping.name.clone(), name: name.clone() })?;
        values.insert(name.clone(), value);
    }
    let mut targets = Vec::with_capacity(mapping.targets.len());
    for spec in &mapping.targets {
        let (base, origin) = match replaced {
            Some(replaced) => (replaced.base.clone(), replaced.origin.clone()),
            None => base_of(&spec.url, values).map_err(failed)?,
        };
        let credential = spec.auth.as_ref().map(|auth| Credential::new(&mapping.name, auth, lookup)).transpose()?;
        targets.push(DraftTarget { base, origin, credential });
    }
    Ok(DraftMapping { source: source.clone(), plan, targets })
}

/// Mappings that share a subscription see one event, so it has one id.
fn one_id_an_event(mappings: &[RunMapping]) -> Result<(), RunError> {
    let mut known: BTreeMap<&str, &RunMapping> = BTreeMap::new();
    for mapping in mappings {
        let listen = &mapping.mapping().listen;
        let first = *known.entry(&listen.event).or_insert(mapping);
        if first.mapping().listen.id != listen.id {
            return Err(RunError::DifferentIds {
                event: listen.event.clone(),
                one: first.mapping().name.clone(),
                other: mapping.mapping().name.clone(),
            });
        }
    }
    Ok(())
}

/// Mappings share a crosswalk by its name, so they agree on what is in it.
fn one_type_a_crosswalk(mappings: &[RunMapping]) -> Result<(), RunError> {
    let mut known: BTreeMap<&str, (&Crosswalk, &str)> = BTreeMap::new();
    for mapping in mappings.iter().map(RunMapping::mapping) {
        for crosswalk in &mapping.crosswalks {
            let (first, one) = *known.entry(&crosswalk.name).or_insert((crosswalk, &mapping.name));
            if first != crosswalk {
                return Err(RunError::DifferentCrosswalks {
                    crosswalk: crosswalk.name.clone(),
                    one: one.to_owned(),
                    other: mapping.name.clone(),
                });
            }
        }
    }
    Ok(())
}

/// `TARGET_URL`, checked.
fn replacement(url: &str, targets: usize) -> Result<DraftTarget, RunError> {
    if targets != 1 {
        return Err(RunError::TargetUrlNotSingle { targets });
    }
    let (base, origin) = split_base(url).map_err(|reason| RunError::TargetUrl { url: shown(url), reason })?;
    Ok(DraftTarget { base, origin, credential: None })
}

/// The base of a URL's parts: the host has no hole but `env`, so it is known at the start.
fn base_of(parts: &[UrlPart], values: &BTreeMap<String, String>) -> Result<(String, String), String> {
    let mut text = String::new();
    for part in parts {
        match part {
            UrlPart::Literal(literal) => text.push_str(literal),
            UrlPart::Environment(name) => text.push_str(values.get(name).map_or("", String::as_str)),
            UrlPart::Hole { .. } => break,
        }
    }
    split_base(&text).map_err(|reason| format!("the URL of its target cannot be used: {reason}"))
}

/// The base (scheme, user, host) and the origin (without the user) of a URL.
fn split_base(url: &str) -> Result<(String, String), String> {
    let base = &url[..path_at(url)];
    let parsed = Url::parse(base).map_err(|error| error.to_string())?;
    if !matches!(parsed.scheme(), "http" | "https") {
        return Err(format!("it begins with {}:, not with http: or https:", parsed.scheme()));
    }
    Ok((base.to_owned(), parsed.origin().ascii_serialization()))
}

/// Where the path, the query or the fragment of an absolute URL begins.
pub(crate) fn path_at(url: &str) -> usize {
    let host = url.find("://").map_or(0, |at| at + 3);
    url[host..].find(['/', '?', '#']).map_or(url.len(), |at| host + at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_base_of_a_url_ends_before_its_path() {
        let values = BTreeMap::from([("HOST".to_owned(), "https://u:p@VISTA.va.gov:443/x".to_owned())]);
        let parts = [UrlPart::Environment("HOST".to_owned()), UrlPart::Literal("/api".to_owned())];
        let (base, origin) = base_of(&parts, &values).expect("a URL");
        assert_eq!((base.as_str(), origin.as_str()), ("https://u:p@VISTA.va.gov:443", "https://vista.va.gov"));
        assert_eq!(path_at("http://h?q"), 8);
        assert_eq!(path_at("http://h"), 8);
        assert_eq!(path_at(""), 0);
        assert!(split_base("ftp://h/").is_err());
        assert!(split_base("/api").is_err());
    }
}
