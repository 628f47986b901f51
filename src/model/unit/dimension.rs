//! What kind of quantity a unit measures: exponents of the base quantities, and their names.

use std::fmt::Write;

use octofhir_ucum::find_unit;

/// The base quantities: UCUM's seven (§28), and the amount of substance, which UCUM counts as a
/// plain number (10^23) and clinical work does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Base {
    Length,
    Time,
    Mass,
    Angle,
    Temperature,
    Charge,
    LuminousIntensity,
    Amount,
}

/// The names of the base quantities, in the order of [`Base`].
const BASE_NAMES: [&str; 8] =
    ["length", "time", "mass", "angle", "temperature", "electric charge", "luminous intensity", "amount of substance"];

/// The unit of dates that has no fixed length; a year is twelve of it.
pub(super) const CALENDAR_MONTH: &str = "calendar month";

/// Exponents of the base quantities; and of the units that are a dimension of their own: the
/// arbitrary units of UCUM (`[iU]`, §24) and the calendar month.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Dimension {
    base: [i8; 8],
    /// Sorted by code, no exponent zero.
    own: Vec<(&'static str, i8)>,
}

impl Dimension {
    pub(super) fn of_base(base: usize) -> Dimension {
        let mut dimension = Dimension::default();
        dimension.base[base] = 1;
        dimension
    }

    pub(super) fn of_own(code: &'static str) -> Dimension {
        Dimension { base: [0; 8], own: vec![(code, 1)] }
    }

    pub fn exponent(&self, base: Base) -> i8 {
        self.base[base as usize]
    }

    /// Whether it is a plain number: a count, a ratio, a percentage.
    pub fn is_number(&self) -> bool {
        self.base == [0; 8] && self.own.is_empty()
    }

    /// Whether it is this base quantity to the power 1 and nothing else.
    pub fn is_just(&self, base: Base) -> bool {
        *self == Dimension::of_base(base as usize)
    }

    pub(super) fn is_calendar(&self) -> bool {
        self.own.iter().any(|&(code, _)| code == CALENDAR_MONTH)
    }

    /// `self × other^power`; `None` where an exponent leaves -128..=127.
    pub(super) fn times(&self, other: &Dimension, power: i32) -> Option<Dimension> {
        let scaled = |a: i8, b: i8| {
            let sum = i32::from(b).checked_mul(power)?.checked_add(i32::from(a))?;
            i8::try_from(sum).ok()
        };
        let mut result = self.clone();
        for (exponent, &added) in result.base.iter_mut().zip(&other.base) {
            *exponent = scaled(*exponent, added)?;
        }
        for &(code, added) in &other.own {
            match result.own.binary_search_by_key(&code, |&(code, _)| code) {
                Ok(at) => result.own[at].1 = scaled(result.own[at].1, added)?,
                Err(at) => result.own.insert(at, (code, scaled(0, added)?)),
            }
        }
        result.own.retain(|&(_, exponent)| exponent != 0);
        Some(result)
    }

    /// How many moles stand against how many grams less, where `other` is this dimension with mass
    /// exchanged for amount of substance: from mg/dL to mmol/L it is 1, the other way -1.
    pub(super) fn moles_for_mass(&self, other: &Dimension) -> Option<i32> {
        let difference = other.times(self, -1)?;
        let moles = difference.exponent(Base::Amount);
        let mut expected = Dimension::default();
        expected.base[Base::Amount as usize] = moles;
        expected.base[Base::Mass as usize] = moles.checked_neg()?;
        (moles != 0 && difference == expected).then_some(i32::from(moles))
    }

    /// What a person calls it: `time`, `mass concentration`, `amount of substance per area`.
    pub fn name(&self) -> String {
        if self.is_calendar() {
            return "calendar time".to_owned();
        }
        if self.own.is_empty()
            && let Some((_, name)) = NAMED.iter().find(|(base, _)| *base == self.base)
        {
            return (*name).to_owned();
        }
        let (mut above, mut below) = (Vec::new(), Vec::new());
        let own = self.own.iter().map(|&(code, exponent)| {
            let name = find_unit(code).map_or(code, |unit| unit.display_name);
            (name, exponent)
        });
        for (name, exponent) in BASE_NAMES.into_iter().zip(self.base).chain(own) {
            match exponent.signum() {
                1 => above.push(powered(name, exponent.unsigned_abs())),
                -1 => below.push(powered(name, exponent.unsigned_abs())),
                _ => {}
            }
        }
        let mut text = above.join(" times ");
        if text.is_empty() {
            text.push_str("number");
        }
        for part in below {
            let _ = write!(text, " per {part}");
        }
        text
    }
}

fn powered(name: &str, exponent: u8) -> String {
    match (name, exponent) {
        (_, 1) => name.to_owned(),
        ("length", 2) => "area".to_owned(),
        ("length", 3) => "volume".to_owned(),
        (_, 2) => format!("{name} squared"),
        (_, 3) => format!("{name} cubed"),
        _ => format!("{name} to the power {exponent}"),
    }
}

/// Names of derived quantities, exponents in the order of [`Base`]:
/// length, time, mass, angle, temperature, charge, luminous intensity, amount.
const NAMED: &[([i8; 8], &str)] = &[
    ([0, 0, 0, 0, 0, 0, 0, 0], "plain number"),
    ([2, 0, 0, 0, 0, 0, 0, 0], "area"),
    ([3, 0, 0, 0, 0, 0, 0, 0], "volume"),
    ([-1, 0, 0, 0, 0, 0, 0, 0], "number per length"),
    ([0, 0, 0, 2, 0, 0, 0, 0], "solid angle"),
    ([0, -1, 0, 0, 0, 0, 0, 0], "rate"),
    ([1, -1, 0, 0, 0, 0, 0, 0], "speed"),
    ([1, -2, 0, 0, 0, 0, 0, 0], "acceleration"),
    ([3, -1, 0, 0, 0, 0, 0, 0], "volume flow"),
    ([2, -1, 0, 0, 0, 0, 0, 0], "kinematic viscosity"),
    ([-3, 0, 0, 0, 0, 0, 0, 0], "number concentration"),
    ([-3, 0, 1, 0, 0, 0, 0, 0], "mass concentration"),
    ([-3, 0, 0, 0, 0, 0, 0, 1], "amount concentration"),
    ([-2, 0, 1, 0, 0, 0, 0, 0], "mass per area"),
    ([0, -1, 1, 0, 0, 0, 0, 0], "mass flow"),
    ([3, 0, -1, 0, 0, 0, 0, 0], "volume per mass"),
    ([3, -1, -1, 0, 0, 0, 0, 0], "volume flow per mass"),
    ([0, 0, -1, 0, 0, 0, 0, 0], "number per mass"),
    ([0, 0, 1, 0, 0, 0, 0, -1], "molar mass"),
    ([3, 0, 0, 0, 0, 0, 0, -1], "molar volume"),
    ([0, 0, -1, 0, 0, 0, 0, 1], "amount per mass"),
    ([0, -1, 0, 0, 0, 0, 0, 1], "catalytic activity"),
    ([-3, -1, 0, 0, 0, 0, 0, 1], "catalytic concentration"),
    ([1, -2, 1, 0, 0, 0, 0, 0], "force"),
    ([-1, -2, 1, 0, 0, 0, 0, 0], "pressure"),
    ([2, -2, 1, 0, 0, 0, 0, 0], "energy"),
    ([2, -3, 1, 0, 0, 0, 0, 0], "power"),
    ([-1, -1, 1, 0, 0, 0, 0, 0], "dynamic viscosity"),
    ([2, -2, 0, 0, 0, 0, 0, 0], "radiation dose"),
    ([-4, -1, 1, 0, 0, 0, 0, 0], "flow resistance"),
    ([0, -1, 0, 0, 0, 1, 0, 0], "electric current"),
    ([2, -2, 1, 0, 0, -1, 0, 0], "electric potential"),
    ([2, -1, 1, 0, 0, -2, 0, 0], "electric resistance"),
    ([-2, 1, -1, 0, 0, 2, 0, 0], "electric conductance"),
    ([-2, 2, -1, 0, 0, 2, 0, 0], "electric capacitance"),
    ([0, -1, 1, 0, 0, -1, 0, 0], "magnetic flux density"),
    ([2, -1, 1, 0, 0, -1, 0, 0], "magnetic flux"),
    ([2, 0, 1, 0, 0, -2, 0, 0], "inductance"),
    ([0, 0, 0, 2, 0, 0, 1, 0], "luminous flux"),
    ([-2, 0, 0, 2, 0, 0, 1, 0], "illuminance"),
    ([-2, 0, 0, 0, 0, 0, 1, 0], "luminance"),
];
