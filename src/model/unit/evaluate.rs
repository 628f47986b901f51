//! From UCUM's expressions to their exact meaning.
//!
//! `octofhir-ucum` parses the expression and knows which code takes a prefix; the factors come from
//! UCUM's own [definitions](super::definitions), each itself such an expression.

use std::collections::HashMap;
use std::sync::LazyLock;

use octofhir_ucum::{Case, UnitExpr, lookup_unit, parse_expression};

use crate::model::number::Number;

use super::definitions::{ARBITRARY, BASES, FUNCTION_SCALES, OFFSET_SCALES, PROPER};
use super::dimension::Dimension;
use super::meaning::{Meaning, NoMeaning, Scale};

/// The meaning of each atom, resolved once. The tests hold that every row of the definitions resolves.
static ATOMS: LazyLock<HashMap<&'static str, Meaning>> = LazyLock::new(|| {
    let mut atoms = Atoms::default();
    for row in Definition::all() {
        // of a broken definition the atom would be unknown; there is none
        let _ = atoms.resolve(row.code, 0);
    }
    atoms.known
});

/// What is known of the atom, by its UCUM code without prefix.
pub(super) fn atom(code: &str) -> Option<&'static Meaning> {
    ATOMS.get(code)
}

/// The meaning of a parsed expression. Its depth is bounded by the parser
/// ([`octofhir_ucum::MAX_NESTING_DEPTH`]).
pub(super) fn meaning_of(expression: &UnitExpr) -> Result<Meaning, NoMeaning> {
    walk(expression, &mut |code| atom(code).cloned())
}

/// One row of the definitions: `code` is `value` times `unit`, seen through `scale`.
struct Definition {
    code: &'static str,
    value: &'static str,
    unit: &'static str,
    scale: DefinedScale,
}

enum DefinedScale {
    Ratio,
    Offset(&'static str),
    Function,
}

impl Definition {
    fn all() -> impl Iterator<Item = Definition> {
        let row = |code, value, unit, scale| Definition { code, value, unit, scale };
        let proper = PROPER.iter();
        let offset = OFFSET_SCALES.iter();
        let function = FUNCTION_SCALES.iter();
        proper
            .map(move |&(code, value, unit)| row(code, value, unit, DefinedScale::Ratio))
            .chain(offset.map(move |&(code, value, unit, zero)| row(code, value, unit, DefinedScale::Offset(zero))))
            .chain(function.map(move |&(code, value, unit)| row(code, value, unit, DefinedScale::Function)))
    }
}

struct Atoms {
    definitions: HashMap<&'static str, Definition>,
    known: HashMap<&'static str, Meaning>,
}

impl Default for Atoms {
    fn default() -> Atoms {
        let mut known = HashMap::new();
        for (index, code) in BASES.into_iter().enumerate() {
            known.insert(code, Meaning::of_dimension(Dimension::of_base(index)));
        }
        for &code in ARBITRARY {
            known.insert(code, Meaning::of_dimension(Dimension::of_own(code)));
        }
        let pi = Meaning { pi: 1, ..Meaning::number(Number::ONE) };
        known.insert("[pi]", pi);
        let definitions = Definition::all().map(|row| (row.code, row)).collect();
        Atoms { definitions, known }
    }
}

/// Deeper than any chain of definitions in the table (`[psi]` to `s` is the longest).
const MAX_CHAIN: usize = 16;

impl Atoms {
    fn resolve(&mut self, code: &str, depth: usize) -> Option<Meaning> {
        if let Some(meaning) = self.known.get(code) {
            return Some(meaning.clone());
        }
        let row = self.definitions.get(code)?;
        let (code, value, unit) = (row.code, row.value, row.unit);
        let zero = match row.scale {
            DefinedScale::Offset(zero) => Some(Number::parse(zero).ok()?),
            DefinedScale::Ratio | DefinedScale::Function => None,
        };
        let function = matches!(row.scale, DefinedScale::Function);
        if depth > MAX_CHAIN {
            return None;
        }
        let expression = parse_expression(unit).ok()?;
        let proper = walk(&expression, &mut |code| self.resolve(code, depth + 1)).ok()?;
        let value = Meaning::number(Number::parse(value).ok()?);
        let mut meaning = proper.times(&value).ok()?;
        if let Some(zero) = zero {
            meaning.scale = Scale::Offset { origin: &meaning.factor * &zero };
        }
        if function {
            meaning = Meaning { factor: Number::ONE, pi: 0, scale: Scale::Function { atom: code }, ..meaning };
        }
        self.known.insert(code, meaning.clone());
        Some(meaning)
    }
}

fn walk(expression: &UnitExpr, atom: &mut dyn FnMut(&str) -> Option<Meaning>) -> Result<Meaning, NoMeaning> {
    match expression {
        UnitExpr::Symbol(code) => simple_unit(code, atom),
        UnitExpr::Numeric(value) => {
            Number::parse(&value.to_string()).map(Meaning::number).map_err(|_| NoMeaning::TooLarge)
        }
        UnitExpr::Annotation(_) => Ok(Meaning::number(Number::ONE)),
        UnitExpr::Annotated(inner, _) => walk(inner, atom),
        UnitExpr::Power(base, exponent) => walk(base, atom)?.to_the(*exponent),
        UnitExpr::Product(terms) => {
            let mut product = Meaning::number(Number::ONE);
            for term in terms {
                product = product.times(&walk(term, atom)?)?;
            }
            Ok(product)
        }
        UnitExpr::Quotient(numerator, denominator) => {
            let numerator = walk(numerator, atom)?;
            numerator.divided_by(&walk(denominator, atom)?)
        }
        UnitExpr::Reciprocal(inner) => walk(inner, atom)?.to_the(-1),
    }
}

/// A unit atom with its prefix: `kg`, `mm[Hg]`.
fn simple_unit(code: &str, atom: &mut dyn FnMut(&str) -> Option<Meaning>) -> Result<Meaning, NoMeaning> {
    let unknown = || NoMeaning::UnknownSymbol(code.to_owned());
    let (prefix, record) = lookup_unit(code, Case::Sensitive).ok_or_else(unknown)?;
    let meaning = atom(record.code).ok_or_else(unknown)?;
    match prefix {
        None => Ok(meaning),
        Some(prefix) => {
            let factor = Number::parse(&prefix.factor.to_string()).map_err(|_| unknown())?;
            meaning.times(&Meaning::number(factor))
        }
    }
}

/// Whether it is the code of one unit, with a prefix or without.
pub(super) fn is_unit(code: &str) -> bool {
    simple_unit(code, &mut |code| atom(code).cloned()).is_ok()
}
