use super::*;

#[test]
fn products_and_quotients_merge_and_cancel() {
    for (a, b, product, quotient) in [
        ("kg", "m2", "'kg.m2'", "'kg/m2'"),
        ("m", "'m/s'", "'m2/s'", "s"),
        ("mg", "'mg/dL'", "'mg2/dL'", "dL"),
        ("minutes", "s", "'min.s'", "'min/s'"),
        ("minutes", "min", "min2", "'1'"),
        ("'1'", "min", "min", "'/min'"),
        ("'/min'", "min", "'1'", "'/min2'"),
        ("'{beats}/min'", "L", "'L/min'", "'/min/L'"),
        ("'10*9/L'", "'10*3/uL'", "'10*12/L/uL'", "'10*6.uL/L'"),
        ("'mL/min/kg'", "kg", "'mL/min'", "'mL/min/kg2'"),
        ("'kg/(m.s2)'", "'m/(4.s)'", "'kg/s3/4'", "'kg.4/m2/s'"),
    ] {
        let (a, b) = (unit(a), unit(b));
        let made = a.multiply(&b).unwrap();
        assert_eq!(made.to_string(), product, "{a} by {b}");
        let divided = a.divide(&b).unwrap();
        assert_eq!(divided.to_string(), quotient, "{a} through {b}");
        assert!(divided.multiply(&b).unwrap().same_as(&a), "{a} through {b} by {b}");
    }
    assert_eq!(unit("minutes").reciprocal().unwrap().to_string(), "'/min'");
    assert_eq!(Unit::one().to_string(), "'1'");
    assert!(Unit::one().same_as(&unit("'1'")) && Unit::second().same_as(&unit("seconds")));
}

#[test]
fn a_difference_of_temperatures_multiplies_as_kelvin() {
    let rise = unit("'[degF]'").difference();
    assert_eq!(rise.divide(&unit("min")).unwrap().to_string(), "'[degR]/min'");
    let rise = unit("Cel").difference();
    assert_eq!(rise.divide(&unit("min")).unwrap().to_string(), "'K/min'");
    for text in ["Cel", "'[pH]'", "months", "dB"] {
        assert!(unit(text).multiply(&unit("kg")).is_err(), "{text}");
        assert!(unit("kg").divide(&unit(text)).is_err(), "{text}");
    }
}

#[test]
fn products_cannot_grow_without_end() {
    let mut product = unit("'kg.[lb_av]/(4.s)'");
    let mut steps = 0;
    while let Ok(next) = product.multiply(&product) {
        product = next;
        steps += 1;
        assert!(product.written().len() <= MAX_UNIT_LENGTH);
        assert!(steps < 200);
    }
    assert!(steps > 2);
}

#[test]
fn the_finer_is_the_smaller() {
    for (a, b, finer) in [
        ("minutes", "seconds", "seconds"),
        ("kg", "'[lb_av]'", "'[lb_av]'"),
        ("min", "minutes", "min"),
        ("rad", "deg", "deg"),
        ("deg", "gon", "gon"),
    ] {
        assert_eq!(unit(a).finer(&unit(b)).to_string(), finer);
    }
}

#[test]
fn says_what_it_measures() {
    let kinds = |text: &str| {
        let unit = unit(text);
        [unit.is_time(), unit.is_mass(), unit.is_amount(), unit.is_number(), unit.is_calendar()]
    };
    assert_eq!(kinds("weeks"), [true, false, false, false, false]);
    assert_eq!(kinds("'[lb_av]'"), [false, true, false, false, false]);
    assert_eq!(kinds("mmol"), [false, false, true, false, false]);
    assert_eq!(kinds("'%'"), [false, false, false, true, false]);
    assert_eq!(kinds("'{count}'"), [false, false, false, true, false]);
    assert_eq!(kinds("years"), [false, false, false, false, true]);
    assert_eq!(unit("years").calendar_months(), Some(12));
    assert_eq!(unit("days").calendar_months(), None);
    assert!(!unit("dB").is_number() && unit("dB").is_function_scale());
    for (text, name) in [
        ("'kg/m2'", "mass per area"),
        ("'/min'", "rate"),
        ("'mL/min'", "volume flow"),
        ("'U/L'", "catalytic concentration"),
        ("'g/mol'", "molar mass"),
        ("'[pH]'", "acidity"),
        ("'10*9/L'", "number concentration"),
        ("V", "electric potential"),
        ("'mm[Hg]'", "pressure"),
        ("'m4'", "length to the power 4"),
    ] {
        assert_eq!(unit(text).dimension_name(), name, "{text}");
    }
}
