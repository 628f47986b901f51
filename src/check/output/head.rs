//! The head of a map: which format it writes, and what the format is told.

use super::{Shape, XmlShape};
use crate::check::Checker;
use crate::check::expr::literal;
use crate::check::nearest::nearest;
use crate::diagnostic::{Code, Diagnostic};
use crate::library::xml;
use crate::model::{Auth, Document, Encoding, Format, Namespace, QName, Soap, SoapVersion, Target, TextFormat};
use crate::syntax::tree::{self, ExprKind, LineKind};
use crate::text::Span;
use std::rc::Rc;

const FORMATS: &[&str] = &["json", "xml", "soap", "form", "text"];

/// A map's head, understood.
pub(super) struct Head {
    pub format: Format,
    pub shape: Shape,
    /// The lines of the map that belong to it: namespaces and the action.
    pub lines: Vec<Span>,
}

impl Checker<'_> {
    /// Goes on after a mistake, so that the lines are checked all the same; `None` of an unknown format.
    pub(super) fn head(&mut self, map: &tree::Map) -> Option<Head> {
        let Some(format) = &map.format else {
            return Some(Head { format: Format::Json, shape: Shape::Json, lines: Vec::new() });
        };
        let name = format.name.text.as_str();
        if !FORMATS.contains(&name) {
            let near = nearest(name, FORMATS.iter().copied()).unwrap_or("json");
            self.report(
                Diagnostic::new(Code::E0509, format!("there is no format `{name}`"), format.name.span, "not a format")
                    .help(format!("write `as {near}`")),
            );
            return None;
        }
        self.options(format);
        match name {
            "xml" | "soap" => Some(self.xml_head(map, format)),
            "text" => {
                let encoding = self.encoding(format);
                let text = TextFormat {
                    ends: format.ends.as_ref().map_or("\n".into(), |ends| ends.value.clone()),
                    encoding,
                    forbidden: self.forbidden(format, encoding, ""),
                };
                if let Some(ends) = &format.ends {
                    self.in_encoding(&ends.value, encoding == Encoding::Latin1, ends.span);
                }
                let shape = Shape::Text { latin_1: encoding == Encoding::Latin1, replaces: format.forbidden.is_some() };
                Some(Head { format: Format::Text(text), shape, lines: Vec::new() })
            }
            "form" => Some(Head { format: Format::Form, shape: Shape::Form, lines: Vec::new() }),
            _ => Some(Head { format: Format::Json, shape: Shape::Json, lines: Vec::new() }),
        }
    }

    /// Options and names that the format does not have.
    fn options(&mut self, format: &tree::MapFormat) {
        let name = format.name.text.as_str();
        let is_xml = matches!(name, "xml" | "soap");
        if let Some(root) = format.root.as_ref().filter(|_| !is_xml) {
            let (message, label) = match name {
                "json" => ("a JSON body has no root name".to_owned(), "not in JSON"),
                _ => (format!("`as {name}` takes no name"), "no name here"),
            };
            self.report(
                Diagnostic::new(Code::E0509, message, root.span, label)
                    .help("remove the name, or write `map as xml` for an element"),
            );
        }
        if let Some((_, span)) = format.version.as_ref().filter(|_| name != "soap") {
            self.report(
                Diagnostic::new(Code::E0653, format!("`as {name}` has no versions"), *span, "not after this format")
                    .help("remove it; a version stands after `soap` only"),
            );
        }
        let given = [
            ("ends", format.ends.as_ref(), name == "text", "text"),
            ("encoding", format.encoding.as_ref(), is_xml || name == "text", "xml, soap and text"),
            ("forbidden as", format.forbidden.as_ref(), is_xml || name == "text", "xml, soap and text"),
        ];
        for (option, text, known, by) in given {
            let Some(text) = text.filter(|_| !known) else { continue };
            self.report(
                Diagnostic::new(
                    Code::E0653,
                    format!("`as {name}` takes no `{option}`"),
                    text.span,
                    format!("taken by {by}"),
                )
                .help(match (option, name) {
                    ("encoding", "json") => "remove it: JSON is always UTF-8",
                    ("encoding", _) => "remove it: a form is always UTF-8",
                    ("ends", _) => "remove it: only a text has lines that end",
                    _ => "remove it: nothing is forbidden there",
                }),
            );
        }
    }

    fn xml_head(&mut self, map: &tree::Map, format: &tree::MapFormat) -> Head {
        let soap = format.name.text == "soap";
        let encoding = self.encoding(format);
        let latin_1 = encoding == Encoding::Latin1;
        let (namespaces, mut lines) = self.namespaces(&map.body, latin_1);
        let forbidden = self.forbidden(format, encoding, "<>&\"]");
        let replaces = format.forbidden.is_some();
        let document = Document { namespaces, encoding, forbidden };
        let mut shape = XmlShape { namespaces: document.namespaces.clone(), latin_1, replaces, soap };
        if !soap {
            let shape = Rc::new(shape);
            let root = self.root(format, &shape);
            return Head { format: Format::Xml { root, document }, shape: Shape::Xml(shape), lines };
        }
        let version = self.soap_version(format);
        let prefix = envelope_prefix(&document.namespaces, version);
        if !shape.namespaces.iter().any(|known| known.prefix.as_ref() == Some(&prefix)) {
            shape.namespaces.push(Namespace { prefix: Some(prefix.clone()), uri: version.namespace().into() });
        }
        let shape = Rc::new(shape);
        let soap = Soap {
            version,
            operation: self.root(format, &shape),
            action: self.action(&map.body, &mut lines),
            prefix,
            document,
            header: Vec::new(),
            security: false,
        };
        Head { format: Format::Soap(Box::new(soap)), shape: Shape::Xml(shape), lines }
    }

    fn root(&mut self, format: &tree::MapFormat, shape: &XmlShape) -> QName {
        if let Some(root) = &format.root {
            return self.qname(root, shape).unwrap_or(QName { prefix: None, local: root.local.text.clone() });
        }
        let (message, help) = match shape.soap {
            false => ("an XML body needs the name of its root element", "write it: `map as xml SlotRule { … }`"),
            true => (
                "a SOAP body needs the name of its operation",
                "write it: `map as soap 1.1 p:UpdateSlot { namespace p \"urn:…\"  … }`",
            ),
        };
        self.report(Diagnostic::new(Code::E0509, message, format.span, "no name").help(help));
        QName { prefix: None, local: String::new() }
    }

    fn soap_version(&mut self, format: &tree::MapFormat) -> SoapVersion {
        let (message, span, label) = match &format.version {
            Some((version, _)) if version == "1.1" => return SoapVersion::V1_1,
            Some((version, _)) if version == "1.2" => return SoapVersion::V1_2,
            Some((version, span)) => (format!("there is no SOAP {version}"), *span, "1.1 or 1.2"),
            None => ("a SOAP map names the version of SOAP".to_owned(), format.name.span, "which one?"),
        };
        self.report(
            Diagnostic::new(Code::E0654, message, span, label)
                .help("write `as soap 1.1`, or `as soap 1.2`; a WSDL tells which by the namespace of its binding"),
        );
        SoapVersion::V1_1
    }

    /// `action "urn:x"`: a URI, once.
    fn action(&mut self, block: &tree::Block, lines: &mut Vec<Span>) -> Option<String> {
        let mut found: Option<(String, Span)> = None;
        for line in &block.lines {
            let LineKind::Action(action) = &line.kind else { continue };
            lines.push(line.span);
            if let Some((_, first)) = &found {
                self.report(
                    Diagnostic::new(Code::E0655, "a SOAP map has one action", line.span, "again here")
                        .also(*first, "first here")
                        .help("remove one of the two"),
                );
                continue;
            }
            let text = match &action.kind {
                ExprKind::Text(parts) => literal(parts),
                _ => None,
            };
            let Some(text) = text else {
                self.report(
                    Diagnostic::new(Code::E0655, "an action is the same for every event", action.span, "not constant")
                        .help("write it as the WSDL has it: `action \"urn:vista:UpdateSlot\"`"),
                );
                continue;
            };
            if !text.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\')) {
                self.report(
                    Diagnostic::new(
                        Code::E0655,
                        "an action is a URI: no spaces, quotes or letters beyond ASCII",
                        action.span,
                        "no URI",
                    )
                    .help("write it as the WSDL has it: `action \"urn:vista:UpdateSlot\"`"),
                );
                continue;
            }
            found = Some((text, line.span));
        }
        found.map(|(text, _)| text)
    }

    fn encoding(&mut self, format: &tree::MapFormat) -> Encoding {
        let Some(text) = &format.encoding else { return Encoding::Utf8 };
        let known = [Encoding::Utf8, Encoding::Latin1];
        if let Some(encoding) = known.into_iter().find(|known| known.name().eq_ignore_ascii_case(&text.value)) {
            return encoding;
        }
        if matches!(format.name.text.as_str(), "xml" | "soap" | "text") {
            let alias = text.value.to_ascii_lowercase().replace(['-', '_', ' '], "");
            let meant = if alias.starts_with("latin") || alias.starts_with("windows") || alias.starts_with("iso") {
                "ISO-8859-1"
            } else {
                "UTF-8"
            };
            self.report(
                Diagnostic::new(
                    Code::E0653,
                    format!("the encoding {:?} is not known", text.value),
                    text.span,
                    "UTF-8 or ISO-8859-1",
                )
                .help(format!("write `encoding \"{meant}\"`")),
            );
        }
        Encoding::Utf8
    }

    /// One character, or none, that needs no escaping.
    fn forbidden(&mut self, format: &tree::MapFormat, encoding: Encoding, marks: &str) -> Option<String> {
        let text = format.forbidden.as_ref()?;
        let written = |c: char| encoding == Encoding::Utf8 || c <= '\u{FF}';
        let plain = |c: char| {
            !c.is_control()
                && !matches!(c, '\u{2028}' | '\u{2029}' | '\u{FFFE}' | '\u{FFFF}')
                && !marks.contains(c)
                && written(c)
        };
        if text.value.chars().count() > 1 || !text.value.chars().all(plain) {
            self.report(
                Diagnostic::new(
                    Code::E0653,
                    "what stands for a forbidden character is one plain character, or none",
                    text.span,
                    "not one plain character",
                )
                .help("write `forbidden as \"?\"`, or `forbidden as \"\"` to leave it out"),
            );
            return None;
        }
        Some(text.value.clone())
    }

    /// The namespaces that a map declares, and the lines that do.
    fn namespaces(&mut self, block: &tree::Block, latin_1: bool) -> (Vec<Namespace>, Vec<Span>) {
        let mut found: Vec<(Namespace, Span)> = Vec::new();
        let mut lines = Vec::new();
        for line in &block.lines {
            let LineKind::Namespace { prefix, uri } = &line.kind else { continue };
            lines.push(line.span);
            let name = prefix.as_ref().map(|prefix| prefix.text.clone());
            if let Some((_, first)) = found.iter().find(|(known, _)| known.prefix == name) {
                self.report(
                    Diagnostic::new(Code::E0510, "this namespace is declared twice", line.span, "again here")
                        .also(*first, "first here")
                        .help("remove one of the two"),
                );
                continue;
            }
            let wrong = match (&name, uri.value.as_str()) {
                (_, "") => Some("a namespace needs a name"),
                (Some(prefix), _) if prefix.to_ascii_lowercase().starts_with("xml") => {
                    Some("prefixes that begin with `xml` are XML's own")
                }
                (_, "http://www.w3.org/2000/xmlns/" | "http://www.w3.org/XML/1998/namespace") => {
                    Some("this namespace is XML's own")
                }
                (Some(prefix), _) if !xml::is_name(prefix) => Some("a prefix is an XML name"),
                (_, uri) if uri.chars().any(char::is_control) => Some("a namespace's name has no control characters"),
                _ => None,
            };
            if let Some(wrong) = wrong {
                self.report(
                    Diagnostic::new(Code::E0510, wrong, line.span, "this namespace")
                        .help("write it as `namespace v \"urn:vista:common\"`"),
                );
                continue;
            }
            if let Some(prefix) = prefix {
                self.in_encoding(&prefix.text, latin_1, prefix.span);
            }
            found.push((Namespace { prefix: name, uri: uri.value.clone() }, line.span));
        }
        (found.into_iter().map(|(namespace, _)| namespace).collect(), lines)
    }

    /// What a map writes as it stands must be in its encoding.
    pub(super) fn in_encoding(&mut self, text: &str, latin_1: bool, span: Span) {
        let Some(c) = text.chars().find(|c| latin_1 && *c > '\u{FF}') else { return };
        self.report(
            Diagnostic::new(Code::E0659, format!("ISO-8859-1 has no `{c}`"), span, "not in this encoding")
                .help("write `encoding \"UTF-8\"`, or a character that ISO-8859-1 has"),
        );
    }

    /// What a body asks of its target. A SOAP map is told by its target whether a token goes into its header.
    pub(in crate::check) fn body_fits_target(&mut self, node: &tree::Target, map: &tree::Map, target: &mut Target) {
        let token = matches!(target.auth, Some(Auth::UsernameToken { .. }));
        let clause = |kind: fn(&tree::ClauseKind) -> bool| node.clauses.iter().find(|clause| kind(&clause.kind));
        let soap = match target.body.as_mut().map(|body| &mut body.format) {
            Some(Format::Soap(soap)) => soap,
            // the body's own mistakes are reported
            None => return,
            Some(_) => {
                if let Some(auth) = clause(|kind| matches!(kind, tree::ClauseKind::Auth(_))).filter(|_| token) {
                    self.report(
                        Diagnostic::new(
                            Code::E0657,
                            "a UsernameToken goes into the header of a SOAP envelope",
                            auth.span,
                            "no SOAP here",
                        )
                        .also(map.keyword, "this map writes the body")
                        .help("write `map as soap 1.1 p:Operation { … }`, or `auth basic env USER env PASSWORD`"),
                    );
                }
                return;
            }
        };
        soap.security = token;
        let action = soap.version == SoapVersion::V1_1;
        if target.method != "POST"
            && let Some(method) = &node.method
        {
            self.report(
                Diagnostic::new(
                    Code::E0656,
                    format!("SOAP is sent by POST, not by {}", method.text),
                    method.span,
                    "not POST",
                )
                .also(map.keyword, "this map writes SOAP")
                .help("write `POST`"),
            );
        }
        let named = |name: &str| name.eq_ignore_ascii_case("SOAPAction");
        for clause in &node.clauses {
            if let tree::ClauseKind::Header { name, .. } = &clause.kind
                && named(&name.text)
                && action
            {
                self.report(
                    Diagnostic::new(
                        Code::E0612,
                        "the header `SOAPAction` is written by the connector itself",
                        name.span,
                        "this header",
                    )
                    .help("write the action in the map: `action \"urn:…\"`"),
                );
            }
        }
    }
}

/// The author's prefix for the envelope's namespace, or the first free one.
fn envelope_prefix(namespaces: &[Namespace], version: SoapVersion) -> String {
    let uri = version.namespace();
    if let Some(known) = namespaces.iter().filter(|known| known.uri == uri).find_map(|known| known.prefix.clone()) {
        return known;
    }
    let free = |prefix: &str| !namespaces.iter().any(|known| known.prefix.as_deref() == Some(prefix));
    let mut prefix = if free("soap") { "soap".to_owned() } else { "soapenv".to_owned() };
    while !free(&prefix) {
        prefix.push('v');
    }
    prefix
}
