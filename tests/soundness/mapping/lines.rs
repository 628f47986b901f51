//! Lines of a body.

use super::item::Item;
use super::piece::{Piece, name, quoted, unit_text};
use super::types::{form_text, relative};
use super::writer::{Want, Writer};
use hms_sync::model::{Base, Form, Type};

/// What the lines at hand write into.
#[derive(Clone, Debug, Default)]
pub struct Place {
    pub xml: bool,
    /// Groups that lines share.
    groups: Vec<String>,
}

/// A map with parameters.
#[derive(Clone, Debug)]
pub struct MapDraft {
    pub name: String,
    pub parameters: Vec<Type>,
    /// XML and JSON differ in how lists are written.
    pub xml: bool,
}

impl Place {
    pub fn new(xml: bool) -> Place {
        Place { xml, groups: Vec::new() }
    }
}

impl Writer<'_> {
    pub fn lines(&mut self, count: usize, place: &mut Place, maps: &mut Vec<MapDraft>, depth: usize) -> Vec<Item> {
        let mut lines = Vec::new();
        for _ in 0..count {
            match self.random.below(if depth == 0 { 8 } else { 16 }) {
                8 | 9 => lines.extend(self.each_line(place, depth)),
                10 => lines.extend(self.block_line(place, depth)),
                11 => lines.extend(self.when_line(place, depth)),
                12 => lines.extend(self.match_line(place, depth)),
                13 => lines.push(self.reject_line()),
                14 => lines.push(self.let_line()),
                15 if !maps.is_empty() => lines.extend(self.spread(place, maps)),
                _ => lines.push(self.rule(place)),
            }
        }
        lines
    }

    /// A target path of its own, maybe beside others in a group.
    fn path(&mut self, place: &mut Place, attribute: bool) -> String {
        let leaf = match attribute {
            true => format!("@{}", self.fresh("a")),
            false if place.xml && self.random.one_in(5) => format!("v:{}", self.fresh("F")),
            false if !place.xml && self.random.one_in(10) => format!("`f {}`", self.fresh("")),
            false => self.fresh("f"),
        };
        match self.random.below(4) {
            0 if !place.groups.is_empty() => format!("{}.{leaf}", self.random.pick(&place.groups)),
            1 => {
                let group = self.fresh("g");
                let group = match place.groups.first() {
                    Some(outer) if self.random.one_in(3) => format!("{outer}.{group}"),
                    _ => group,
                };
                place.groups.push(group.clone());
                format!("{group}.{leaf}")
            }
            _ => leaf,
        }
    }

    fn rule(&mut self, place: &mut Place) -> Item {
        let attribute = place.xml && self.random.one_in(4);
        let path = self.path(place, attribute);
        if self.random.one_in(8) {
            let (condition, yes, _) = self.proving(1);
            let outer = std::mem::replace(&mut self.scope, yes);
            let text = self.leaf_rule(&path, place.xml, attribute, true);
            self.scope = outer;
            return Item::line(format!("{text} when {}", condition.text));
        }
        Item::line(self.leaf_rule(&path, place.xml, attribute, false))
    }

    /// `source -> path? in UNIT as FORM`
    fn leaf_rule(&mut self, path: &str, xml: bool, attribute: bool, optional: bool) -> String {
        let piece = self.leaving(xml, attribute);
        let mut piece = self.unfailing(piece);
        if attribute && piece.ty.null && !self.forgets() {
            piece = self.present(piece);
        }
        let optional = optional || self.random.one_in(6);
        if piece.ty.missing && !optional && self.random.one_in(3) {
            piece = self.present(piece);
        }
        let mut suffix = String::new();
        match piece.unit().cloned() {
            Some(unit) if !piece.named && self.random.one_in(2) => {
                let to = relative(&unit, self.random);
                let converted = self.converted(piece.clone(), &to);
                if converted.pending == super::piece::Pending::Nothing {
                    suffix = format!(" in {}", unit_text(&to));
                    piece = Piece { text: piece.text, ..converted };
                } else {
                    piece = self.finished(converted);
                }
            }
            Some(_) => piece = self.named(piece),
            None => {}
        }
        if suffix.is_empty() {
            piece = self.finished(piece);
            suffix = self.form(&piece);
        }
        let mark = if piece.ty.missing || optional { "?" } else { "" };
        format!("{} -> {path}{mark}{suffix}", piece.text)
    }

    /// A value for a field or element.
    fn leaving(&mut self, xml: bool, attribute: bool) -> Piece {
        let list = !attribute && self.random.one_in(5);
        if list {
            let want = self.any_want();
            // a list's numbers name their unit one by one
            let want = if let Want::Quantity(_) = want { Want::Text } else { want };
            if let Some(list) = self.list(&want, 2) {
                return list;
            }
        }
        if (!xml || self.careless) && self.random.one_in(6) {
            return self.whole();
        }
        if self.random.one_in(25) && (!attribute || self.careless) {
            return Piece::atom("null", Type { null: true, ..Type::new(Base::Null) });
        }
        let want = self.any_want();
        self.scalar(&want, 3)
    }

    /// Something that is moved as it is, or a record made here.
    fn whole(&mut self) -> Piece {
        let paths = self.scope.paths();
        let whole: Vec<&Piece> =
            paths.iter().filter(|path| Writer::want_of(&path.ty).is_none() && !holds_unit(&path.ty)).collect();
        if !whole.is_empty() && self.random.one_in(2) {
            return (*self.random.pick(&whole)).clone();
        }
        let mut fails = false;
        let mut fields = Vec::new();
        for _ in 0..1 + self.random.below(3) {
            let want = self.any_want();
            let value = self.scalar(&want, 1);
            let value = self.named(value);
            let value = self.finished(value);
            fails |= value.ty.fails;
            fields.push(format!("{}: {}", self.fresh("r"), value.text));
        }
        let record = hms_sync::model::RecordType { name: None, fields: Vec::new() };
        let ty = Type { fails, ..Type::new(Base::Record(record)) };
        Piece::atom(format!("{{ {} }}", fields.join(", ")), ty)
    }

    /// A form of the wire for the value, or none.
    fn form(&mut self, piece: &Piece) -> String {
        if !self.random.one_in(5) {
            return String::new();
        }
        let zone = self.random.text(super::types::ZONES);
        let form = match &piece.ty.base {
            Base::Integer(_) | Base::Decimal(_) => Form::Text,
            Base::Boolean => Form::Pair { yes: "Y".to_owned(), no: "<n>".to_owned() },
            Base::Date => {
                let all = [
                    Form::Pattern { pattern: "MM/dd/yyyy".to_owned(), zone: None },
                    Form::Hl7 { zone: None },
                    Form::Fileman { zone: None },
                ];
                self.random.pick(&all).clone()
            }
            Base::Time => Form::Pattern { pattern: "HH:mm:ss".to_owned(), zone: None },
            Base::DateTime => {
                let all = [
                    Form::Unix,
                    Form::UnixMs,
                    Form::Hl7 { zone: Some(zone.clone()) },
                    Form::Fileman { zone: Some(zone.clone()) },
                    Form::Pattern { pattern: "yyyyMMddHHmm".to_owned(), zone: Some(zone) },
                ];
                self.random.pick(&all).clone()
            }
            _ => return String::new(),
        };
        form_text(&form)
    }

    fn each_line(&mut self, place: &mut Place, depth: usize) -> Option<Item> {
        let (list, item) = self.source_list()?;
        let outer = self.scope.clone();
        let variable = self.fresh("e");
        self.scope.name(Piece { named: list.named, ..Piece::atom(variable.clone(), item.clone()) });
        let rest = self.filter_and_order(1);
        let mut inner = Place::new(place.xml);
        let count = 1 + self.random.below(3);
        let mut lines = Vec::new();
        let scalar = Writer::want_of(&item).is_some();
        if place.xml && scalar && self.random.one_in(2) {
            let text = self.leaf_rule(".", true, true, false);
            lines.push(Item::line(text));
        }
        lines.extend(self.lines(count, &mut inner, &mut Vec::new(), depth - 1));
        self.scope = outer;
        let path = self.path(place, false);
        let mark = match (place.xml, list.ty.missing || self.random.one_in(4)) {
            (true, true) => "?",
            (true, false) => "",
            (false, true) => "[]?",
            (false, false) => "[]",
        };
        Some(Item::block(format!("each {variable} in {}{rest} -> {path}{mark}", list.text), lines))
    }

    fn block_line(&mut self, place: &mut Place, depth: usize) -> Option<Item> {
        let paths = self.scope.paths();
        let records: Vec<&Piece> =
            paths.iter().filter(|path| matches!(path.ty.base, Base::Record(_)) && !path.ty.null).collect();
        if records.is_empty() {
            return None;
        }
        let source = (*self.random.pick(&records)).clone();
        let Base::Record(record) = &source.ty.base else { return None };
        let outer = self.scope.clone();
        self.scope.present.push(source.text.clone());
        self.scope.fields(record);
        let mut inner = Place::new(place.xml);
        let count = 1 + self.random.below(3);
        let lines = self.lines(count, &mut inner, &mut Vec::new(), depth - 1);
        self.scope = outer;
        let path = self.fresh("b");
        let mark = if source.ty.missing { "?" } else { "" };
        Some(Item::block(format!("{} -> {path}{mark}", source.text), lines))
    }

    fn when_line(&mut self, place: &mut Place, depth: usize) -> Option<Item> {
        let (condition, yes, no) = self.proving(2);
        let same = self.path(place, false);
        let outer = std::mem::replace(&mut self.scope, yes);
        let mut then = self.lines(1, place, &mut Vec::new(), depth - 1);
        then.push(Item::line(self.leaf_rule(&same, place.xml, false, false)));
        let mut item = Item::block(format!("when {}", condition.text), then);
        if self.random.one_in(2) {
            self.scope = no;
            let otherwise = self.leaf_rule(&same, place.xml, false, false);
            item.close = format!("}} else {{\n{otherwise}\n}}");
        }
        self.scope = outer;
        Some(item)
    }

    fn match_line(&mut self, place: &mut Place, depth: usize) -> Option<Item> {
        let paths = self.scope.paths();
        let codes: Vec<&Piece> = paths
            .iter()
            .filter(|path| matches!(path.ty.base, Base::Code { open: false, .. }) && !path.ty.missing && !path.ty.null)
            .collect();
        if codes.is_empty() {
            return None;
        }
        let subject = (*self.random.pick(&codes)).clone();
        let Base::Code { values, .. } = &subject.ty.base else { return None };
        let same = self.path(place, false);
        let mut arms = Vec::new();
        let outer = self.scope.clone();
        for (number, value) in values.iter().enumerate() {
            self.scope = outer.clone();
            let mut lines = self.lines(1, place, &mut Vec::new(), depth - 1);
            lines.push(Item::line(self.leaf_rule(&same, place.xml, false, false)));
            let rest = number > 0 && self.random.one_in(3);
            arms.push(Item::block(if rest { "_".to_owned() } else { quoted(value) }, lines).fixed());
            if rest {
                break;
            }
        }
        self.scope = outer;
        Some(Item::block(format!("match {}", subject.text), arms))
    }

    fn reject_line(&mut self) -> Item {
        let (condition, yes, no) = self.proving(2);
        self.scope = yes;
        let reason = self.reason();
        self.scope = no;
        Item::line(format!("reject {reason} when {}", condition.text))
    }

    fn let_line(&mut self) -> Item {
        let want = self.any_want();
        let value = self.scalar(&want, 3);
        let variable = self.fresh("l");
        let line = Item::line(format!("let {variable} = {}", value.text));
        self.scope.name(Piece { text: variable, atom: true, ..value });
        line
    }

    fn spread(&mut self, place: &Place, maps: &mut Vec<MapDraft>) -> Option<Item> {
        let at = maps.iter().position(|map| map.xml == place.xml)?;
        // twice in one body it would write its places twice
        let map = maps.remove(at);
        let mut arguments = Vec::new();
        for parameter in &map.parameters {
            arguments.push(self.argument_of(parameter)?.text);
        }
        Some(Item::line(format!("...{}({})", map.name, arguments.join(", "))))
    }

    /// A path of exactly that type.
    fn argument_of(&mut self, parameter: &Type) -> Option<Piece> {
        if let Some(want) = Writer::want_of(parameter) {
            let value = self.scalar(&want, 2);
            let value = self.finished(value);
            let value = self.unfailing(value);
            let value = if parameter.missing && !value.ty.null { value } else { self.present(value) };
            let same = self.joined(&Piece::atom("", parameter.clone()), &value)? == parameter.base;
            return (same && value.unit() == parameter.unit()).then_some(value);
        }
        let paths = self.scope.paths();
        paths.into_iter().find(|path| {
            path.ty.base == parameter.base
                && (parameter.missing || !path.ty.missing)
                && (parameter.null || !path.ty.null)
        })
    }

    /// The author's reason; always known by its first word.
    pub fn reason(&mut self) -> String {
        if self.in_hole || self.random.one_in(2) {
            return quoted(&format!("author: {}", self.counter));
        }
        let plain = |path: &Piece| path.is_text() && !path.ty.null && !path.ty.sensitive && !path.ty.fails;
        let paths: Vec<Piece> = self.scope.paths().into_iter().filter(plain).collect();
        match paths.is_empty() {
            true => quoted("author: no"),
            false => format!("\"author: no {{{}}}\"", self.random.pick(&paths).text),
        }
    }
}

/// Somewhere in it a number counts something.
pub fn holds_unit(ty: &Type) -> bool {
    match &ty.base {
        Base::Integer(unit) | Base::Decimal(unit) => unit.is_some(),
        Base::Record(record) => record.fields.iter().any(|field| holds_unit(&field.ty)),
        Base::List(item) | Base::Dictionary(item) => holds_unit(item),
        _ => false,
    }
}

/// `Name(x: T)`
pub fn parameters(types: &[Type]) -> (String, Vec<Piece>) {
    let mut text = Vec::new();
    let mut pieces = Vec::new();
    for (number, ty) in types.iter().enumerate() {
        let parameter = format!("p{number}");
        text.push(format!("{}: {}", name(&parameter), super::types::written(ty)));
        pieces.push(Piece::atom(parameter, ty.clone()));
    }
    (format!("({})", text.join(", ")), pieces)
}
