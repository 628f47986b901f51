//! From a file to all the documents that it includes and imports, and what each declares at its top.

use super::xml::{self, BLANKS, Element, Name, SCHEMA, XML};
use crate::diagnostic::{Code, Diagnostic};
use crate::text::{Sources, Span};
use std::collections::{BTreeSet, HashMap, VecDeque};
use std::rc::Rc;

/// The most documents that one schema is made of.
pub const MAX_DOCUMENTS: usize = 200;

/// One document, under the namespace that its declarations are in.
#[derive(Debug)]
pub struct Document {
    pub root: Element,
    pub target: Rc<str>,
    /// Taken in by a schema with a namespace though it has none itself: names without a prefix are of that namespace.
    pub chameleon: bool,
    pub elements_qualified: bool,
    pub attributes_qualified: bool,
}

/// What a declaration at the top is: names of one kind are apart from those of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    Element,
    Type,
    Attribute,
    Group,
    AttributeGroup,
}

impl Kind {
    fn of(element: &Element) -> Option<Kind> {
        Some(match element.kind.as_str() {
            "element" => Kind::Element,
            "complexType" | "simpleType" => Kind::Type,
            "attribute" => Kind::Attribute,
            "group" => Kind::Group,
            "attributeGroup" => Kind::AttributeGroup,
            _ => return None,
        })
    }

    pub fn word(self) -> &'static str {
        match self {
            Kind::Element => "element",
            Kind::Type => "type",
            Kind::Attribute => "attribute",
            Kind::Group => "group",
            Kind::AttributeGroup => "attribute group",
        }
    }
}

/// All documents, and where each declaration at a top stands: the document and the child of its root.
#[derive(Debug, Default)]
pub struct Documents {
    pub all: Vec<Rc<Document>>,
    pub declared: HashMap<(Kind, Name), (usize, usize)>,
    /// Namespaces that were imported from a place that no compiler goes to.
    pub elsewhere: HashMap<String, Span>,
}

/// How the documents' bytes come in: by the path from the mapping's folder.
pub type Read<'r> = &'r dyn Fn(&str) -> Result<Vec<u8>, String>;

struct Wanted {
    path: String,
    /// The namespace that it must have, or takes on; `None`: its own.
    target: Option<Rc<str>>,
    import: bool,
    asked: Span,
}

struct Loader<'r> {
    read: Read<'r>,
    sources: &'r mut Sources,
    folder: String,
    documents: Documents,
    queue: VecDeque<Wanted>,
    seen: BTreeSet<(String, String)>,
    out: Vec<Diagnostic>,
}

/// Loads `path`, named at `asked`, and all that it leads to. Files join the sources; circles of includes are harmless.
pub fn load(path: &str, asked: Span, read: Read<'_>, sources: &mut Sources) -> (Documents, Vec<Diagnostic>) {
    let main = sources.file(asked.file).name.replace('\\', "/");
    let folder = main.rfind('/').map_or(String::new(), |end| main[..=end].to_owned());
    let mut loader = Loader {
        read,
        sources,
        folder,
        documents: Documents::default(),
        queue: VecDeque::new(),
        seen: BTreeSet::new(),
        out: Vec::new(),
    };
    loader.queue.push_back(Wanted { path: path.to_owned(), target: None, import: false, asked });
    while let Some(wanted) = loader.queue.pop_front() {
        let target = wanted.target.as_deref().unwrap_or("").to_owned();
        if !loader.seen.insert((wanted.path.clone(), target)) {
            continue;
        }
        if loader.documents.all.len() == MAX_DOCUMENTS {
            let message = format!("this schema is made of more than {MAX_DOCUMENTS} files");
            loader.report(Code::E1051, message, wanted.asked, "one too many", "check against a part of it");
            break;
        }
        loader.document(&wanted);
    }
    (loader.documents, loader.out)
}

impl Loader<'_> {
    fn report(&mut self, code: Code, message: impl Into<String>, span: Span, label: &str, help: &str) {
        self.out.push(Diagnostic::new(code, message, span, label).help(help));
    }

    fn document(&mut self, wanted: &Wanted) -> Option<()> {
        let file = self.file(wanted)?;
        let text = self.sources.file(file).text.clone();
        if text.len() > xml::MAX_DOCUMENT {
            let message = format!("{} is over {} MiB", wanted.path, xml::MAX_DOCUMENT >> 20);
            self.report(Code::E1050, message, wanted.asked, "this file", "check against a smaller part of it");
            return None;
        }
        let root = match xml::parse(&text, file) {
            Ok(root) => root,
            Err(fault) => {
                let message = format!("{}: {}", wanted.path, fault.message);
                self.out.push(
                    Diagnostic::new(Code::E1050, message, fault.span, "here")
                        .also(wanted.asked, "read because of this")
                        .help("see that the file is the XML Schema that is meant"),
                );
                return None;
            }
        };
        if root.kind != "schema" {
            self.out.push(
                Diagnostic::new(Code::E1050, format!("{} is no XML Schema", wanted.path), root.span, "another root")
                    .also(wanted.asked, "read because of this")
                    .help(format!("an XML Schema begins with `<xs:schema xmlns:xs=\"{SCHEMA}\">`")),
            );
            return None;
        }
        let own: Rc<str> = root.value("targetNamespace").unwrap_or("").into();
        let target = match &wanted.target {
            Some(target) if wanted.import && *target != own => return self.other_namespace(wanted, &root, &own),
            Some(target) if !wanted.import && own.is_empty() => target.clone(),
            Some(target) if *target != own => return self.other_namespace(wanted, &root, &own),
            _ => own.clone(),
        };
        let qualified = |name: &str| root.value(name) == Some("qualified");
        let document = Document {
            chameleon: own.is_empty() && !target.is_empty(),
            elements_qualified: qualified("elementFormDefault"),
            attributes_qualified: qualified("attributeFormDefault"),
            target,
            root,
        };
        self.tops(wanted, Rc::new(document));
        Some(())
    }

    fn file(&mut self, wanted: &Wanted) -> Option<u32> {
        let name = format!("{}{}", self.folder, wanted.path);
        if let Some(known) = self.sources.files().iter().position(|file| file.name == name) {
            return u32::try_from(known).ok();
        }
        let bytes = match (self.read)(&wanted.path) {
            Ok(bytes) => bytes,
            Err(problem) => {
                self.report(
                    Code::E1050,
                    format!("a schema cannot be read: {problem}"),
                    wanted.asked,
                    "this file",
                    "the path counts from the folder of the file that names it",
                );
                return None;
            }
        };
        match self.sources.add(name, &bytes) {
            Ok(file) => Some(file),
            Err(error) => {
                self.report(Code::E1050, error.to_string(), wanted.asked, "this file", "save it as UTF-8");
                None
            }
        }
    }

    fn other_namespace(&mut self, wanted: &Wanted, root: &Element, own: &str) -> Option<()> {
        let asked = wanted.target.as_deref().unwrap_or("");
        let show = |namespace: &str| match namespace {
            "" => "no namespace".to_owned(),
            namespace => format!("`{namespace}`"),
        };
        let place = root.attribute("targetNamespace").map_or(root.span, |attribute| attribute.span);
        self.out.push(
            Diagnostic::new(
                Code::E1051,
                format!("{} is of {}, not of {}", wanted.path, show(own), show(asked)),
                wanted.asked,
                format!("asks for {}", show(asked)),
            )
            .also(place, "this schema's namespace")
            .help("an `include` takes in the same namespace, an `import` the one that it names"),
        );
        None
    }

    /// Notes what a document declares, and what it leads to.
    fn tops(&mut self, wanted: &Wanted, document: Rc<Document>) {
        let number = self.documents.all.len();
        for (index, child) in document.root.children.iter().enumerate() {
            match child.kind.as_str() {
                "include" | "import" => self.leads_to(wanted, &document, child),
                "redefine" => self.report(
                    Code::E1051,
                    "`redefine` is not read",
                    child.span,
                    "changes types of another file",
                    "write the changed types under names of their own, and `include` the file",
                ),
                _ => {
                    let (Some(kind), Some(name)) = (Kind::of(child), child.value("name")) else { continue };
                    let name = Name::new(&document.target, name);
                    // An identical declaration read twice (a chameleon's) is one.
                    self.documents.declared.entry((kind, name)).or_insert((number, index));
                }
            }
        }
        self.documents.all.push(document);
    }

    fn leads_to(&mut self, wanted: &Wanted, document: &Document, child: &Element) {
        let import = child.kind == "import";
        let namespace = child.value("namespace").unwrap_or("");
        let Some(location) = child.attribute("schemaLocation") else { return };
        let place = location.value.trim_matches(BLANKS);
        if import && namespace == XML {
            return;
        }
        if place.contains("://") || place.starts_with("urn:") {
            self.documents.elsewhere.insert(namespace.to_owned(), location.span);
            if !import {
                let help = "save the file beside the schema, and name it there";
                self.report(Code::E1050, "a schema is not fetched over the network", location.span, "an address", help);
            }
            return;
        }
        let target = if import { Rc::from(namespace) } else { document.target.clone() };
        self.queue.push_back(Wanted {
            path: beside(&wanted.path, place),
            target: Some(target),
            import,
            asked: location.span,
        });
    }
}

/// The path of a file that `from` names, from the same folder as `from` is; `.` and `..` are worked out.
fn beside(from: &str, path: &str) -> String {
    let path = path.replace('\\', "/");
    let mut parts: Vec<&str> = Vec::new();
    let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
    let absolute = path.starts_with('/') || folder.starts_with('/') || from.starts_with('/');
    let base = if path.starts_with('/') { "" } else { folder };
    for part in base.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    format!("{}{}", if absolute { "/" } else { "" }, parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::beside;

    #[test]
    fn paths_count_from_the_file_that_names_them() {
        assert_eq!(beside("slots.xsd", "types.xsd"), "types.xsd");
        assert_eq!(beside("schemas/slots.xsd", "./common/va.xsd"), "schemas/common/va.xsd");
        assert_eq!(beside("schemas/a/slots.xsd", "../va.xsd"), "schemas/va.xsd");
        assert_eq!(beside("slots.xsd", "../va.xsd"), "../va.xsd");
        assert_eq!(beside("/x/slots.xsd", "va.xsd"), "/x/va.xsd");
        assert_eq!(beside("x/slots.xsd", "/y/va.xsd"), "/y/va.xsd");
    }
}
