//! Elements: names and rejects first, then the attributes, in whatever order the author wrote them, then
//! text and elements in that order.

use super::text::{Place, Style};
use super::*;
use crate::library::constraint::Rule;
use crate::plan::evaluate::{Stop, Walked};
use crate::plan::write::rules;

#[derive(Default)]
pub struct Element {
    /// Ready XML that its content begins with.
    pub first: Box<[u8]>,
    /// What comes before anything is written: `let` and `reject`.
    quiet: Vec<Quiet>,
    attributes: Vec<LeafLine>,
    /// Which children are texts of its own that may be null.
    nil: Vec<usize>,
    children: Vec<Child>,
}

enum Child {
    /// The element's text.
    Here(LeafLine),
    Leaf(LeafLine),
    Group {
        name: Box<[u8]>,
        element: Element,
    },
    Repeat(Box<RepeatLine>),
}

struct LeafLine {
    /// Empty for the text of the element at hand.
    name: Box<[u8]>,
    when: Option<Code>,
    value: Code,
    null: bool,
    place: Place,
    /// What the target's schema asks of the text.
    rules: Box<[Rule]>,
    path: Box<str>,
}

struct RepeatLine {
    name: Box<[u8]>,
    when: Option<Code>,
    items: Items,
    element: Element,
    path: Box<str>,
}

impl<'m> Builder<'_, 'm> {
    pub(super) fn element(&mut self, nodes: &'m [Node]) -> Result<Element, PlanError> {
        self.lines(nodes, true)
    }

    /// An element whose `let` and `reject` lines stand elsewhere.
    pub(super) fn content(&mut self, nodes: &'m [Node]) -> Result<Element, PlanError> {
        self.lines(nodes, false)
    }

    fn lines(&mut self, nodes: &'m [Node], quiet: bool) -> Result<Element, PlanError> {
        let mark = self.compiler.enter()?;
        let mut element = Element::default();
        for node in nodes {
            match node {
                Node::Leaf(leaf) => self.push_leaf(leaf, &mut element)?,
                Node::Group { name, nodes } => {
                    let name = self.name(name, false)?;
                    element.children.push(Child::Group { name, element: self.element(nodes)? });
                }
                Node::Repeat(repeat) => {
                    let line = self.repeated(repeat)?;
                    element.children.push(Child::Repeat(Box::new(line)));
                }
                Node::Let { .. } | Node::Reject { .. } if !quiet => {}
                Node::Let { .. } | Node::Reject { .. } => element.quiet.extend(Quiet::new(node, self.compiler)?),
                Node::Line(_) | Node::Each(_) => return self.compiler.error("XML has no lines of text"),
            }
        }
        self.compiler.leave(mark);
        Ok(element)
    }

    fn push_leaf(&mut self, leaf: &'m Leaf, element: &mut Element) -> Result<(), PlanError> {
        self.compiler.at(&leaf.path);
        if let Base::Record(_) | Base::Dictionary(_) | Base::Any = leaf.ty.base {
            return self.compiler.error("XML is written from scalars and lists of them");
        }
        let name = match &leaf.name {
            OutName::Here => Box::default(),
            OutName::Name(name) => self.name(name, false)?,
            OutName::Attribute(name) => self.name(name, true)?,
        };
        let null = self.may_be_null(&leaf.ty);
        let when = optional(leaf.when.as_ref(), self.compiler)?;
        let value = self.compiler.expression(&leaf.value)?;
        let place = match (&leaf.name, leaf.cdata) {
            (OutName::Attribute(_), _) => Place::Attribute,
            (_, true) => Place::Cdata,
            (_, false) => Place::Content,
        };
        let rules: Result<Box<[Rule]>, String> = leaf.rules.iter().map(Rule::new).collect();
        let rules = rules.or_else(|problem| self.compiler.error(problem))?;
        let line = LeafLine { name, when, value, null, place, rules, path: leaf.path.as_str().into() };
        match &leaf.name {
            OutName::Attribute(_) => element.attributes.push(line),
            OutName::Name(_) => element.children.push(Child::Leaf(line)),
            OutName::Here => {
                if null {
                    element.nil.push(element.children.len());
                }
                element.children.push(Child::Here(line));
            }
        }
        Ok(())
    }

    fn repeated(&mut self, repeat: &'m Repeat) -> Result<RepeatLine, PlanError> {
        self.compiler.at(&repeat.path);
        let name = self.name(&repeat.name, false)?;
        let when = optional(repeat.when.as_ref(), self.compiler)?;
        let mark = self.compiler.enter()?;
        let items = self.compiler.items(repeat.variable, &repeat.list, repeat.filter.as_ref(), repeat.sort.as_ref())?;
        let element = self.element(&repeat.nodes)?;
        self.compiler.leave(mark);
        Ok(RepeatLine { name, when, items, element, path: repeat.path.as_str().into() })
    }
}

impl Element {
    /// Writes the element; not where nothing was written into it, unless it is written `always`.
    pub fn write<'e>(
        &'e self,
        name: &'e [u8],
        declarations: &[u8],
        always: bool,
        style: &Style,
        machine: &mut Machine<'e>,
        out: &mut Vec<u8>,
    ) -> Outcome<bool> {
        for quiet in &self.quiet {
            quiet.run(machine)?;
        }
        let mark = out.len();
        out.push(b'<');
        out.extend_from_slice(name);
        out.extend_from_slice(declarations);
        let mut written = always;
        for attribute in &self.attributes {
            written |= attribute.write_attribute(style, machine, out).map_err(|stop| stop.under(&attribute.path))?;
        }
        for index in &self.nil {
            if let Some(Child::Here(here)) = self.children.get(*index)
                && here.is_null(machine).map_err(|stop| stop.under(&here.path))?
            {
                out.extend_from_slice(&style.nil);
                written = true;
                break;
            }
        }
        out.push(b'>');
        let inside = out.len();
        out.extend_from_slice(&self.first);
        for child in &self.children {
            written |= child.write(style, machine, out)?;
            within_limit(out)?;
        }
        if !written {
            out.truncate(mark);
            return Ok(false);
        }
        close(name, inside, out);
        Ok(true)
    }
}

/// Ends an element whose content began at `inside`, behind the `>`.
fn close(name: &[u8], inside: usize, out: &mut Vec<u8>) {
    if out.len() == inside {
        out.truncate(inside - 1);
        out.extend_from_slice(b"/>");
        return;
    }
    out.extend_from_slice(b"</");
    out.extend_from_slice(name);
    out.push(b'>');
}

impl Child {
    fn write<'e>(&'e self, style: &Style, machine: &mut Machine<'e>, out: &mut Vec<u8>) -> Outcome<bool> {
        match self {
            Child::Here(here) => here.write_here(style, machine, out).map_err(|stop| stop.under(&here.path)),
            Child::Leaf(leaf) => leaf.write_element(style, machine, out).map_err(|stop| stop.under(&leaf.path)),
            Child::Group { name, element } => element.write(name, b"", false, style, machine, out),
            Child::Repeat(repeat) => repeat.write(style, machine, out).map_err(|stop| stop.under(&repeat.path)),
        }
    }
}

impl RepeatLine {
    fn write<'e>(&'e self, style: &Style, machine: &mut Machine<'e>, out: &mut Vec<u8>) -> Outcome<bool> {
        if !holds(self.when.as_ref(), machine)? {
            return Ok(false);
        }
        let mut written = false;
        let walked = machine.walk(&self.items, |machine| {
            written |= self.element.write(&self.name, b"", false, style, machine, out)?;
            within_limit(out)
        })?;
        match walked {
            Walked::Failed(Value::Failed(reason)) => Stop::reject(reason),
            _ => Ok(written),
        }
    }
}

impl LeafLine {
    /// The value, where the line's condition holds and there is one.
    fn value<'e>(&'e self, machine: &mut Machine<'e>) -> Outcome<Option<Value<'e>>> {
        if !holds(self.when.as_ref(), machine)? {
            return Ok(None);
        }
        match machine.evaluate(&self.value)? {
            Value::Missing => Ok(None),
            Value::Failed(reason) => Stop::reject(reason),
            Value::Null if !self.null => Stop::reject("null where none may be"),
            value => Ok(Some(value)),
        }
    }

    fn is_null<'e>(&'e self, machine: &mut Machine<'e>) -> Outcome<bool> {
        Ok(matches!(self.value(machine)?, Some(Value::Null)))
    }

    fn write_attribute<'e>(&'e self, style: &Style, machine: &mut Machine<'e>, out: &mut Vec<u8>) -> Outcome<bool> {
        let value = match self.value(machine)? {
            None => return Ok(false),
            Some(Value::Null) => return Stop::reject("an attribute cannot be null"),
            Some(value) => value,
        };
        out.push(b' ');
        out.extend_from_slice(&self.name);
        out.extend_from_slice(b"=\"");
        self.push(&value, style, machine, out)?;
        out.push(b'"');
        Ok(true)
    }

    fn write_here<'e>(&'e self, style: &Style, machine: &mut Machine<'e>, out: &mut Vec<u8>) -> Outcome<bool> {
        match self.value(machine)? {
            None => Ok(false),
            // the start tag tells
            Some(Value::Null) => Ok(true),
            Some(value) => self.push(&value, style, machine, out).map(|()| true),
        }
    }

    /// An element, of a list one an item.
    fn write_element<'e>(&'e self, style: &Style, machine: &mut Machine<'e>, out: &mut Vec<u8>) -> Outcome<bool> {
        match self.value(machine)? {
            None => Ok(false),
            Some(Value::List(items)) => {
                machine.charge(items.len())?;
                let mut written = false;
                for item in items.iter() {
                    match item {
                        Value::Missing => continue,
                        Value::Failed(reason) => return Stop::reject(reason.clone()),
                        Value::Null if !self.null => return Stop::reject("null where none may be"),
                        item => self.write_one(item, style, machine, out)?,
                    }
                    written = true;
                    within_limit(out)?;
                }
                Ok(written)
            }
            Some(value) => self.write_one(&value, style, machine, out).map(|()| true),
        }
    }

    fn write_one<'e>(
        &'e self,
        value: &Value<'e>,
        style: &Style,
        machine: &mut Machine<'e>,
        out: &mut Vec<u8>,
    ) -> Outcome<()> {
        out.push(b'<');
        out.extend_from_slice(&self.name);
        if let Value::Null = value {
            out.extend_from_slice(&style.nil);
        }
        out.push(b'>');
        let inside = out.len();
        if !matches!(value, Value::Null) {
            self.push(value, style, machine, out)?;
        }
        close(&self.name, inside, out);
        Ok(())
    }

    /// Appends a scalar; refused where it holds a character that XML does not allow.
    fn push<'e>(
        &'e self,
        value: &Value<'e>,
        style: &Style,
        machine: &mut Machine<'e>,
        out: &mut Vec<u8>,
    ) -> Outcome<()> {
        let mut made = String::new();
        let text: &str = match value {
            Value::Text(text) => text,
            value => {
                machine.push_plain(value, &mut made)?;
                &made
            }
        };
        if !self.rules.is_empty() {
            // A rule is about what a reader gets.
            let read = style.replaced(text);
            if let Some(rule) = self.rules.iter().find(|rule| !rule.holds(&read)) {
                let reason = rule.reason(&read);
                return Err(rules::refused(value, &self.value, machine, &reason, |text| !rule.holds(text)));
            }
        }
        if style.push(self.place, text, out) { Ok(()) } else { Err(text::forbidden(value, &self.value, machine)) }
    }
}
