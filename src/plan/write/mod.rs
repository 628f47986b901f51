//! The output writers: one file each. A body is written once, into one buffer; a group is taken back
//! where nothing was written into it.

mod encoding;
mod form;
pub mod json;
mod rules;
mod text;
pub mod xml;

pub use xml::soap::SECURITY_END;

use super::compile::Compiler;
use super::error::PlanError;
use super::evaluate::{Machine, Outcome, Stop};
use super::limits::MAX_BODY_BYTES;
use crate::model::{Body, Format};

/// Makes bodies of one format.
pub trait BodyWriter: Send + Sync {
    fn content_type(&self) -> &str;

    /// Headers that the format asks for, beside `Content-Type`: names and values.
    fn headers(&self) -> &[(String, String)] {
        &[]
    }

    fn is_json(&self) -> bool {
        false
    }

    /// Appends the body.
    fn write<'e>(&'e self, machine: &mut Machine<'e>, out: &mut Vec<u8>) -> Outcome<()>;
}

/// The writer of a target's body.
pub fn compile<'m>(body: &'m Body, compiler: &mut Compiler<'m>) -> Result<Box<dyn BodyWriter>, PlanError> {
    Ok(match &body.format {
        Format::Json => Box::new(json::JsonBody::new(&body.nodes, compiler)?),
        Format::Xml { root, document } => Box::new(xml::XmlBody::new(root, document, &body.nodes, compiler)?),
        Format::Soap(soap) => Box::new(xml::soap::SoapBody::new(soap, &body.nodes, compiler)?),
        Format::Form => Box::new(form::FormBody::new(&body.nodes, compiler)?),
        Format::Text(format) => Box::new(text::TextBody::new(format, &body.nodes, compiler)?),
    })
}

fn within_limit(out: &[u8]) -> Outcome<()> {
    if out.len() > MAX_BODY_BYTES {
        return Stop::reject(format!("makes a body of over {} MiB", MAX_BODY_BYTES >> 20));
    }
    Ok(())
}
