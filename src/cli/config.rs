//! `hms-sync.toml`: what would else be flags.

use super::stop::{Stop, unreadable};
use serde::Deserialize;
use std::io;
use std::path::{Path, PathBuf};

/// The file that is read from the working directory if it is there.
pub const DEFAULT: &str = "hms-sync.toml";

/// Everything may be left out. Paths are taken from the file's own folder.
#[derive(Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Config {
    /// The hub's URL.
    pub events: Option<String>,
    /// `env:NAME` or `file:PATH`, never the token itself.
    pub token: Option<Reference>,
    pub store: Option<PathBuf>,
    #[serde(default)]
    pub mappings: Vec<PathBuf>,
    #[serde(default)]
    pub ack: bool,
    #[serde(default)]
    pub check: Check,
}

/// `[check]`: how mappings are compiled, by whatever command.
#[derive(Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Check {
    /// Folders in which files of `use` are looked for that do not lie beside the mapping.
    #[serde(default)]
    pub include: Vec<PathBuf>,
}

/// Where a secret is.
#[derive(Debug, Deserialize, PartialEq, Eq)]
#[serde(try_from = "String")]
pub enum Reference {
    Environment(String),
    File(PathBuf),
}

impl TryFrom<String> for Reference {
    type Error = String;

    fn try_from(text: String) -> Result<Reference, String> {
        match text.split_once(':') {
            Some(("env", name)) if !name.is_empty() => Ok(Reference::Environment(name.to_owned())),
            Some(("file", path)) if !path.is_empty() => Ok(Reference::File(PathBuf::from(path))),
            // Not the text itself: it may be the secret.
            _ => Err("a token is given by reference only: \"env:NAME\" or \"file:PATH\"".to_owned()),
        }
    }
}

impl Reference {
    /// The secret, without the line end that editors leave in files.
    pub fn resolve(&self) -> Result<String, Stop> {
        match self {
            Reference::Environment(name) => {
                let value = std::env::var(name).unwrap_or_default();
                if value.is_empty() {
                    return Err(Stop::say(format!(
                        "the environment variable {name}, which hms-sync.toml names for the token, is not set; set it"
                    )));
                }
                Ok(value)
            }
            Reference::File(path) => {
                let text = std::fs::read_to_string(path).map_err(|error| Stop::say(unreadable(path, &error)))?;
                let token = text.trim_end_matches(['\r', '\n']);
                if token.is_empty() {
                    return Err(Stop::say(format!(
                        "{}, which hms-sync.toml names for the token, is empty; write the token into it",
                        path.display()
                    )));
                }
                Ok(token.to_owned())
            }
        }
    }
}

/// Reads the named file, or [`DEFAULT`] if it is there.
pub fn load(named: Option<&Path>) -> Result<Config, Stop> {
    let path = named.unwrap_or(Path::new(DEFAULT));
    match std::fs::read_to_string(path) {
        Ok(text) => parse(path, &text),
        Err(error) if named.is_none() && error.kind() == io::ErrorKind::NotFound => Ok(Config::default()),
        Err(error) => Err(Stop::read(path, &error)),
    }
}

fn parse(path: &Path, text: &str) -> Result<Config, Stop> {
    let mut config: Config = toml::from_str(text).map_err(|error| {
        let line = error.span().map_or(1, |span| {
            1 + text.as_bytes()[..span.start.min(text.len())].iter().filter(|byte| **byte == b'\n').count()
        });
        Stop::say(format!("{}:{line}: {}", path.display(), error.message().trim()))
    })?;
    if config.store.as_ref().is_some_and(|store| store.as_os_str().is_empty()) {
        return Err(Stop::say(format!("{}: `store` is empty; name a file, or leave it out", path.display())));
    }
    let folder = path.parent().unwrap_or(Path::new(""));
    for mapping in config.mappings.iter_mut().chain(&mut config.check.include) {
        *mapping = folder.join(&*mapping);
    }
    config.store = config.store.map(|store| folder.join(store));
    if let Some(Reference::File(secret)) = &mut config.token {
        *secret = folder.join(&*secret);
    }
    Ok(config)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<Config, String> {
        parse(Path::new("etc/hms-sync.toml"), text).map_err(|stop| match stop {
            Stop::Say(sentence) => sentence,
            Stop::BrokenPipe => String::new(),
        })
    }

    #[test]
    fn everything_may_be_given_and_paths_are_from_the_files_folder() {
        let text = "events = \"ws://h/e\"\ntoken = \"file:secret\"\nstore = \"a.db\"\nmappings = [\"m\", \"/n.map\"]\nack = true\n[check]\ninclude = [\"shared\"]\n";
        let expected = Config {
            events: Some("ws://h/e".into()),
            token: Some(Reference::File("etc/secret".into())),
            store: Some("etc/a.db".into()),
            mappings: vec!["etc/m".into(), "/n.map".into()],
            ack: true,
            check: Check { include: vec!["etc/shared".into()] },
        };
        assert_eq!(parsed(text).unwrap(), expected);
        assert_eq!(parsed("").unwrap(), Config::default());
    }

    #[test]
    fn mistakes_have_their_line_and_secrets_are_never_repeated() {
        let error = parsed("store = \"a\"\ntoken = \"hunter2\"\n").unwrap_err();
        assert!(error.starts_with("etc/hms-sync.toml:2: ") && error.contains("env:NAME"), "{error}");
        assert!(!error.contains("hunter2"), "{error}");
        assert!(parsed("stroe = \"a\"\n").unwrap_err().contains("unknown field `stroe`"));
        assert_eq!(
            parsed("store = ''").unwrap_err(),
            "etc/hms-sync.toml: `store` is empty; name a file, or leave it out"
        );
        assert!(parsed("store = \n").unwrap_err().starts_with("etc/hms-sync.toml:1: "));
    }
}
