//! Calls of the library by its own signatures, of the author's functions, and what makes lists.

use super::piece::{Piece, quoted};
use super::writer::{Want, Writer};
use hms_sync::library::{self, Function, Parameter, Returns, Takes};
use hms_sync::model::{Base, Type};

/// Functions that the checker itself gives their meaning; they have writers of their own.
const OWN: &[&str] = &["present", "round", "round_even", "floor", "ceil", "trunc"];

impl Writer<'_> {
    /// A call of some function that gives that type; `None` where none was found.
    pub(super) fn library(&mut self, want: &Want, depth: usize) -> Option<Piece> {
        let all: Vec<&'static Function> = library::all()
            .filter(|function| !function.internal && !OWN.contains(&function.name))
            .filter(|function| gives(function.signature.returns, want))
            .collect();
        if all.is_empty() {
            return None;
        }
        let function = *self.random.pick(&all);
        self.call(function, want, depth)
    }

    fn call(&mut self, function: &'static Function, want: &Want, depth: usize) -> Option<Piece> {
        let signature = &function.signature;
        let mut count = signature.parameters.iter().filter(|parameter| !parameter.optional).count();
        while count < signature.parameters.len() && self.random.one_in(2) {
            count += 1;
        }
        if function.name == "boolean" && count == 2 {
            // both words or none
            count = 3;
        }
        let mut arguments: Vec<Piece> = Vec::with_capacity(count);
        for parameter in &signature.parameters[..count] {
            let argument = self.argument(function, parameter, &arguments, want, depth)?;
            arguments.push(argument);
        }
        let first = arguments.first()?;
        let ty = match signature.returns {
            Returns::Text => Type::new(Base::Text),
            Returns::Integer => Type::new(Base::Integer(None)),
            Returns::Decimal => Type::new(Base::Decimal(first.unit().cloned())),
            Returns::Boolean => Type::new(Base::Boolean),
            Returns::Date => Type::new(Base::Date),
            Returns::Time => Type::new(Base::Time),
            Returns::DateTime => Type::new(Base::DateTime),
            Returns::Duration => Type::new(Base::Duration),
            Returns::ListOfText => Type::new(Base::List(Box::new(Type::new(Base::Text)))),
            Returns::Argument(at) => Type::new(arguments.get(at)?.ty.base.clone()),
            Returns::Item(at) => match &arguments.get(at)?.ty.base {
                Base::List(item) => (**item).clone(),
                _ => return None,
            },
            Returns::Rounded => return None,
        };
        let mut piece = Piece::atom(written(function.name, &arguments, self.random.one_in(2)), ty);
        piece.atom = !piece.text.contains(" | ");
        for argument in &arguments {
            piece = piece.inherit(argument);
        }
        if let Returns::Argument(_) | Returns::Item(_) | Returns::Decimal = signature.returns {
            piece.named = first.named;
            piece.pending = first.pending;
        }
        piece.ty.missing |= signature.may_be_missing;
        piece.ty.fails |= signature.failure(&first.ty.base).is_some();
        Some(piece)
    }

    fn argument(
        &mut self,
        function: &Function,
        parameter: &Parameter,
        before: &[Piece],
        want: &Want,
        depth: usize,
    ) -> Option<Piece> {
        if parameter.constant {
            let base = before.first().map(|first| first.ty.base.clone());
            return self.constant(function.name, parameter, base.as_ref());
        }
        let keeps = before.is_empty()
            && matches!(function.signature.returns, Returns::Argument(0) | Returns::Item(0) | Returns::Decimal);
        let argument = self.taken(parameter.takes, before, if keeps { Some(want) } else { None }, depth)?;
        let argument = self.not_null(argument);
        if keeps {
            return Some(argument);
        }
        let argument = if self.forgets() { argument } else { self.named(argument) };
        Some(self.finished(argument))
    }

    fn taken(&mut self, takes: Takes, before: &[Piece], want: Option<&Want>, depth: usize) -> Option<Piece> {
        let scalar = |writer: &mut Self, want: Want| Some(writer.scalar(&want, depth.saturating_sub(1)));
        match takes {
            Takes::Text => scalar(self, Want::Text),
            Takes::Integer => {
                let piece = self.scalar(&Want::Integer, depth.saturating_sub(1));
                matches!(piece.ty.base, Base::Integer(None)).then_some(piece)
            }
            Takes::Number => {
                let want = match want {
                    Some(want @ (Want::Integer | Want::Decimal | Want::Quantity(_))) => want.clone(),
                    _ => Want::Decimal,
                };
                scalar(self, want)
            }
            Takes::Boolean => scalar(self, Want::Boolean),
            Takes::Date => scalar(self, Want::Date),
            Takes::Time => scalar(self, Want::Time),
            Takes::DateTime => scalar(self, Want::DateTime),
            Takes::Duration => scalar(self, Want::Duration),
            Takes::Scalar => {
                let want = self.any_want();
                scalar(self, want)
            }
            Takes::Pattern => None,
            Takes::List(item) => {
                let want = match (item, want) {
                    (Takes::Either(_), Some(Want::Boolean)) => return None,
                    (Takes::Boolean, _) => Want::Boolean,
                    (Takes::Number, Some(want @ (Want::Integer | Want::Decimal | Want::Quantity(_)))) => want.clone(),
                    (Takes::Number, _) => Want::Decimal,
                    (_, Some(want)) => want.clone(),
                    (_, None) => Want::Text,
                };
                self.list(&want, depth)
            }
            Takes::AnyList | Takes::Any => {
                let want = want.cloned().unwrap_or(Want::Text);
                self.list(&want, depth)
            }
            Takes::SameAs(at) => match &before.get(at)?.ty.base {
                Base::List(item) => {
                    let want = Writer::want_of(item)?;
                    let more = self.list(&want, depth)?;
                    match &more.ty.base {
                        Base::List(found) if found.unit() == item.unit() || self.careless => Some(more),
                        _ => None,
                    }
                }
                _ => None,
            },
            Takes::ItemOf(at) => match &before.get(at)?.ty.base {
                Base::List(item) => {
                    let want = Writer::want_of(item)?;
                    let found = self.scalar(&want, depth.saturating_sub(1));
                    (found.unit() == item.unit()).then_some(found)
                }
                _ => scalar(self, Want::Text),
            },
            Takes::Either(all) => {
                let takes = *self.random.pick(all);
                self.taken(takes, before, want, depth)
            }
        }
    }

    /// A constant that the function takes; `None`: nobody has written here what it takes.
    fn constant(&mut self, function: &str, parameter: &Parameter, first: Option<&Base>) -> Option<Piece> {
        let text = |writer: &mut Self, all: &[&str]| {
            let text = writer.random.text(all);
            Piece::atom(quoted(&text), Type::new(Base::Text))
        };
        let number =
            |writer: &mut Self, all: &[&str]| Piece::atom(writer.random.text(all), Type::new(Base::Integer(None)));
        Some(match (function, parameter.name) {
            (_, "count" | "width") => number(self, &["0", "1", "5", "40"]),
            (_, "places") => number(self, &["0", "1", "2", "6"]),
            (_, "fill") => text(self, &["0", " ", "é", "."]),
            ("replace", "by") => text(self, &["", "x", "$$", "[$0]"]),
            (_, "pattern") if parameter.takes == Takes::Pattern => Piece::atom(
                self.random.text(&["/[^0-9]/", "/^a+$/", "/(\\w+) (\\w+)/", "/[0-9]+/", "/(x)?/", "/\\s/"]),
                Type::new(Base::Text),
            ),
            (_, "part") => text(self, &["a", ".", "😀"]),
            (_, "separator") => text(self, &[",", ";"]),
            (_, "yes") => text(self, &["Y"]),
            (_, "no") => text(self, &["N"]),
            (_, "zone") => text(self, super::types::ZONES),
            ("uuid5", "namespace") => text(self, &["dns", "url"]),
            ("date", "pattern") => text(self, &["MM/dd/yyyy", "yyyyMMdd", "d MMM y"]),
            ("time", "pattern") => text(self, &["HH:mm", "h:mm a"]),
            // without a zone it must have an offset
            ("datetime", "pattern") => text(self, &["yyyyMMddHHmmssXX", "yyyy-MM-dd HH:mm XXX"]),
            ("format", "pattern") => match first? {
                Base::Date => text(self, &["MM/dd/yyyy", "EEE, d MMMM y", "yy-DDD"]),
                Base::Time => text(self, &["HH:mm:ss", "h:mm a", "HHmmssSSS"]),
                Base::DateTime => text(self, &["yyyyMMddHHmmss", "yyyy-MM-dd'T'HH:mm:ssXXX", "EEEE H'h' x"]),
                _ => return None,
            },
            _ => return None,
        })
    }

    pub(super) fn declared(&mut self, want: &Want, depth: usize) -> Option<Piece> {
        let fitting: Vec<_> =
            self.functions.iter().filter(|function| Writer::fits(want, &function.result.ty)).cloned().collect();
        if fitting.is_empty() {
            return None;
        }
        let function = self.random.pick(&fitting).clone();
        let mut piece = Piece { atom: true, ..function.result.clone() };
        let mut arguments = Vec::new();
        for parameter in &function.parameters {
            let want = Writer::want_of(parameter)?;
            let argument = self.scalar(&want, depth - 1);
            let mut argument = self.finished(argument);
            if !parameter.null {
                argument = self.not_null(argument);
            }
            if !parameter.missing && argument.ty.missing {
                argument = self.present(argument);
            }
            if self.joined(&Piece::atom("", parameter.clone()), &argument)? != parameter.base
                || argument.unit() != parameter.unit()
            {
                return None;
            }
            piece.ty.fails |= argument.ty.fails;
            arguments.push(argument);
        }
        piece.text = written(&function.name, &arguments, false);
        Some(piece)
    }

    // ── lists ───────────────────────────────────────────────────────────────────────────────────────────

    /// A list of scalars of that type.
    pub fn list(&mut self, want: &Want, depth: usize) -> Option<Piece> {
        let depth = depth.saturating_sub(1);
        match self.random.below(5) {
            0 => self.list_literal(want, depth),
            1 | 2 => self.comprehension(want, depth),
            3 if depth > 0 => self.changed_list(want, depth),
            _ => {
                let paths = self.scope.paths();
                let fitting: Vec<&Piece> = paths
                    .iter()
                    .filter(|path| matches!(&path.ty.base, Base::List(item) if Writer::fits(want, item) && !item.null))
                    .collect();
                if fitting.is_empty() {
                    return self.list_literal(want, depth);
                }
                Some((*self.random.pick(&fitting)).clone())
            }
        }
    }

    fn list_literal(&mut self, want: &Want, depth: usize) -> Option<Piece> {
        let mut items: Vec<Piece> = Vec::new();
        for _ in 0..1 + self.random.below(3) {
            let item = self.scalar(want, depth);
            let item = self.present(item);
            let item = self.finished(item);
            match items.first() {
                Some(first) if first.unit() != item.unit() => {}
                _ => items.push(item),
            }
        }
        let mut piece = Piece::atom("", Type::new(Base::Never));
        let mut base = items[0].clone();
        for item in &items {
            base.ty.base = self.joined(&base, item)?;
            piece = piece.inherit(item);
        }
        piece.named = items.iter().all(|item| item.named || item.unit().is_none());
        let item = Type::new(base.ty.base);
        piece.ty.base = Base::List(Box::new(item));
        piece.text = format!("[{}]", items.iter().map(|item| item.text.clone()).collect::<Vec<_>>().join(", "));
        Some(piece)
    }

    /// Any list of the scope that an `each` may go over.
    pub fn source_list(&mut self) -> Option<(Piece, Type)> {
        let paths = self.scope.paths();
        let lists: Vec<&Piece> = paths.iter().filter(|path| matches!(path.ty.base, Base::List(_))).collect();
        if lists.is_empty() {
            return None;
        }
        let list = (*self.random.pick(&lists)).clone();
        let list = if list.ty.null {
            let ty = Type { missing: false, null: false, ..list.ty.clone() };
            Piece { text: format!("{} ?? []", list.text), ty, atom: false, ..list }
        } else {
            list
        };
        let Base::List(item) = &list.ty.base else { return None };
        let item = Type { form: None, sensitive: false, ..(**item).clone() };
        Some((list, item))
    }

    /// ` where …` and ` by …` over the item at hand; what the first proves stays in scope.
    pub fn filter_and_order(&mut self, depth: usize) -> String {
        let mut text = String::new();
        if self.random.one_in(2) {
            let (condition, yes, _) = self.proving(depth);
            self.scope = yes;
            text.push_str(&format!(" where {}", condition.closed()));
        }
        if self.random.one_in(3) {
            let want = [Want::Text, Want::Integer, Want::Date, Want::DateTime];
            let key = self.scalar(&self.random.clone().pick(&want).clone(), depth);
            let key = self.not_null(key);
            let key = self.unfailing(key);
            text.push_str(&format!(" by {}", key.closed()));
        }
        text
    }

    fn comprehension(&mut self, want: &Want, depth: usize) -> Option<Piece> {
        let (list, item) = self.source_list()?;
        let outer = self.scope.clone();
        let variable = self.fresh("i");
        self.scope.name(Piece { named: list.named, ..Piece::atom(variable.clone(), item) });
        let rest = self.filter_and_order(depth.saturating_sub(1));
        let value = self.scalar(want, depth.saturating_sub(1));
        let value = self.finished(value);
        self.scope = outer;
        let text = format!("[{} each {variable} in {}{rest}]", value.text, list.closed());
        let item = Type { missing: false, fails: false, ..value.ty.clone() };
        let mut piece = Piece::atom(text, Type::new(Base::List(Box::new(item.clone())))).inherit(&list);
        piece.ty.fails |= value.ty.fails;
        piece.named = value.named;
        (!item.null).then_some(piece)
    }

    /// A list out of a list.
    fn changed_list(&mut self, want: &Want, depth: usize) -> Option<Piece> {
        let names = ["sort_by", "distinct", "reverse", "concat", "split"];
        let name = *self.random.pick(&names);
        let function = library::find(name)?;
        if name == "split" && *want != Want::Text || name == "sort_by" && *want == Want::Boolean {
            return self.list_literal(want, depth);
        }
        self.call(function, want, depth)
    }
}

/// Whether a function of these results may give that type, by its arguments.
fn gives(returns: Returns, want: &Want) -> bool {
    match returns {
        Returns::Text => *want == Want::Text,
        Returns::Integer => *want == Want::Integer,
        Returns::Decimal => matches!(want, Want::Decimal),
        Returns::Boolean => *want == Want::Boolean,
        Returns::Date => *want == Want::Date,
        Returns::Time => *want == Want::Time,
        Returns::DateTime => *want == Want::DateTime,
        Returns::Duration => *want == Want::Duration,
        Returns::Item(_) => true,
        Returns::Argument(_) => matches!(want, Want::Integer | Want::Decimal | Want::Quantity(_)),
        Returns::ListOfText | Returns::Rounded => false,
    }
}

/// `f(a, b)` or `a | f(b)`.
fn written(name: &str, arguments: &[Piece], piped: bool) -> String {
    let texts: Vec<&str> = arguments.iter().map(|argument| argument.text.as_str()).collect();
    match arguments.split_first() {
        Some((first, [])) if piped => format!("{} | {name}", first.closed()),
        Some((first, _)) if piped => format!("{} | {name}({})", first.closed(), texts[1..].join(", ")),
        _ => format!("{name}({})", texts.join(", ")),
    }
}
