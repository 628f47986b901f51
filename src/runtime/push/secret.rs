//! Secrets: read by reference, never shown.

use crate::model::Secret;
use crate::runtime::RunError;
use crate::runtime::options::EnvironmentLookup;
use std::path::PathBuf;

/// A secret file holds a line, or a certificate with its chain; a longer one is not what was meant.
const FILE_BYTES: u64 = 64 << 10;

/// Reads the secrets of one mapping.
#[derive(Clone)]
pub(super) struct Reader {
    pub mapping: String,
    pub environment: EnvironmentLookup,
}

impl Reader {
    /// # Errors
    /// A variable that is not set, a file that cannot be read.
    pub(super) fn read(&self, secret: &Secret) -> Result<String, RunError> {
        match secret {
            Secret::Environment(name) => self.variable(name),
            Secret::File(path) => self.read_file(PathBuf::from(path)),
        }
    }

    pub(super) fn variable(&self, name: &str) -> Result<String, RunError> {
        (self.environment)(name)
            .ok_or_else(|| RunError::MissingVariable { mapping: self.mapping.clone(), name: name.to_owned() })
    }

    /// The file's text without the line end that editors leave.
    fn read_file(&self, path: PathBuf) -> Result<String, RunError> {
        let failed =
            |path: PathBuf, reason: String| RunError::SecretFile { mapping: self.mapping.clone(), path, reason };
        let length = match std::fs::metadata(&path) {
            Ok(metadata) => metadata.len(),
            Err(error) => return Err(failed(path, error.to_string())),
        };
        if length > FILE_BYTES {
            return Err(failed(path, format!("it has {length} bytes, which is no secret")));
        }
        match std::fs::read_to_string(&path) {
            Ok(text) => Ok(text.trim_end_matches(['\r', '\n']).to_owned()),
            Err(error) => Err(failed(path, error.to_string())),
        }
    }
}
