//! Types as written to types as meant.

use super::Checker;
use super::nearest::nearest;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::unit::Unit;
use crate::model::{Base, Field, Form, RecordType, Type, Variant, VariantsType};
use crate::syntax::tree::{self, TypeKind, TypeNode};
use crate::text::Span;

const BASES: &[&str] =
    &["boolean", "integer", "decimal", "string", "date", "time", "datetime", "duration", "any", "null"];
const FORMS: &[&str] = &["text", "unix", "unix_ms", "hl7", "fileman"];

/// Names that people know from elsewhere, and what they are called here.
const ALIASES: &[(&str, &str)] = &[
    ("int", "integer"),
    ("long", "integer"),
    ("number", "decimal"),
    ("float", "decimal"),
    ("double", "decimal"),
    ("numeric", "decimal"),
    ("bool", "boolean"),
    ("str", "string"),
    ("text", "string"),
    ("timestamp", "datetime"),
    ("instant", "datetime"),
    ("object", "any"),
];

impl<'a> Checker<'a> {
    /// `None` where the mistake is reported.
    pub(super) fn ty(&mut self, node: &TypeNode) -> Option<Type> {
        let mut ty = self.type_kind(node)?;
        if let Some(unit) = &node.unit {
            let unit = self.unit(unit)?;
            ty = self.with_unit(ty, unit, node)?;
        }
        if node.form.is_some() {
            ty.form = self.form(node.form.as_ref(), node.zone.as_ref(), &ty)?;
        }
        ty.missing |= node.optional.is_some();
        ty.sensitive |= node.sensitive.is_some();
        Some(ty)
    }

    fn type_kind(&mut self, node: &TypeNode) -> Option<Type> {
        Some(match &node.kind {
            TypeKind::Named(name) => return self.named_type(name),
            TypeKind::Code(text) => Type::new(Base::Code { values: vec![text.value.clone()], open: false }),
            TypeKind::Null => Type { null: true, ..Type::new(Base::Null) },
            TypeKind::Union(parts) => return self.union(parts, node.span),
            TypeKind::List(item) => Type::new(Base::List(Box::new(self.ty(item)?))),
            TypeKind::Dictionary(item) => Type::new(Base::Dictionary(Box::new(self.ty(item)?))),
            TypeKind::Record(fields) => Type::new(Base::Record(self.record(fields, None)?)),
            TypeKind::Group(inner) => return self.ty(inner),
            TypeKind::Variants { by, variants } => Type::new(Base::Variants(self.variants(by, variants, node.span)?)),
            TypeKind::New(inner) => {
                let inner = self.source(inner.span);
                self.report(
                    Diagnostic::new(
                        Code::E0233,
                        "a kind of its own has a name, so it is declared",
                        node.span,
                        "`new` without a name",
                    )
                    .help(format!("write `type Name = new {inner}`, and `Name` here")),
                );
                return None;
            }
            TypeKind::Missing => return None,
        })
    }

    /// Fields with their types; a name declared twice is reported and its second dropped. A field whose type
    /// is wrong is `any?`-like poison: `None` for the whole record would silence what is right, so it is left
    /// out of the record and its name remembered as reported.
    pub(super) fn record(&mut self, fields: &[tree::Field], name: Option<String>) -> Option<RecordType> {
        let mut record = RecordType { name, fields: Vec::with_capacity(fields.len()) };
        let mut seen: std::collections::HashMap<&str, Span> = std::collections::HashMap::new();
        for field in fields {
            if let Some(first) = seen.insert(&field.name.text, field.name.span) {
                self.report(
                    Diagnostic::new(
                        Code::E0106,
                        format!("the field `{}` is declared twice", field.name.text),
                        field.name.span,
                        "declared again here",
                    )
                    .also(first, "first declared here")
                    .help("remove one of the two lines, or give it the name it has in the event"),
                );
                continue;
            }
            match self.ty(&field.ty) {
                Some(ty) => record.fields.push(Field { name: field.name.text.clone(), ty, doc: field.doc.clone() }),
                None => {
                    self.poisoned_fields.insert(field.name.text.clone());
                }
            }
        }
        Some(record)
    }

    /// Each variant is a record, and the field that tells them apart is declared by their codes alone.
    fn variants(&mut self, by: &tree::Name, nodes: &[(tree::Text, TypeNode)], span: Span) -> Option<VariantsType> {
        let example = "`by kind { \"phone\": { number: string }, \"email\": { address: string } }`";
        if nodes.is_empty() {
            self.report(
                Diagnostic::new(Code::E0230, "these are variants of which there are none", span, "no variant")
                    .help(format!("name them as in {example}")),
            );
            return None;
        }
        let mut variants = VariantsType { name: None, by: by.text.clone(), variants: Vec::new() };
        let mut sound = true;
        for (code, node) in nodes {
            if let Some((first, _)) = nodes.iter().find(|(first, _)| first.value == code.value)
                && first.span != code.span
            {
                self.report(
                    Diagnostic::new(
                        Code::E0410,
                        format!("the variant {:?} stands twice", code.value),
                        code.span,
                        "again here",
                    )
                    .also(first.span, "first here")
                    .help("remove one of the two, or put the fields of both into one"),
                );
                sound = false;
                continue;
            }
            match self.variant(by, code, node) {
                Some(variant) => variants.variants.push(variant),
                None => sound = false,
            }
        }
        sound.then_some(variants)
    }

    fn variant(&mut self, by: &tree::Name, code: &tree::Text, node: &TypeNode) -> Option<Variant> {
        let ty = self.ty(node)?;
        let record = match ty.base {
            Base::Record(record) if !ty.missing && !ty.null => record,
            _ => {
                self.report(
                    Diagnostic::new(
                        Code::E0230,
                        format!("a variant is a record, not {}", super::show::show(&ty)),
                        node.span,
                        format!("of the variant {:?}", code.value),
                    )
                    .help(format!(
                        "write its fields: `{:?}: {{ value: {} }}`",
                        code.value,
                        super::show::show(&ty)
                    )),
                );
                return None;
            }
        };
        if record.field(&by.text).is_some() {
            let place = match &node.kind {
                TypeKind::Record(fields) => fields.iter().find(|field| field.name.text == by.text),
                _ => None,
            };
            self.report(
                Diagnostic::new(
                    Code::E0230,
                    format!("`{}` tells the variants apart, so no variant declares it", by.text),
                    place.map_or(node.span, |field| field.name.span),
                    "declared again here",
                )
                .also(by.span, "its values are the variants' codes")
                .help("remove the field from the variant"),
            );
            return None;
        }
        Some(Variant { code: code.value.clone(), fields: record.fields })
    }

    fn named_type(&mut self, name: &tree::Name) -> Option<Type> {
        let base = match name.text.as_str() {
            "boolean" => Base::Boolean,
            "integer" => Base::Integer(None),
            "decimal" => Base::Decimal(None),
            "string" => Base::Text,
            "date" => Base::Date,
            "time" => Base::Time,
            "datetime" => Base::DateTime,
            "duration" => Base::Duration,
            "any" => Base::Any,
            "null" => return Some(Type { null: true, ..Type::new(Base::Null) }),
            _ => return self.declared_type(name),
        };
        Some(Type::new(base))
    }

    fn declared_type(&mut self, name: &tree::Name) -> Option<Type> {
        if let Some(declaration) = self.type_named(name) {
            return self.type_of(declaration, name.span);
        }
        if self.is_poisoned(name) {
            return None;
        }
        let word = name.text.as_str();
        let alias = ALIASES.iter().find(|(alias, _)| alias.eq_ignore_ascii_case(word)).map(|(_, real)| *real);
        let declared = self.names_at(name.span).types.keys().copied();
        let near = alias.or_else(|| nearest(word, BASES.iter().copied().chain(declared)));
        let mut diagnostic =
            Diagnostic::new(Code::E0103, format!("there is no type `{word}`"), name.span, "not a type of this mapping");
        diagnostic = match near {
            Some(near) => diagnostic.help(format!("write `{near}`")),
            None => {
                diagnostic.help(format!("the base types are {}; `type {word} = …` declares another", BASES.join(", ")))
            }
        };
        self.report(diagnostic);
        None
    }

    /// The type that a declaration gives, worked out once; `used_at` is where it is asked for.
    pub(super) fn type_of(&mut self, declaration: &'a tree::TypeDeclaration, used_at: Span) -> Option<Type> {
        let id = (declaration.name.span.file, declaration.name.text.as_str());
        match self.types.get(&id) {
            Some(known) => known.clone(),
            None => self.declare_type(declaration, used_at),
        }
    }

    fn declare_type(&mut self, declaration: &'a tree::TypeDeclaration, used_at: Span) -> Option<Type> {
        let name = declaration.name.text.clone();
        let id = (declaration.name.span.file, declaration.name.text.as_str());
        if self.types_under_way.contains(&id) {
            self.report(
                Diagnostic::new(
                    Code::E0218,
                    format!("the type `{name}` contains itself"),
                    used_at,
                    "leads back to the type being declared",
                )
                .also(declaration.name.span, "declared here")
                .help("a type may hold itself nowhere; spell out as many levels as the event has, or use `any`"),
            );
            return None;
        }
        self.types_under_way.push(id);
        let mut ty = match &declaration.ty.kind {
            TypeKind::Record(fields) if declaration.ty.unit.is_none() && declaration.ty.optional.is_none() => {
                self.record(fields, Some(name.clone())).map(|record| Type::new(Base::Record(record)))
            }
            TypeKind::New(inner) => self.new_kind(declaration, inner),
            _ => self.ty(&declaration.ty),
        };
        self.types_under_way.pop();
        match ty.as_mut().map(|ty| &mut ty.base) {
            Some(Base::Record(record)) => drop(record.name.get_or_insert(name.clone())),
            Some(Base::Variants(variants)) => drop(variants.name.get_or_insert(name.clone())),
            _ => {}
        }
        self.types.insert(id, ty.clone());
        ty
    }

    /// `type Name = new T`: of a scalar, with its unit and form.
    fn new_kind(&mut self, declaration: &tree::TypeDeclaration, inner: &TypeNode) -> Option<Type> {
        let name = self.unique_name(&declaration.name);
        self.kinds.insert(name.clone(), declaration.name.span);
        let ty = self.ty(inner)?;
        let plain = match &ty.base {
            Base::Integer(_) | Base::Decimal(_) => true,
            base => base.is_plain_scalar(),
        };
        if !plain || ty.null {
            self.report(
                Diagnostic::new(
                    Code::E0233,
                    format!("a kind of its own is of a scalar, not of {}", super::show::show(&ty)),
                    inner.span,
                    "no scalar",
                )
                .help(match ty.base {
                    Base::Record(_) | Base::Variants(_) => {
                        format!("records do not mix as it is: write `type {} = …` without `new`", declaration.name.text)
                    }
                    _ => "write it as in `type PatientId = new string`".to_string(),
                }),
            );
            return None;
        }
        Some(Type { kind: Some(name), ..ty })
    }

    fn union(&mut self, parts: &[TypeNode], span: Span) -> Option<Type> {
        if let Some(new) = parts.iter().find(|part| matches!(part.kind, TypeKind::New(_))) {
            let source = self.source(span);
            self.report(
                Diagnostic::new(
                    Code::E0233,
                    "`new` makes a kind of the type directly behind it, not of a union",
                    new.span,
                    "of this alone",
                )
                .help(format!("put the union in parentheses: `new ({})`", source.replacen("new ", "", 1))),
            );
            return None;
        }
        let mut values: Vec<String> = Vec::new();
        let mut bases: Vec<Base> = Vec::new();
        let mut null = false;
        let mut kind: Option<String> = None;
        for part in parts {
            if let TypeKind::Code(text) = &part.kind {
                if values.contains(&text.value) {
                    self.report(
                        Diagnostic::new(
                            Code::E0410,
                            format!("the code {:?} stands twice", text.value),
                            text.span,
                            "again here",
                        )
                        .help("remove one of the two"),
                    );
                }
                values.push(text.value.clone());
                continue;
            }
            let ty = self.ty(part)?;
            kind = kind.or(ty.kind);
            match ty.base {
                Base::Null => null = true,
                Base::Code { values: more, open: false } => values.extend(more),
                base if !bases.contains(&base) => bases.push(base),
                _ => {}
            }
            null |= ty.null;
        }
        // A kind of its own stands beside `null` alone.
        let mixed = kind.is_some() && parts.iter().filter(|part| !matches!(part.kind, TypeKind::Null)).count() > 1;
        let base = match (values.is_empty(), bases.len()) {
            _ if mixed => {
                self.report(
                    Diagnostic::new(
                        Code::E0221,
                        format!("`{}` is a kind of its own, which has no union", kind.unwrap_or_default()),
                        span,
                        "of a kind and another type",
                    )
                    .help("only `| null` may stand behind it; use its plain type for the field"),
                );
                return None;
            }
            (false, 0) => Base::Code { values, open: false },
            (false, 1) if bases[0] == Base::Text => Base::Code { values, open: true },
            (true, 0) => Base::Null,
            (true, 1) => bases.remove(0),
            (true, _) if bases.iter().all(Base::is_plain_scalar) => Base::Either(bases),
            _ => {
                self.report(
                    Diagnostic::new(
                        Code::E0221,
                        "these types cannot stand in one union",
                        span,
                        "a union is of codes, of scalars without units, or of a type and `null`",
                    )
                    .help("use `any` for a value that is only passed through"),
                );
                return None;
            }
        };
        Some(Type { null, kind, ..Type::new(base) })
    }

    fn with_unit(&mut self, mut ty: Type, unit: Unit, node: &TypeNode) -> Option<Type> {
        let span = node.unit.as_ref().map_or(node.span, |unit| unit.span);
        match &mut ty.base {
            Base::Integer(slot) | Base::Decimal(slot) => {
                if unit.is_calendar() {
                    self.report(
                        Diagnostic::new(
                            Code::E0311,
                            format!("`{unit}` is of the calendar, not of fixed length, so a number cannot count it"),
                            span,
                            "a calendar unit",
                        )
                        .help("declare the number without a unit, and add it to a date as `day + n months`"),
                    );
                    return None;
                }
                *slot = Some(unit);
                Some(ty)
            }
            _ => {
                let help = match &ty.base {
                    Base::Text => {
                        format!("`integer as text in {unit}` if the text holds a number, else remove `in {unit}`")
                    }
                    _ => format!("remove `in {unit}`"),
                };
                self.report(
                    Diagnostic::new(
                        Code::E0307,
                        format!("only an integer or a decimal has a unit, not {}", super::show::show_base(&ty.base)),
                        span,
                        "a unit on something that is no number",
                    )
                    .help(help),
                );
                None
            }
        }
    }

    /// A unit by its text, or the report of what is wrong with it.
    pub(super) fn unit(&mut self, text: &tree::UnitText) -> Option<Unit> {
        match Unit::parse(&text.text, text.quoted) {
            Ok(unit) => Some(unit),
            Err(error) => {
                let mut diagnostic = Diagnostic::new(Code::E0301, error.to_string(), text.span, "not a unit");
                if let Some(near) = error.suggestions.first() {
                    diagnostic = diagnostic.help(format!("write `in {near}`"));
                } else {
                    diagnostic = diagnostic.help(
                        "units are calendar words such as `minutes`, or UCUM codes such as `kg` and, with punctuation, 'mg/dL'",
                    );
                }
                self.report(diagnostic);
                None
            }
        }
    }

    /// The wire form after `as`, held against the type it is to stand for. `Some(None)`: none was written.
    pub(super) fn form(
        &mut self,
        form: Option<&tree::Form>,
        zone: Option<&tree::Text>,
        ty: &Type,
    ) -> Option<Option<Form>> {
        let Some(form) = form else { return Some(None) };
        let zone = zone.map(|zone| zone.value.clone()).or_else(|| self.names_at(form.span()).zone.clone());
        let (meant, fits, wants) = match form {
            tree::Form::Pair(yes, no) => {
                (Form::Pair { yes: yes.value.clone(), no: no.value.clone() }, ty.base == Base::Boolean, "a boolean")
            }
            tree::Form::Pattern(pattern) => (
                Form::Pattern { pattern: pattern.value.clone(), zone },
                matches!(ty.base, Base::Date | Base::Time | Base::DateTime),
                "a date, time or datetime",
            ),
            tree::Form::Named(name) => {
                let dated = matches!(ty.base, Base::DateTime);
                let day = matches!(ty.base, Base::DateTime | Base::Date);
                match name.text.as_str() {
                    "text" => (Form::Text, matches!(ty.base, Base::Integer(_) | Base::Decimal(_)), "a number"),
                    "unix" => (Form::Unix, dated, "a datetime"),
                    "unix_ms" => (Form::UnixMs, dated, "a datetime"),
                    "hl7" => (Form::Hl7 { zone }, day, "a date or datetime"),
                    "fileman" => (Form::Fileman { zone }, day, "a date or datetime"),
                    other => {
                        let near = nearest(other, FORMS.iter().copied());
                        let mut diagnostic = Diagnostic::new(
                            Code::E0110,
                            format!("there is no form `{other}`"),
                            name.span,
                            "not a form of the wire",
                        );
                        diagnostic = diagnostic.help(match near {
                            Some(near) => format!("write `as {near}`"),
                            None => format!(
                                "the forms are {}, a date pattern in quotes, and \"Y\" / \"N\"",
                                FORMS.join(", ")
                            ),
                        });
                        self.report(diagnostic);
                        return None;
                    }
                }
            }
        };
        if !fits {
            self.report(
                Diagnostic::new(
                    Code::E0110,
                    format!("this form is for {wants}, not for {}", super::show::show_base(&ty.base)),
                    form.span(),
                    "does not fit the type",
                )
                .help("remove the form, or change the type before it"),
            );
            return None;
        }
        self.check_form(&meant, ty, form.span()).then_some(Some(meant))
    }

    fn check_form(&mut self, form: &Form, ty: &Type, span: Span) -> bool {
        let problem = match form {
            Form::Pair { yes, no } if yes == no => {
                Some("both texts are the same, so nothing tells them apart".to_string())
            }
            Form::Hl7 { zone: Some(zone) }
            | Form::Fileman { zone: Some(zone) }
            | Form::Pattern { zone: Some(zone), .. } => crate::library::zone::Zone::named(zone)
                .err()
                .map(|_| format!("there is no time zone {zone:?}; name one as IANA does, e.g. \"America/New_York\"")),
            Form::Fileman { zone: None } | Form::Hl7 { zone: None }
                if ty.base == Base::DateTime && matches!(form, Form::Fileman { .. }) =>
            {
                Some(
                    "this form has no offset, so it must name its zone: `as fileman in zone \"America/New_York\"`"
                        .to_string(),
                )
            }
            _ => None,
        };
        let problem = problem.or_else(|| match form {
            Form::Pattern { pattern, zone } => crate::library::pattern::check(pattern, &ty.base, zone.is_some()).err(),
            _ => None,
        });
        match problem {
            Some(problem) => {
                self.report(
                    Diagnostic::new(Code::E0110, problem, span, "this form")
                        .help("see the forms in the language reference"),
                );
                false
            }
            None => true,
        }
    }
}
