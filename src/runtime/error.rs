//! Why a run does not begin, or ends before it is told to.

use super::store::StoreError;
use std::path::PathBuf;

/// Each is one plain sentence that says what to do.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    #[error("no mapping is given; name at least one with --mapping")]
    NoMapping,
    #[error("two mappings are called \"{name}\"; rename one of the files, since the store keeps state by this name")]
    SameName { name: String },
    #[error("the mapping \"{mapping}\" cannot be run: {reason}")]
    Mapping { mapping: String, reason: String },
    #[error(
        "the mappings \"{one}\" and \"{other}\" both listen to \"{event}\" but name different ids of it; let both say the same in `listen \"{event}\" {{ id … }}`"
    )]
    DifferentIds { event: String, one: String, other: String },
    #[error(
        "the mappings \"{one}\" and \"{other}\" declare the crosswalk {crosswalk} with different types, but the store keeps one by this name; let both say the same, or rename one"
    )]
    DifferentCrosswalks { crosswalk: String, one: String, other: String },
    #[error("no mapping listens to \"{event}\"; the mappings listen to {known}")]
    NobodyListens { event: String, known: String },
    #[error(
        "the environment variable {name}, which the mapping \"{mapping}\" uses, is not set; set it and start again"
    )]
    MissingVariable { mapping: String, name: String },
    #[error("the secret file {}, which the mapping \"{mapping}\" uses, cannot be read: {reason}", path.display())]
    SecretFile { mapping: String, path: PathBuf, reason: String },
    #[error(
        "{what} of the mapping \"{mapping}\" cannot be sent as a header: it holds a line break or another control character"
    )]
    SecretText { mapping: String, what: String },
    #[error(
        "the client certificate or its key, which the mapping \"{mapping}\" uses, cannot be used: both are PEM, the certificate first and its chain behind it, the key of that certificate and without a password"
    )]
    Certificate { mapping: String },
    #[error(
        "TARGET_URL replaces the URL of a single target, but there are {targets}; unset it or run one mapping with one target"
    )]
    TargetUrlNotSingle { targets: usize },
    #[error("\"{url}\" is not a URL of a target: {reason}; it looks like https://host/path")]
    TargetUrl { url: String, reason: String },
    #[error("\"{url}\" is not the URL of a hub: {reason}; it looks like ws://host:port/events or wss://host/events")]
    HubUrl { url: String, reason: String },
    #[error("the hub at {url} refuses the token (HTTP {status}); give a valid one with --token or HMS_TOKEN")]
    HubRefusesToken { url: String, status: u16 },
    #[error("no hub token is given; the hub at {url} asks for one (HTTP {status}): give it with --token or HMS_TOKEN")]
    HubWantsToken { url: String, status: u16 },
    #[error("{name} cannot be read: {reason}")]
    Lines { name: String, reason: String },
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("TLS cannot be set up: {0}")]
    Tls(String),
    #[error("a task of the connector ended unexpectedly: {0}; start it again, nothing that was stored is lost")]
    Broken(String),
}
