//! From the mapping's expressions to [`Code`]: resolves names, marks which values of the event are
//! used, and refuses what no checker would have let through.

mod expression;
mod table;

use std::collections::HashMap;

use super::code::{Access, Base, Code, Items, TableCode};
use super::error::PlanError;
use super::limits::{MAX_LOCALS, MAX_NESTING};
use super::shape::{Kind, ShapeId, Shapes};
use crate::model::{Crosswalk, Expr, Mapping, Root, Table};

/// What a local name stands for.
#[derive(Clone)]
enum Binding {
    /// A place of the event under another name.
    Alias(Access),
    /// An item of a list of the event.
    Item { local: u32, shape: ShapeId },
    /// A computed value.
    Value { local: u32, sensitive: bool },
}

/// Compiles the expressions of one mapping.
pub struct Compiler<'m> {
    pub shapes: Shapes,
    tables: HashMap<&'m str, (usize, &'m Table)>,
    compiled: Vec<Option<TableCode>>,
    crosswalks: Vec<&'m Crosswalk>,
    /// Tables that are being compiled: asking one of them would never end.
    open: Vec<usize>,
    scope: Scope,
    /// Where in the mapping the expression stands.
    place: String,
}

/// What differs between a target's expressions and a table's.
#[derive(Default)]
struct Scope {
    bindings: Vec<(u32, Binding)>,
    locals: u32,
    depth: usize,
    deepest: usize,
    /// Whether something sensitive was read since this was last cleared.
    sensitive: bool,
}

type Compiled<T> = Result<T, PlanError>;

impl<'m> Compiler<'m> {
    /// Takes in the event's shape and the tables, all of which are compiled.
    pub fn new(mapping: &'m Mapping) -> Compiled<Compiler<'m>> {
        let mut compiler = Compiler {
            shapes: Shapes::new(&mapping.event)?,
            tables: HashMap::new(),
            compiled: mapping.tables.iter().map(|_| None).collect(),
            crosswalks: Vec::with_capacity(mapping.crosswalks.len()),
            open: Vec::new(),
            scope: Scope::default(),
            place: String::new(),
        };
        for crosswalk in &mapping.crosswalks {
            if compiler.crosswalk(&crosswalk.name).is_ok() {
                return Err(PlanError::new(format!("crosswalk {}", crosswalk.name), "declared twice"));
            }
            compiler.crosswalks.push(crosswalk);
        }
        for (index, table) in mapping.tables.iter().enumerate() {
            if compiler.tables.insert(&table.name, (index, table)).is_some() {
                return Err(PlanError::new(format!("table {}", table.name), "declared twice"));
            }
        }
        for (index, table) in mapping.tables.iter().enumerate() {
            compiler.table(index, table)?;
        }
        Ok(compiler)
    }

    /// The shapes, whose slots are still to be assigned, and the tables.
    pub fn finish(self) -> (Shapes, Vec<TableCode>) {
        // all were compiled by `new`
        (self.shapes, self.compiled.into_iter().flatten().collect())
    }

    /// The crosswalk's index in the mapping.
    pub fn crosswalk(&self, name: &str) -> Compiled<usize> {
        match self.crosswalks.iter().position(|crosswalk| crosswalk.name == name) {
            Some(index) => Ok(index),
            None => self.error(format!("no crosswalk is called {name:?}")),
        }
    }

    /// The crosswalk of that name, as declared.
    pub fn declared_crosswalk(&self, name: &str) -> Compiled<&'m Crosswalk> {
        self.crosswalk(name).map(|index| self.crosswalks[index])
    }

    /// Binds the variable to what is put into a local from outside.
    pub fn bind_given(&mut self, variable: u32) -> Compiled<u32> {
        let local = self.fresh()?;
        self.scope.bindings.push((variable, Binding::Value { local, sensitive: false }));
        Ok(local)
    }

    /// Refuses an expression that looks something up where no crosswalk is at hand.
    pub fn without_look_up(&self, value: &Expr) -> Compiled<()> {
        match value.looks_up() {
            Some(crosswalk) => self.error(format!("the crosswalk {crosswalk} cannot be asked here")),
            None => Ok(()),
        }
    }

    /// Names the place of what is compiled next, for errors.
    pub fn at(&mut self, place: impl Into<String>) {
        self.place = place.into();
    }

    pub fn error<T>(&self, reason: impl Into<String>) -> Compiled<T> {
        Err(PlanError::new(self.place.clone(), reason))
    }

    /// Names bound from here on are forgotten by [`Compiler::leave`].
    pub fn enter(&mut self) -> Compiled<usize> {
        self.deeper()?;
        Ok(self.scope.bindings.len())
    }

    pub fn leave(&mut self, mark: usize) {
        self.scope.bindings.truncate(mark);
        self.scope.depth -= 1;
    }

    fn deeper(&mut self) -> Compiled<()> {
        self.scope.depth += 1;
        self.reach(self.scope.depth)
    }

    /// Something here nests that deep.
    fn reach(&mut self, depth: usize) -> Compiled<()> {
        if depth > MAX_NESTING {
            return self.error(format!("nested deeper than {MAX_NESTING} levels"));
        }
        self.scope.deepest = self.scope.deepest.max(depth);
        Ok(())
    }

    fn fresh(&mut self) -> Compiled<u32> {
        let local = self.scope.locals;
        if local as usize >= MAX_LOCALS {
            return self.error(format!("over {MAX_LOCALS} local names"));
        }
        self.scope.locals += 1;
        Ok(local)
    }

    /// How many locals the expressions compiled so far need.
    pub fn locals(&self) -> u32 {
        self.scope.locals
    }

    /// Forgets all names: another target begins.
    pub fn begin(&mut self) {
        self.scope = Scope::default();
    }

    fn binding(&self, variable: u32) -> Compiled<Binding> {
        match self.scope.bindings.iter().rev().find(|(name, _)| *name == variable) {
            Some((_, binding)) => Ok(binding.clone()),
            None => self.error(format!("the variable {variable} is not bound here")),
        }
    }

    /// Binds the variable to a value; what is given back puts it there, if anything must be done.
    pub fn bind(&mut self, variable: u32, value: &'m Expr) -> Compiled<Option<(u32, Code)>> {
        if let Some(access) = self.place_of(value)? {
            self.scope.bindings.push((variable, Binding::Alias(access)));
            return Ok(None);
        }
        let before = std::mem::take(&mut self.scope.sensitive);
        let code = self.expression_in_part(value)?;
        let sensitive = std::mem::replace(&mut self.scope.sensitive, before);
        self.scope.sensitive |= sensitive;
        let local = self.fresh()?;
        let binding = match self.item_shape(&code) {
            Some(shape) => Binding::Item { local, shape },
            None => Binding::Value { local, sensitive },
        };
        self.scope.bindings.push((variable, binding));
        Ok(Some((local, code)))
    }

    /// `each variable in list where filter by sort`; the variable stays bound.
    pub fn items(
        &mut self,
        variable: u32,
        list: &'m Expr,
        filter: Option<&'m Expr>,
        sort: Option<&'m Expr>,
    ) -> Compiled<Items> {
        let before = std::mem::take(&mut self.scope.sensitive);
        let code = match self.place_of(list)? {
            Some(access) => {
                self.shapes.keep(access.shape);
                Code::Slot(access)
            }
            None => self.expression(list)?,
        };
        let sensitive = std::mem::replace(&mut self.scope.sensitive, before);
        self.scope.sensitive |= sensitive;
        let local = self.fresh()?;
        let binding = match &code {
            Code::Slot(access) => match self.shapes.get(access.shape).kind {
                Kind::List(ref items) => Binding::Item { local, shape: items.item },
                _ => return self.error("`each` needs a list"),
            },
            _ => Binding::Value { local, sensitive },
        };
        self.scope.bindings.push((variable, binding));
        let filter = filter.map(|filter| self.expression(filter)).transpose()?;
        let sort = sort.map(|sort| self.expression(sort)).transpose()?;
        Ok(Items { list: code, local, filter, sort })
    }

    /// The place of the event that a path names; `None` of everything else.
    fn place_of(&mut self, value: &Expr) -> Compiled<Option<Access>> {
        let Expr::Path { root, steps } = value else { return Ok(None) };
        let start = match root {
            Root::Event => Access { base: Base::Event, shape: self.shapes.root },
            Root::Meta => return Ok(None),
            Root::Local(variable) => match self.binding(*variable)? {
                Binding::Alias(access) => access,
                Binding::Item { local, shape } => Access { base: Base::Local(local), shape },
                Binding::Value { .. } => return Ok(None),
            },
        };
        self.step(start, steps).map(Some)
    }

    fn step(&self, start: Access, steps: &[String]) -> Compiled<Access> {
        let mut shape = start.shape;
        let mut steps = steps.iter();
        while let Some(mut name) = steps.next() {
            let record = match &self.shapes.get(shape).kind {
                Kind::Record(record) => record,
                Kind::Variants(variants) if *name == variants.by => {
                    shape = variants.discriminator;
                    continue;
                }
                Kind::Variants(variants) => match (variants.stepped_into(name), steps.next()) {
                    (Some(variant), Some(field)) => {
                        name = field;
                        &variant.record
                    }
                    _ => return self.error(format!("{name:?} leads into no variant")),
                },
                _ => return self.error(format!("no field {name:?} is in what is no record")),
            };
            match record.field(name) {
                Some(index) => shape = record.fields[index].shape,
                None => return self.error(format!("the event declares no field {name:?} there")),
            }
        }
        Ok(Access { shape, ..start })
    }

    /// The shape of the item that the code takes out of a list or map of the event as it stands.
    fn item_shape(&self, code: &Code) -> Option<ShapeId> {
        let Code::Item { list, .. } = code else { return None };
        match &self.shapes.get(list.shape).kind {
            Kind::List(items) => Some(items.item),
            _ => None,
        }
    }
}

pub use table::encode_key;
