//! SOAP 1.1 and 1.2: the envelope around an operation, and the headers of HTTP that go with it.

use super::*;
use crate::model::{Soap, SoapVersion};

/// OASIS Web Services Security: SOAP Message Security 1.1, §6.
const SECURITY: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
/// The same, §10: where `wsu:Created` is.
const UTILITY: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";

pub struct SoapBody {
    content_type: String,
    headers: Vec<(String, String)>,
    /// The declaration and the start tag of the envelope.
    open: Box<[u8]>,
    /// What comes before anything is written: the `let` and `reject` lines of the map.
    quiet: Vec<Quiet>,
    header_name: Box<[u8]>,
    header: Element,
    body_name: Box<[u8]>,
    operation: Box<[u8]>,
    element: Element,
    envelope_name: Box<[u8]>,
    style: Style,
}

impl SoapBody {
    pub fn new<'m>(soap: &'m Soap, nodes: &'m [Node], compiler: &mut Compiler<'m>) -> Result<SoapBody, PlanError> {
        compiler.at("soap");
        let mark = compiler.enter()?;
        let mut quiet = Vec::new();
        for node in nodes {
            quiet.extend(Quiet::new(node, compiler)?);
        }
        let mut builder = Builder::new(&soap.document, compiler)?;
        let envelope = soap.version.namespace();
        match builder.prefixes.get(soap.prefix.as_str()) {
            None if is_name(&soap.prefix) && soap.prefix != "xml" && soap.prefix != "xmlns" => {
                declare(&soap.prefix, envelope, &mut builder.declared);
                builder.prefixes.insert(&soap.prefix, envelope);
            }
            Some(known) if *known == envelope => {}
            _ => return builder.compiler.error(format!("{:?} is no prefix for the envelope", soap.prefix)),
        }
        let operation = builder.name(&soap.operation, false)?;
        let mut header = builder.element(&soap.header)?;
        let element = builder.content(nodes)?;
        let style = builder.style();
        if soap.security {
            header.first = security(&soap.prefix);
        }
        let name = |local: &str| format!("{}:{local}", soap.prefix).into_bytes().into_boxed_slice();
        let envelope_name = name("Envelope");
        let mut open = declaration(soap.document.encoding).into_vec();
        open.push(b'<');
        open.extend_from_slice(&envelope_name);
        open.extend_from_slice(&builder.declared);
        open.push(b'>');
        let (content_type, headers) = http(soap, builder.compiler)?;
        builder.compiler.leave(mark);
        Ok(SoapBody {
            content_type,
            headers,
            open: open.into(),
            quiet,
            header_name: name("Header"),
            header,
            body_name: name("Body"),
            operation,
            element,
            envelope_name,
            style,
        })
    }
}

/// The content type and `SOAPAction` (SOAP 1.1 §6.1; RFC 3902).
fn http(soap: &Soap, compiler: &Compiler<'_>) -> Result<(String, Vec<(String, String)>), PlanError> {
    let action = soap.action.as_deref().unwrap_or("");
    if !action.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\')) {
        return compiler.error("an action is a URI");
    }
    let charset = charset(soap.document.encoding);
    Ok(match soap.version {
        SoapVersion::V1_1 => {
            let header = ("SOAPAction".to_owned(), format!("\"{action}\""));
            (format!("text/xml; charset={charset}"), vec![header])
        }
        SoapVersion::V1_2 if soap.action.is_none() => (format!("application/soap+xml; charset={charset}"), Vec::new()),
        SoapVersion::V1_2 => (format!("application/soap+xml; charset={charset}; action=\"{action}\""), Vec::new()),
    })
}

/// The element that each push puts a token into. Nothing before it in a body can look like its end.
fn security(soap: &str) -> Box<[u8]> {
    let open = format!("<wsse:Security xmlns:wsse=\"{SECURITY}\" xmlns:wsu=\"{UTILITY}\" {soap}:mustUnderstand=\"1\">");
    format!("{open}{SECURITY_END}").into_bytes().into()
}

/// What a token is put before.
pub const SECURITY_END: &str = "</wsse:Security>";

impl BodyWriter for SoapBody {
    fn content_type(&self) -> &str {
        &self.content_type
    }

    fn headers(&self) -> &[(String, String)] {
        &self.headers
    }

    fn write<'e>(&'e self, machine: &mut Machine<'e>, out: &mut Vec<u8>) -> Outcome<()> {
        let start = out.len();
        for quiet in &self.quiet {
            quiet.run(machine)?;
        }
        out.extend_from_slice(&self.open);
        let always = !self.header.first.is_empty();
        self.header.write(&self.header_name, b"", always, &self.style, machine, out)?;
        out.push(b'<');
        out.extend_from_slice(&self.body_name);
        out.push(b'>');
        self.element.write(&self.operation, b"", true, &self.style, machine, out)?;
        for name in [&self.body_name, &self.envelope_name] {
            out.extend_from_slice(b"</");
            out.extend_from_slice(name);
            out.push(b'>');
        }
        finish(&self.style, start, out)
    }
}
