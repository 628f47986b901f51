//! Going over the items of a list: `each … where … by …` in expressions, bodies and targets.

use std::cmp::Ordering;

use super::{Local, Machine, Outcome, Stop};
use crate::library::Value;
use crate::plan::arena::Held;
use crate::plan::code::{Code, Items};

/// An item that passed the filter.
#[derive(Clone)]
pub enum Entry<'e> {
    Frame(u32),
    Value(Value<'e>),
}

/// The list of an `each`, not yet filtered.
enum Source<'e> {
    Frames(&'e [u32]),
    Values(std::rc::Rc<[Value<'e>]>),
    /// There is no list.
    Missing,
    Failed(Value<'e>),
}

impl Source<'_> {
    fn len(&self) -> usize {
        match self {
            Source::Frames(frames) => frames.len(),
            Source::Values(values) => values.len(),
            Source::Missing | Source::Failed(_) => 0,
        }
    }
}

impl<'e> Entry<'e> {
    pub fn local(self) -> Local<'e> {
        match self {
            Entry::Frame(frame) => Local::Frame(frame),
            Entry::Value(value) => Local::Value(value),
        }
    }
}

/// What came of going over a list.
pub enum Walked<'e> {
    /// All items that pass.
    Done,
    Missing,
    Failed(Value<'e>),
}

impl<'e> Machine<'e> {
    fn source(&mut self, list: &'e Code) -> Outcome<Source<'e>> {
        if let Code::Slot(access) = list {
            self.charge(1)?;
            return Ok(match self.slot(*access) {
                Ok((slot, _)) if slot.held == Held::Items => Source::Frames(self.frames(slot)),
                Ok(_) => Source::Missing,
                Err(failed @ Value::Failed(_)) => Source::Failed(failed),
                Err(_) => Source::Missing,
            });
        }
        Ok(match self.evaluate(list)? {
            Value::List(values) => Source::Values(values),
            Value::Missing | Value::Null => Source::Missing,
            failed @ Value::Failed(_) => Source::Failed(failed),
            _ => Source::Failed(Value::failed("`each` over what is no list")),
        })
    }

    /// Binds each item that passes the filter, in the order of the sort, and calls `body`.
    pub fn walk(
        &mut self,
        items: &'e Items,
        mut body: impl FnMut(&mut Machine<'e>) -> Outcome<()>,
    ) -> Outcome<Walked<'e>> {
        let source = self.source(&items.list)?;
        let mut sorted: Vec<(Option<Value<'e>>, Entry<'e>)> = Vec::new();
        for index in 0..source.len() {
            self.charge(1)?;
            let entry = match &source {
                Source::Frames(frames) => Entry::Frame(frames[index]),
                Source::Values(values) => Entry::Value(values[index].clone()),
                Source::Missing | Source::Failed(_) => break,
            };
            self.set(items.local, entry.clone().local());
            if let Some(filter) = &items.filter
                && !self.decide(filter)?
            {
                continue;
            }
            match &items.sort {
                None => body(self)?,
                Some(sort) => sorted.push((self.sort_key(sort)?, entry)),
            }
        }
        if items.sort.is_some() {
            sort(&mut sorted)?;
            for (_, entry) in sorted {
                self.set(items.local, entry.local());
                body(self)?;
            }
        }
        Ok(match source {
            Source::Missing => Walked::Missing,
            Source::Failed(failed) => Walked::Failed(failed),
            Source::Frames(_) | Source::Values(_) => Walked::Done,
        })
    }

    pub(super) fn each_expression(&mut self, items: &'e Items, yields: &'e Code) -> Outcome<Value<'e>> {
        let mut made = Vec::new();
        let mut failed = None;
        let walked = self.walk(items, |machine| {
            match machine.evaluate(yields)? {
                value @ Value::Failed(_) => {
                    failed.get_or_insert(value);
                }
                value => made.push(value),
            }
            Ok(())
        })?;
        Ok(match (walked, failed) {
            (Walked::Failed(failed), _) | (_, Some(failed)) => failed,
            (Walked::Missing, None) => Value::Missing,
            (Walked::Done, None) => Value::list(made),
        })
    }
}

/// Stable, ascending, missing last.
fn sort<T>(entries: &mut [(Option<Value<'_>>, T)]) -> Outcome<()> {
    let mut comparable = true;
    entries.sort_by(|(a, _), (b, _)| match (a, b) {
        (Some(a), Some(b)) => a.compare(b).unwrap_or_else(|| {
            comparable = false;
            // still a total order, as sorting demands
            a.kind().cmp(b.kind())
        }),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => Ordering::Equal,
    });
    if comparable { Ok(()) } else { Stop::reject("the sort's values do not compare") }
}

impl<'e> Machine<'e> {
    /// The items that pass the filter, in the order of the sort; behind them those that it refuses.
    pub fn entries(&mut self, items: &'e Items) -> Outcome<Vec<Outcome<Entry<'e>>>> {
        let source = self.source(&items.list)?;
        if let Source::Failed(Value::Failed(reason)) = source {
            return Stop::reject(reason);
        }
        let mut passed = Vec::with_capacity(source.len());
        let mut refused = Vec::new();
        for index in 0..source.len() {
            self.charge(1)?;
            let entry = match &source {
                Source::Frames(frames) => Entry::Frame(frames[index]),
                Source::Values(values) => Entry::Value(values[index].clone()),
                Source::Missing | Source::Failed(_) => break,
            };
            self.set(items.local, entry.clone().local());
            match items.filter.as_ref().map_or(Ok(true), |filter| self.decide(filter)) {
                Ok(true) => {
                    let key = items.sort.as_ref().map(|sort| self.sort_key(sort)).transpose()?.flatten();
                    passed.push((key, Ok(entry)));
                }
                Ok(false) => {}
                Err(stop) if items.sort.is_some() => refused.push(Err(stop)),
                Err(stop) => passed.push((None, Err(stop))),
            }
        }
        if items.sort.is_some() {
            sort(&mut passed)?;
        }
        Ok(passed.into_iter().map(|(_, entry)| entry).chain(refused).collect())
    }
}
