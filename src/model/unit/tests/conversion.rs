use super::*;

fn convert(value: &str, from: &str, to: &str) -> String {
    let conversion = unit(from).conversion(&unit(to)).unwrap_or_else(|why| panic!("{from} to {to}: {why}"));
    conversion.apply(&number(value)).to_string()
}

fn refused(from: &str, to: &str) -> ConversionError {
    match unit(from).conversion(&unit(to)) {
        Err(why) => why,
        Ok(conversion) => panic!("{from} to {to}: {conversion:?}"),
    }
}

#[test]
fn converts_exactly() {
    for (value, from, to, result) in [
        ("20", "minutes", "seconds", "1200"),
        ("20", "minute", "min", "20"),
        ("90", "s", "min", "1.5"),
        ("1", "week", "ms", "604800000"),
        ("1", "'[lb_av]'", "kg", "0.45359237"),
        ("1", "'[oz_av]'", "g", "28.349523125"),
        ("1", "'[in_i]'", "cm", "2.54"),
        ("1", "'[ft_us]'", "m", "1200/3937"),
        ("98.6", "'[degF]'", "Cel", "37"),
        ("37", "Cel", "'[degF]'", "98.6"),
        ("-40", "Cel", "'[degF]'", "-40"),
        ("0", "Cel", "K", "273.15"),
        ("0", "K", "'[degF]'", "-459.67"),
        ("80", "'[degRe]'", "Cel", "100"),
        ("5000", "mCel", "Cel", "5"),
        ("120", "'mm[Hg]'", "kPa", "15.99864"),
        ("1", "'mg/dL'", "'g/L'", "0.01"),
        ("5", "'g%'", "'g/L'", "50"),
        ("7", "'10*9/L'", "'10*3/uL'", "7"),
        ("60", "'/min'", "Hz", "1"),
        ("60", "'{beats}/min'", "'/s'", "1"),
        ("1", "'%'", "'1'", "0.01"),
        ("1", "'[ppm]'", "'%'", "0.0001"),
        ("1", "'mmol/L'", "'umol/mL'", "1"),
        ("1", "U", "'umol/min'", "1"),
        ("1", "'k[iU]/L'", "'[IU]/mL'", "1"),
        ("1", "mL", "cm3", "1"),
        ("1", "cal", "J", "4.184"),
        ("1", "'[psi]'", "Pa", "8896443230521/1290320000"),
        ("180", "deg", "gon", "200"),
        ("1", "circ", "deg", "360"),
        ("1", "dB", "B", "0.1"),
        ("7.4", "'[pH]'", "'[pH]'", "7.4"),
        ("2", "years", "months", "24"),
        ("6", "month", "years", "0.5"),
        ("1", "meq", "mmol", "1"),
        ("1", "Kibit", "bit", "1024"),
    ] {
        assert_eq!(convert(value, from, to), result, "{value} {from} in {to}");
    }
}

#[test]
fn the_pound_per_square_inch_is_the_definitions() {
    // 7000 gr × 64.79891 mg × 9.80665 m/s2 by (2.54 cm)2
    let force = &number("0.45359237") * &number("9.80665");
    let area = &number("0.0254") * &number("0.0254");
    let expected = force.checked_div(&area).unwrap();
    assert_eq!(convert("1", "'[psi]'", "Pa"), expected.to_string());
}

#[test]
fn knows_when_a_conversion_ends() {
    let ends = |from, to| unit(from).conversion(&unit(to)).unwrap().terminates();
    assert!(ends("Cel", "'[degF]'"));
    assert!(!ends("'[degF]'", "Cel"));
    assert!(ends("minutes", "seconds"));
    assert!(!ends("seconds", "minutes"));
    assert!(ends("'[lb_av]'", "kg"));
    assert!(!ends("kg", "'[lb_av]'"));
    let same = unit("minutes").conversion(&unit("min")).unwrap();
    assert!(same.is_identity() && same == Conversion::identity());
    let there = unit("Cel").conversion(&unit("'[degF]'")).unwrap();
    assert_eq!(there.inverse(), Some(unit("'[degF]'").conversion(&unit("Cel")).unwrap()));
    let json = serde_json::to_string(&there).unwrap();
    assert_eq!(json, r#"{"factor":"1.8","offset":"32"}"#);
    assert_eq!(serde_json::from_str::<Conversion>(&json).unwrap(), there);
}

#[test]
fn differences_of_temperatures_have_no_offset() {
    let (celsius, fahrenheit) = (unit("Cel"), unit("'[degF]'"));
    assert!(celsius.is_offset_scale() && !unit("K").is_offset_scale());
    let difference = celsius.difference();
    assert!(difference.is_difference() && !difference.is_offset_scale());
    assert_eq!(difference.to_string(), "Cel difference");
    assert_eq!(difference.dimension_name(), "difference of temperatures");
    assert!(difference.same_as(&unit("K").difference()));
    assert!(!difference.same_as(&celsius));
    assert_eq!(unit("kg").difference(), unit("kg"));
    assert_eq!(difference.without_difference(), celsius);

    let conversion = difference.conversion(&fahrenheit.difference()).unwrap();
    assert_eq!(conversion.apply(&number("10")), number("18"));
    // naming the scale of a difference names its degrees
    assert_eq!(difference.conversion(&fahrenheit).unwrap(), conversion);
    let kelvin = difference.conversion(&unit("K")).unwrap();
    assert!(kelvin.is_identity());
    assert!(matches!(celsius.conversion(&difference), Err(ConversionError::TemperatureToDifference { .. })));
    assert_eq!(celsius.finer(&fahrenheit), &fahrenheit);
}

#[test]
fn names_both_dimensions() {
    for (from, to, message) in [
        ("minutes", "kg", "minutes measures time, kg measures mass"),
        ("Cel", "kg", "Cel measures temperature, kg measures mass"),
        ("'mg/dL'", "'mmol/L'", "'mg/dL' measures mass concentration, 'mmol/L' measures amount concentration"),
        ("months", "days", "months has no fixed length, so it does not convert to days"),
        ("s", "years", "years has no fixed length, so it does not convert to s"),
        ("years", "kg", "years measures calendar time, kg measures mass"),
        ("'[iU]/L'", "'/L'", "'[iU]/L' measures international unit per volume, '/L' measures number concentration"),
        ("'[CFU]'", "'[PFU]'", "'[CFU]' measures colony forming units, '[PFU]' measures plaque forming units"),
        ("mol", "'1'", "mol measures amount of substance, '1' measures plain number"),
        (
            "'kg.m2/s3/A4'",
            "W",
            "'kg.m2/s3/A4' measures area times time times mass per electric charge to the power 4, W measures power",
        ),
        ("deg", "rad", "between deg and rad lies the number pi, so no exact factor does"),
        ("'[pH]'", "'mol/L'", "'[pH]' is not a linear scale, so nothing converts exactly between '[pH]' and 'mol/L'"),
        ("dB", "'1'", "dB is not a linear scale, so nothing converts exactly between dB and '1'"),
        ("'B[V]'", "'B[mV]'", "'B[V]' is not a linear scale, so nothing converts exactly between 'B[V]' and 'B[mV]'"),
    ] {
        assert_eq!(refused(from, to).to_string(), message);
    }
    let hint = refused("m", "seconds").hint().map(str::to_owned);
    assert_eq!(hint.as_deref(), Some("`m` is the metre; minutes are `minutes` or `min`"));
    assert!(refused("minutes", "kg").hint().is_none());
    let hint = refused("'mg/dL'", "'mmol/L'").hint().map(str::to_owned);
    assert!(hint.unwrap().contains("'mmol/L' by 180.156 'g/mol'"));
}

#[test]
fn a_molar_mass_bridges_mass_and_amount() {
    let glucose = (&number("180.156"), &unit("'g/mol'"));
    let (mass, amount) = (unit("'mg/dL'"), unit("'mmol/L'"));
    assert!(mass.needs_molar_mass(&amount) && amount.needs_molar_mass(&mass));
    assert!(!mass.needs_molar_mass(&unit("'g/L'")));
    let there = mass.conversion_by(&amount, glucose).unwrap();
    assert_eq!(there.factor, number("10").checked_div(&number("180.156")).unwrap());
    assert!(!there.terminates());
    assert_eq!(there.apply(&number("90")).round(4), number("4.9957"));
    let back = amount.conversion_by(&mass, glucose).unwrap();
    assert_eq!(back.factor, number("18.0156"));
    assert_eq!(Some(back), there.inverse());
    let kilo = (&number("0.180156"), &unit("'kg/mol'"));
    assert_eq!(mass.conversion_by(&amount, kilo).unwrap(), there);
    // mass below the line: per gram to per mole
    let per = unit("'J/g'").conversion_by(&unit("'J/mol'"), glucose).unwrap();
    assert_eq!(per.factor, number("180.156"));

    let refused = |from: &Unit, to: &Unit, value: &str, by: &str| {
        from.conversion_by(to, (&number(value), &unit(by))).unwrap_err()
    };
    assert_eq!(
        refused(&mass, &amount, "180.156", "g").to_string(),
        "g measures mass; between mass and amount stands a molar mass as in 'g/mol'"
    );
    for value in ["0", "-1"] {
        assert_eq!(refused(&mass, &amount, value, "'g/mol'"), ConversionError::MolarMassNotPositive);
    }
    assert!(matches!(refused(&mass, &unit("'g/L'"), "180.156", "'g/mol'"), ConversionError::NoMassAndAmount { .. }));
    assert!(matches!(refused(&mass, &unit("mmol"), "180.156", "'g/mol'"), ConversionError::NoMassAndAmount { .. }));
}

/// Each pair of UCUM's atoms of one dimension, with a prefix where one is taken, both ways.
#[test]
fn every_pair_of_atoms_converts_as_the_crate_says() {
    let units: Vec<Unit> = octofhir_ucum::get_all_units()
        .iter()
        .map(|record| {
            let prefix = if record.is_metric { "m" } else { "" };
            Unit::parse(&format!("{prefix}{}", record.code), true).unwrap()
        })
        .collect();
    let mut held = 0;
    for from in &units {
        for to in units.iter().filter(|to| from.comparable(to)) {
            let conversion = match from.conversion(to) {
                Ok(conversion) => conversion,
                Err(ConversionError::Pi { .. } | ConversionError::NotLinear { .. }) => {
                    assert!(to.conversion(from).is_err(), "{to} to {from}");
                    continue;
                }
                Err(why) => panic!("{why}"),
            };
            assert_eq!(conversion.inverse(), to.conversion(from).ok(), "{from} to {to}");
            let ours = conversion.apply(&number("7"));
            let theirs = octofhir_ucum::convert(7.0, from.code(), to.code()).unwrap();
            let as_float = |n: &Number| -> f64 {
                let text = n.to_string();
                let (above, below) = text.split_once('/').unwrap_or((&text, "1"));
                above.parse::<f64>().unwrap() / below.parse::<f64>().unwrap()
            };
            let ours = as_float(&ours);
            assert!((ours - theirs).abs() <= 1e-12 * ours.abs(), "7 {from} in {to}: {ours} against {theirs}");
            held += 1;
        }
    }
    assert!(held > 4000, "{held} pairs");
}
