//! What holds of every row of the table.

use std::collections::HashSet;

use crate::library::{Group, Implementation, all, find};
use crate::model::{Base, Constant};

#[test]
fn every_function_is_found_by_its_one_name() {
    let mut names = HashSet::new();
    for function in all() {
        assert!(names.insert(function.name), "{} stands twice", function.name);
        assert!(std::ptr::eq(find(function.name).unwrap(), function), "{}", function.name);
    }
    assert!(find("").is_none() && find("UPPER").is_none() && find("no_such").is_none());
    assert!(all().filter(|function| !function.internal).count() >= 45);
}

#[test]
fn the_names_of_the_language_page_are_there() {
    let page = "text trim upper lower length slice replace matches split join pad_left pad_right strip_non_digits \
                truncate first last sort_by distinct sum min max any all concat count contains integer decimal date \
                datetime format in_zone fileman hl7 csv fixed round round_even floor ceil trunc present";
    for name in page.split_whitespace() {
        assert!(find(name).is_some_and(|function| !function.internal), "{name}");
    }
}

#[test]
fn every_function_is_described() {
    for function in all() {
        let name = function.name;
        assert!(function.summary.ends_with('.') && !function.summary.contains('\n'), "{name}: {}", function.summary);
        assert_eq!(function.examples.is_empty(), function.internal, "{name}");
        for example in function.examples {
            assert!(example.source.starts_with(&format!("{name}(")), "{name}: {}", example.source);
        }
    }
}

#[test]
fn parameters_are_in_order() {
    for function in all() {
        let (name, signature) = (function.name, &function.signature);
        let required = signature.parameters.iter().take_while(|parameter| !parameter.optional).count();
        assert_eq!(required, signature.least(), "{name}: what may be left out stands last");
        assert!(!signature.repeats || required == signature.parameters.len(), "{name}");
        let names: HashSet<&str> = signature.parameters.iter().map(|parameter| parameter.name).collect();
        let same = function.internal || names.len() == signature.parameters.len();
        assert!(same, "{name}: two parameters of one name");
        for parameter in signature.parameters {
            assert_eq!(parameter.constant, parameter.check.is_some(), "{name}: {}", parameter.name);
        }
        if matches!(function.implementation, Implementation::Prepared(_)) {
            assert!(signature.parameters.iter().any(|parameter| parameter.constant), "{name} has nothing to prepare");
        }
        assert!(!signature.fails_only_of_text || signature.may_fail.is_some(), "{name}");
    }
}

#[test]
fn groups_stand_together() {
    let mut groups: Vec<Group> = all().map(|function| function.group).collect();
    groups.dedup();
    let distinct: HashSet<Group> = groups.iter().copied().collect();
    assert_eq!(groups.len(), distinct.len(), "{groups:?}");
    assert!(groups.is_sorted(), "{groups:?}");
    assert!(groups.iter().all(|group| !group.title().is_empty()));
}

#[test]
fn decimal_fails_of_text_alone() {
    let signature = &find("decimal").unwrap().signature;
    assert!(signature.failure(&Base::Text).is_some());
    assert!(signature.failure(&Base::Code { values: vec!["1".into()], open: false }).is_some());
    assert!(signature.failure(&Base::Either(vec![Base::Integer(None), Base::Text])).is_some());
    assert_eq!(signature.failure(&Base::Decimal(None)), None);
    assert!(find("integer").unwrap().signature.failure(&Base::Text).is_some());
}

/// Function, base of the first argument, constants among the arguments; which is wrong, a part of why.
type WrongConstant<'c> = (&'c str, Base, &'c [Option<Constant>], usize, &'c str);

/// What is wrong with constants is told with the argument's place.
#[test]
fn wrong_constants_are_refused() {
    let text = |text: &str| Constant::Text(text.into());
    let number = |number: i64| Constant::Number(number.into());
    let cases: &[WrongConstant<'_>] = &[
        ("pad_left", Base::Text, &[None, Some(number(10_001))], 1, "0 to 10000"),
        ("pad_left", Base::Text, &[None, Some(number(-1))], 1, "0 to 10000"),
        ("pad_right", Base::Text, &[None, Some(number(5)), Some(text("ab"))], 2, "one character"),
        ("pad_right", Base::Text, &[None, Some(number(5)), Some(text(""))], 2, "one character"),
        ("truncate", Base::Text, &[None, Some(number(20_000))], 1, "0 to 10000"),
        ("fixed", Base::Decimal(None), &[None, Some(number(1001))], 1, "0 to 1000"),
        ("split", Base::Text, &[None, Some(text(""))], 1, "must not be empty"),
        ("matches", Base::Text, &[None, Some(text("("))], 1, "not well-formed"),
        ("replace", Base::Text, &[None, Some(text("a")), Some(text("$1"))], 2, "no group"),
        ("in_zone", Base::DateTime, &[None, Some(text("Mars/Base"))], 1, "no time zone \"Mars/Base\""),
        ("format", Base::Date, &[None, Some(text("HH:mm"))], 1, "a date has no hour"),
        ("format", Base::Time, &[None, Some(text("yyyy"))], 1, "a time has no year"),
        ("format", Base::DateTime, &[None, Some(text("YYYY-MM-DD"))], 1, "write `yyyy`"),
        ("date", Base::Text, &[None, Some(text("MM/yyyy"))], 1, "no day"),
        ("date", Base::Text, &[None, Some(text("MM/dd/yy"))], 1, "leaves the century open"),
        ("time", Base::Text, &[None, Some(text("hh:mm"))], 1, "AM or PM"),
        ("datetime", Base::Text, &[None, Some(text("yyyyMMddHHmm"))], 1, "name its zone"),
        ("boolean", Base::Text, &[None, Some(text("Y"))], 1, "both texts"),
        ("boolean", Base::Text, &[None, Some(text("Y")), Some(text("Y"))], 2, "the same"),
        ("csv", Base::Text, &[None, Some(text("\""))], 1, "separates no fields"),
        ("uuid5", Base::Text, &[None, Some(text("no uuid"))], 1, "a namespace is a UUID"),
    ];
    for (name, first, constants, at, part) in cases {
        let constants: Vec<Option<&Constant>> = constants.iter().map(Option::as_ref).collect();
        let (index, why) = find(name).unwrap().check_constants(&constants, first).unwrap_err();
        assert!(index == *at && why.contains(part), "{name}: argument {index}: {why}");
    }
}
