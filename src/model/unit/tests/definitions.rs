//! The table of definitions against the factors that `octofhir-ucum` computed from the same
//! standard, as decimals of 28 digits.

use octofhir_ucum::{SpecialKind, UnitRecord, get_all_units};

use super::super::definitions::{ARBITRARY, BASES, FUNCTION_SCALES, OFFSET_SCALES, PROPER};
use super::super::dimension::Dimension;
use super::super::evaluate;
use super::super::meaning::{Meaning, Scale};
use super::{Number, number};

const PI: &str = "3.1415926535897932384626433832795028841971693993751058209749445923";
const AVOGADRO: &str = "6.02214076E23";

/// The value of a decimal that may be too small or large for a literal's limit.
fn decimal(record: &UnitRecord) -> Number {
    number(&record.factor.to_string())
}

/// The atom's factor with pi and the mole as the numbers that UCUM takes them for.
fn flattened(meaning: &Meaning) -> Number {
    let pi = number(PI).checked_pow(meaning.pi).expect("small");
    let moles = meaning.dimension.exponent(super::Base::Amount);
    let moles = number(AVOGADRO).checked_pow(moles.into()).expect("small");
    &(&meaning.factor * &pi) * &moles
}

#[test]
fn every_atom_of_the_crate_has_a_definition_and_no_other() {
    let mut ours: Vec<&str> = BASES.to_vec();
    ours.extend(PROPER.iter().map(|row| row.0));
    ours.extend(OFFSET_SCALES.iter().map(|row| row.0));
    ours.extend(FUNCTION_SCALES.iter().map(|row| row.0));
    ours.extend(ARBITRARY);
    ours.push("[pi]");
    ours.sort_unstable();
    let theirs: Vec<&str> = get_all_units().iter().map(|unit| unit.code).collect();
    assert_eq!(ours, theirs);
    for code in theirs {
        assert!(evaluate::atom(code).is_some(), "{code} does not resolve");
    }
}

#[test]
fn every_exact_factor_agrees_with_the_decimal() {
    let tolerance = number("1E-25");
    let mut held = 0;
    for record in get_all_units() {
        let meaning = evaluate::atom(record.code).expect("resolved");
        if matches!(meaning.scale, Scale::Function { .. }) {
            continue;
        }
        let (exact, decimal) = (flattened(meaning), decimal(record));
        let difference = (&exact - &decimal).abs();
        assert!(difference <= &exact.abs() * &tolerance, "{}: {exact} against {decimal}", record.code);
        held += 1;
    }
    assert_eq!(held, get_all_units().len() - FUNCTION_SCALES.len());
}

#[test]
fn every_dimension_agrees() {
    for record in get_all_units() {
        let meaning = evaluate::atom(record.code).expect("resolved");
        let mut expected = Dimension::default();
        for (base, &exponent) in record.dim.0.iter().enumerate() {
            expected = expected.times(&Dimension::of_base(base), exponent.into()).expect("small");
        }
        for &(code, exponent) in record.arbitrary {
            let own = Dimension::of_own(code);
            expected = expected.times(&own, exponent).expect("small");
        }
        // the mole, which the crate counts as a number
        let moles = meaning.dimension.exponent(super::Base::Amount);
        let amount = Dimension::of_base(super::Base::Amount as usize);
        expected = expected.times(&amount, moles.into()).expect("small");
        assert_eq!(meaning.dimension, expected, "{}", record.code);
    }
}

#[test]
fn moles_are_where_moles_are_meant() {
    let with_moles: Vec<&str> = get_all_units()
        .iter()
        .map(|record| record.code)
        .filter(|code| {
            let meaning = evaluate::atom(code).expect("resolved");
            meaning.dimension.exponent(super::Base::Amount) != 0
        })
        .collect();
    assert_eq!(with_moles, ["U", "[pH]", "eq", "kat", "mol", "osm"]);
}

#[test]
fn every_scale_is_of_the_kind_that_the_crate_says() {
    for record in get_all_units() {
        let meaning = evaluate::atom(record.code).expect("resolved");
        let offset = |text: &str| Some(&meaning.factor * &number(text));
        let expected = match record.special {
            SpecialKind::None | SpecialKind::Arbitrary => {
                assert_eq!(meaning.scale, Scale::Ratio, "{}", record.code);
                continue;
            }
            SpecialKind::Celsius => offset("273.15"),
            SpecialKind::Fahrenheit => offset("459.67"),
            SpecialKind::Reaumur => offset("218.52"),
            _ => None,
        };
        match (&meaning.scale, expected) {
            (Scale::Offset { origin }, Some(expected)) => assert_eq!(*origin, expected),
            (Scale::Function { atom }, None) => assert_eq!(*atom, record.code),
            (scale, _) => panic!("{}: {scale:?}", record.code),
        }
    }
}
