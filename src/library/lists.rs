//! Functions of lists.

use std::cmp::Ordering;
use std::collections::HashSet;
use std::rc::Rc;

use super::arguments::misfit;
use super::{Function, Group, MAX_ITEMS, Parameter, Returns, Signature, Takes, Value, example};
use crate::model::number::Number;

/// What has an order.
const ORDERED: Takes =
    Takes::Either(&[Takes::Text, Takes::Number, Takes::Date, Takes::Time, Takes::DateTime, Takes::Duration]);

const LIST: Parameter = Parameter::new("list", Takes::AnyList);
const SCALARS: Parameter = Parameter::new("list", Takes::List(&Takes::Scalar));
const ORDERED_LIST: Parameter = Parameter::new("list", Takes::List(&ORDERED));
const NUMBERS: Parameter = Parameter::new("list", Takes::List(&Takes::Number));
const TESTS: Parameter = Parameter::new("list", Takes::List(&Takes::Boolean));

const fn function(
    name: &'static str,
    summary: &'static str,
    signature: Signature,
    does: for<'e> fn(&mut [Value<'e>]) -> Value<'e>,
) -> Function {
    Function::new(name, Group::Lists, summary, signature, does)
}

pub(super) const FUNCTIONS: &[Function] = &[
    function("count", "How many items the list has.", Signature::new(&[LIST], Returns::Integer), count)
        .examples(&[example("count([4, 5])", "2"), example("count([])", "0")]),
    function(
        "first",
        "The first item. Missing of an empty list.",
        Signature::new(&[LIST], Returns::Item(0)).maybe_missing(),
        first,
    )
    .examples(&[example(r#"first(["a", "b"])"#, r#""a""#)]),
    function(
        "last",
        "The last item. Missing of an empty list.",
        Signature::new(&[LIST], Returns::Item(0)).maybe_missing(),
        last,
    )
    .examples(&[example(r#"last(["a", "b"])"#, r#""b""#)]),
    function(
        "sort_by",
        "The items in ascending order; text by its characters' code points.",
        Signature::new(&[ORDERED_LIST], Returns::Argument(0)),
        sort_by,
    )
    .examples(&[example("sort_by([10, 9, 9.5])", "[9, 9.5, 10]"), example(r#"sort_by(["b", "a"])"#, r#"["a", "b"]"#)]),
    function(
        "distinct",
        "Each item once, where it first stood.",
        Signature::new(&[SCALARS], Returns::Argument(0)),
        distinct,
    )
    .examples(&[example(r#"distinct(["b", "a", "b"])"#, r#"["b", "a"]"#)]),
    function(
        "reverse",
        "The items from the last to the first.",
        Signature::new(&[LIST], Returns::Argument(0)),
        reverse,
    )
    .examples(&[example("reverse([1, 2, 3])", "[3, 2, 1]")]),
    function(
        "concat",
        "The items of all the lists, one list after another.",
        Signature::new(&[LIST, Parameter::new("more", Takes::SameAs(0))], Returns::Argument(0))
            .repeats()
            .limit("a list of at most 1,000,000 items"),
        concat,
    )
    .examples(&[example("concat([1, 2], [3])", "[1, 2, 3]"), example(r#"concat(["a"], [], ["b"])"#, r#"["a", "b"]"#)]),
    function(
        "sum",
        "The sum of the numbers; 0 of none.",
        Signature::new(&[NUMBERS], Returns::Item(0)).limit("a sum of at most 1,000 digits"),
        sum,
    )
    .examples(&[example("sum([1, 2, 3])", "6"), example("sum([0.1, 0.2])", "0.3")]),
    function(
        "min",
        "The least item. Missing of an empty list.",
        Signature::new(&[ORDERED_LIST], Returns::Item(0)).maybe_missing(),
        min,
    )
    .examples(&[example("min([3, 1, 2])", "1")]),
    function(
        "max",
        "The greatest item. Missing of an empty list.",
        Signature::new(&[ORDERED_LIST], Returns::Item(0)).maybe_missing(),
        max,
    )
    .examples(&[example("max([3, 1, 2])", "3"), example(r#"max(["a", "b"])"#, r#""b""#)]),
    function(
        "any",
        "Whether at least one item is true; false of an empty list.",
        Signature::new(&[TESTS], Returns::Boolean),
        any,
    )
    .examples(&[example("any([false, true])", "true"), example("any([])", "false")]),
    function(
        "all",
        "Whether every item is true; true of an empty list.",
        Signature::new(&[TESTS], Returns::Boolean),
        all,
    )
    .examples(&[example("all([false, true])", "false"), example("all([])", "true")]),
];

/// A value by what it means: equal keys are equal values, and keys have a total order, within one kind
/// that of the language.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Key<'v> {
    Boolean(bool),
    Number(Number),
    Text(&'v str),
    Date(jiff::civil::Date),
    Time(jiff::civil::Time),
    /// Nanoseconds since 1970.
    Instant(i128),
    /// Seconds.
    Duration(Number),
}

impl Key<'_> {
    /// `None` of what is no scalar.
    fn of<'v>(value: &'v Value<'_>) -> Option<Key<'v>> {
        Some(match value {
            Value::Boolean(value) => Key::Boolean(*value),
            Value::Number(_) | Value::Numeral(_) => Key::Number(value.as_number()?.into_owned()),
            Value::Text(text) => Key::Text(text),
            Value::Date(date) => Key::Date(*date),
            Value::Time(time) => Key::Time(time.value),
            Value::DateTime(at) => Key::Instant(at.nanoseconds()),
            Value::Duration(duration) => Key::Duration(duration.seconds.clone()),
            _ => return None,
        })
    }
}

fn count<'e>(arguments: &mut [Value<'e>]) -> Value<'e> {
    let [Value::List(items)] = arguments else { return misfit("count", arguments) };
    Value::from(items.len())
}

fn first<'e>(arguments: &mut [Value<'e>]) -> Value<'e> {
    let [Value::List(items)] = arguments else { return misfit("first", arguments) };
    items.first().cloned().unwrap_or(Value::Missing)
}

fn last<'e>(arguments: &mut [Value<'e>]) -> Value<'e> {
    let [Value::List(items)] = arguments else { return misfit("last", arguments) };
    items.last().cloned().unwrap_or(Value::Missing)
}

fn sort_by<'e>(arguments: &mut [Value<'e>]) -> Value<'e> {
    let [Value::List(items)] = arguments else { return misfit("sort_by", arguments) };
    let mut keyed: Vec<(Option<Key<'_>>, &Value<'e>)> = items.iter().map(|item| (Key::of(item), item)).collect();
    // stable, so that equal numbers with different looks keep their order
    keyed.sort_by(|(a, _), (b, _)| a.cmp(b));
    Value::list(keyed.into_iter().map(|(_, item)| item.clone()))
}

fn distinct<'e>(arguments: &mut [Value<'e>]) -> Value<'e> {
    let [Value::List(items)] = arguments else { return misfit("distinct", arguments) };
    let mut seen = HashSet::with_capacity(items.len());
    let kept = items.iter().filter(|item| Key::of(item).is_none_or(|key| seen.insert(key)));
    Value::list(kept.cloned())
}

fn reverse<'e>(arguments: &mut [Value<'e>]) -> Value<'e> {
    let [Value::List(items)] = arguments else { return misfit("reverse", arguments) };
    Value::list(items.iter().rev().cloned())
}

fn concat<'e>(arguments: &mut [Value<'e>]) -> Value<'e> {
    let mut items: Vec<Value<'e>> = Vec::new();
    for argument in arguments.iter() {
        let Value::List(more) = argument else { return misfit("concat", arguments) };
        if items.len() + more.len() > MAX_ITEMS {
            return Value::failed("the list would have over 1,000,000 items");
        }
        items.extend(more.iter().cloned());
    }
    Value::List(Rc::from(items))
}

fn sum<'e>(arguments: &mut [Value<'e>]) -> Value<'e> {
    let [Value::List(items)] = arguments else { return misfit("sum", arguments) };
    let mut total = Number::ZERO;
    for item in items.iter() {
        let Some(number) = item.as_number() else { return misfit("sum", arguments) };
        total = &total + &number;
        if !total.within_limit() {
            return Value::failed("the sum would need over 1,000 digits");
        }
    }
    Value::from(total)
}

fn min<'e>(arguments: &mut [Value<'e>]) -> Value<'e> {
    extreme("min", arguments, Ordering::Less)
}

fn max<'e>(arguments: &mut [Value<'e>]) -> Value<'e> {
    extreme("max", arguments, Ordering::Greater)
}

/// The first of the items that no other stands on the wanted side of.
fn extreme<'e>(name: &str, arguments: &mut [Value<'e>], side: Ordering) -> Value<'e> {
    let [Value::List(items)] = arguments else { return misfit(name, arguments) };
    let mut best: Option<(Key<'_>, &Value<'e>)> = None;
    for item in items.iter() {
        let Some(key) = Key::of(item) else { return misfit(name, arguments) };
        if best.as_ref().is_none_or(|(so_far, _)| key.cmp(so_far) == side) {
            best = Some((key, item));
        }
    }
    best.map_or(Value::Missing, |(_, item)| item.clone())
}

fn any<'e>(arguments: &mut [Value<'e>]) -> Value<'e> {
    let [Value::List(items)] = arguments else { return misfit("any", arguments) };
    Value::from(items.iter().any(|item| item.as_boolean() == Some(true)))
}

fn all<'e>(arguments: &mut [Value<'e>]) -> Value<'e> {
    let [Value::List(items)] = arguments else { return misfit("all", arguments) };
    Value::from(items.iter().all(|item| item.as_boolean() == Some(true)))
}
