//! Properties over generated events. A failing case prints its seed.

use proptest::prelude::*;
use serde_json::Map;

use super::*;
use crate::model::{Base, Field, Type, Variant, VariantsType};

/// Any JSON value.
fn any_json() -> impl Strategy<Value = Value> {
    let scalar = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "-?(0|[1-9][0-9]{0,20})(\\.[0-9]{1,5})?([eE][+-]?[0-9]{1,3})?"
            .prop_map(|text| serde_json::from_str(&text).unwrap()),
        "\\PC{0,12}".prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    scalar.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            proptest::collection::vec(("[a-e]|\\PC{0,4}", inner), 0..5)
                .prop_map(|pairs| Value::Object(pairs.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

/// A scalar type, and whether it may be missing or null.
fn any_scalar() -> BoxedStrategy<Type> {
    let base = prop_oneof![
        Just(Base::Boolean),
        Just(Base::Integer(None)),
        Just(Base::Decimal(None)),
        Just(Base::Text),
        Just(Base::Date),
        Just(Base::DateTime),
        Just(Base::Duration),
        Just(Base::Code { values: vec!["active".to_owned(), "ret\"ired".to_owned()], open: false }),
        Just(Base::Either(vec![Base::Text, Base::Integer(None)])),
    ];
    with_states(base.boxed())
}

fn with_states(base: BoxedStrategy<Base>) -> BoxedStrategy<Type> {
    let states = (base, any::<bool>(), any::<bool>());
    states.prop_map(|(base, missing, null)| Type { missing, null, ..Type::new(base) }).boxed()
}

/// A declared type, some levels deep.
fn any_type() -> impl Strategy<Value = Type> {
    let leaf = prop_oneof![9 => any_scalar(), 1 => with_states(Just(Base::Any).boxed())];
    leaf.prop_recursive(3, 24, 4, |inner| {
        let base = prop_oneof![
            inner.clone().prop_map(|item| Base::List(Box::new(item))),
            inner.clone().prop_map(|item| Base::Dictionary(Box::new(item))),
            proptest::collection::vec(inner.clone(), 0..4).prop_map(|types| Base::Record(record(types))),
            proptest::collection::vec(proptest::collection::vec(inner, 0..3), 1..4)
                .prop_map(|all| Base::Variants(variants(all))),
        ];
        with_states(base.boxed())
    })
}

/// A scalar or a list of scalars.
fn any_element() -> impl Strategy<Value = Type> {
    let list = any_scalar().prop_map(|item| Base::List(Box::new(item)));
    prop_oneof![any_scalar(), with_states(list.boxed())]
}

fn record(types: Vec<Type>) -> crate::model::RecordType {
    let fields = types.into_iter().enumerate().map(|(n, ty)| Field { name: format!("f {n}"), ty, doc: None }).collect();
    crate::model::RecordType { name: None, fields }
}

/// Variants whose fields have the same names, some of one type and some of several.
fn variants(all: Vec<Vec<Type>>) -> VariantsType {
    let variant = |(n, types)| Variant { code: format!("a=\"{n}"), fields: record(types).fields };
    VariantsType { name: None, by: "kind".to_owned(), variants: all.into_iter().enumerate().map(variant).collect() }
}

/// A value of the declared type as JSON text, chosen by the numbers of `choice`.
fn of_type(ty: &Type, choice: &mut impl Iterator<Item = u32>, out: &mut String) {
    let mut next = || choice.next().unwrap_or(0);
    if ty.null && next().is_multiple_of(4) {
        return out.push_str("null");
    }
    let pick = |from: &[&str], at: u32| from[at as usize % from.len()].to_owned();
    match &ty.base {
        Base::Boolean => out.push_str(&pick(&["true", "false"], next())),
        Base::Integer(_) => out.push_str(&pick(&["0", "-0", "20", "2e1", "9007199254740993", "1.0", "-7"], next())),
        Base::Decimal(_) => out.push_str(&pick(&["1.10", "0", "1E40", "-0.5e-3", "42"], next())),
        Base::Text => {
            out.push_str(&pick(&[r#""""#, r#""a<b&c""#, r#""\u00e9\n""#, "\"é😀\"", r#""\ud83d\ude00""#], next()))
        }
        Base::Date => out.push_str(&pick(&[r#""2024-02-29""#, r#""0000-01-01""#], next())),
        Base::DateTime => {
            out.push_str(&pick(&[r#""9999-12-31T23:59:59Z""#, r#""2024-05-01t10:00:00.10-05:00""#], next()))
        }
        Base::Duration => out.push_str(&pick(&[r#""PT20M""#, r#""P1DT0.5S""#], next())),
        Base::Code { .. } => out.push_str(&pick(&[r#""active""#, r#""ret\"ired""#, r#""\u0061ctive""#], next())),
        Base::Either(_) => out.push_str(&pick(&[r#""x""#, "7", "7e0"], next())),
        Base::List(item) => {
            out.push('[');
            for index in 0..next() % 4 {
                out.push_str(if index > 0 { " , " } else { "" });
                of_type(item, choice, out);
            }
            out.push(']');
        }
        Base::Dictionary(item) => {
            out.push('{');
            for index in 0..next() % 4 {
                out.push_str(&format!("{}\"k{index}\": ", if index > 0 { "," } else { "" }));
                of_type(item, choice, out);
            }
            out.push('}');
        }
        Base::Record(record) => {
            out.push('{');
            let mut first = true;
            // now and then from the last to the first, so that the remembered order fails
            let reversed = next().is_multiple_of(2);
            let count = record.fields.len();
            for index in 0..count {
                let field = &record.fields[if reversed { count - 1 - index } else { index }];
                let how = choice.next().unwrap_or(0);
                if field.ty.missing && how.is_multiple_of(3) {
                    continue;
                }
                if !std::mem::replace(&mut first, false) {
                    out.push(',');
                }
                if how.is_multiple_of(5) {
                    out.push_str(r#""unknown":[{"x":1}],"#);
                }
                out.push_str(&format!("{:?} :\t", field.name));
                if field.ty.missing && how % 3 == 1 {
                    out.push_str("null");
                } else {
                    of_type(&field.ty, choice, out);
                }
            }
            out.push('}');
        }
        Base::Variants(all) => {
            let variant = &all.variants[next() as usize % all.variants.len()];
            // before, behind or between the other fields
            let place = next() as usize % (variant.fields.len() + 1);
            let code = serde_json::to_string(&variant.code).unwrap();
            let mut fields = vec![format!("\"kind\":{code}")];
            for field in &variant.fields {
                let mut value = String::new();
                of_type(&field.ty, choice, &mut value);
                fields.push(format!("{:?}:{value}", field.name));
            }
            fields.rotate_left(place);
            out.push_str(&format!("{{{}}}", fields.join(", ")));
        }
        Base::Any | Base::Null | Base::Time | Base::Never => out.push_str(r#"{"any":[1,"\u00e9"]}"#),
    }
}

fn plan_moving(ty: &Type, format: Value, name: &str) -> Plan {
    let mut mapping: Mapping =
        serde_json::from_value(mapping_of(&[], &[target(format, &[leaf(name, path(&["f"]))])])).unwrap();
    mapping.event.record.fields = vec![Field { name: "f".to_owned(), ty: ty.clone(), doc: None }];
    if let crate::model::Node::Leaf(leaf) = &mut mapping.targets[0].body.as_mut().unwrap().nodes[0] {
        leaf.ty = ty.clone();
    }
    Plan::new(&mapping).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn the_door_knows_json_as_serde_does(value in any_json(), cut in any::<u16>(), flip in any::<u8>(), insert in "[\\[\\]{}\",:\\\\0-9eE.+tn \u{1}-]") {
        let plan = json_plan(&[optional("never", json!("any"))], &[]);
        let text = serde_json::to_string(&value).unwrap();
        let pretty = serde_json::to_string_pretty(&value).unwrap();
        for text in [text, pretty] {
            agrees(&plan, text.as_bytes())?;
            let at = cut as usize % (text.len() + 1);
            agrees(&plan, &text.as_bytes()[..at])?;
            let mut mutated = text.clone().into_bytes();
            if at < mutated.len() {
                mutated[at] ^= flip;
                agrees(&plan, &mutated)?;
            }
            let mut mutated = text.into_bytes();
            mutated.splice(at..at, insert.bytes());
            agrees(&plan, &mutated)?;
        }
    }

    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
        let plan = json_plan(&[optional("a", json!("any")), optional("b", json!({ "list": { "base": "text" } }))], &[leaf("a", path(&["a"]))]);
        let _ = plan.transform(&bytes, &envelope(), &Environment::default());
    }

    #[test]
    fn every_event_of_the_declared_shape_moves_whole(ty in any_type(), choice in proptest::collection::vec(any::<u32>(), 60)) {
        let mut value = String::new();
        of_type(&ty, &mut choice.clone().into_iter(), &mut value);
        let event = format!("{{\"f\":{value}}}");
        let plan = plan_moving(&ty, json!("json"), "f");
        let made = body(&plan, &event);
        let parsed: Value = serde_json::from_str(&made).unwrap();
        let expected: Value = serde_json::from_str(&event).unwrap();
        let expected = as_declared(&ty, &expected["f"]);
        prop_assert_eq!(parsed.get("f").cloned(), expected, "{} of {}", made, event);
        prop_assert_eq!(body(&plan, &event), made, "the remembered order changes nothing");
    }

    #[test]
    fn every_scalar_of_the_declared_shape_is_xml(ty in any_element(), choice in proptest::collection::vec(any::<u32>(), 60)) {
        let mut value = String::new();
        of_type(&ty, &mut choice.clone().into_iter(), &mut value);
        let made = body(&plan_moving(&ty, json!({ "xml": { "root": { "local": "R" } } }), "F"), &format!("{{\"f\":{value}}}"));
        let mut reader = quick_xml::Reader::from_str(&made);
        reader.config_mut().check_end_names = true;
        let mut depth = 0;
        loop {
            match reader.read_event().unwrap() {
                quick_xml::events::Event::Start(_) => depth += 1,
                quick_xml::events::Event::End(_) => depth -= 1,
                quick_xml::events::Event::Eof => break,
                _ => {}
            }
        }
        prop_assert_eq!(depth, 0, "{}", made);
    }

    #[test]
    fn text_survives_xml(text in "[\\t\\n\\r -\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]{0,40}") {
        let attribute = json!({ "leaf": { "name": { "attribute": { "local": "a" } }, "value": path(&["t"]), "type": { "base": "text" }, "path": "@a" } });
        let here = json!({ "leaf": { "name": "here", "value": path(&["t"]), "type": { "base": "text" }, "path": "." } });
        let plan = xml_plan(&[field("t", json!("text"))], &[here, attribute]);
        let made = body(&plan, &json!({ "t": text }).to_string());
        let (attribute, content) = read_root(&made);
        prop_assert_eq!(attribute, text.clone(), "{}", &made);
        prop_assert_eq!(content, text, "{}", &made);
    }

    #[test]
    fn the_quiet_door_and_the_telling_one_agree(ty in any_type(), choice in proptest::collection::vec(any::<u32>(), 60), value in any_json()) {
        let plan = plan_moving(&ty, json!("json"), "f");
        let mut good = String::new();
        of_type(&ty, &mut choice.into_iter(), &mut good);
        let bad = value.to_string();
        // a field that comes twice counts as its last
        let overruled = format!("{{\"f\":{bad},\"f\":{good}}}");
        prop_assert!(plan.route(overruled.as_bytes(), &envelope()).is_ok(), "{}", overruled);
        if let Err(refusal) = plan.route(format!("{{\"f\":{good},\"f\":{bad}}}").as_bytes(), &envelope()) {
            prop_assert!(refusal.path.starts_with('f'), "{}", refusal);
            prop_assert!(refusal.reason != "not of the declared shape", "{}", refusal);
        }
    }
}

/// Both take the text as JSON, or neither does.
fn agrees(plan: &Plan, bytes: &[u8]) -> Result<(), TestCaseError> {
    let wrapped = [b"{\"x\":", bytes, b"}"].concat();
    let ours = plan.route(&wrapped, &envelope());
    let theirs = well_formed(&wrapped);
    prop_assert_eq!(ours.is_ok(), theirs, "{:?}: {:?}", String::from_utf8_lossy(&wrapped), ours);
    Ok(())
}

/// What serde_json says, but for lone surrogates, which RFC 8259 allows and serde_json's strings do not.
fn well_formed(bytes: &[u8]) -> bool {
    // it does not look at the bytes of strings that it ignores
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    match serde_json::from_str::<serde::de::IgnoredAny>(text) {
        Ok(_) => true,
        Err(error) => error.to_string().contains("surrogate"),
    }
}

/// The value as it leaves: declared fields only, nothing missing, integers plain.
fn as_declared(ty: &Type, value: &Value) -> Option<Value> {
    if value.is_null() {
        return (ty.null || matches!(ty.base, Base::Any) && !ty.missing).then(|| Value::Null);
    }
    Some(match &ty.base {
        Base::Record(record) => Value::Object(
            record
                .fields
                .iter()
                .filter_map(|field| Some((field.name.clone(), as_declared(&field.ty, value.get(&field.name)?)?)))
                .collect(),
        ),
        Base::Variants(all) => {
            let variant = all.variants.iter().find(|variant| value["kind"] == variant.code.as_str())?;
            let fields = variant
                .fields
                .iter()
                .filter_map(|field| Some((field.name.clone(), as_declared(&field.ty, value.get(&field.name)?)?)));
            Value::Object([("kind".to_owned(), value["kind"].clone())].into_iter().chain(fields).collect())
        }
        Base::List(item) => {
            Value::Array(value.as_array()?.iter().filter_map(|value| as_declared(item, value)).collect())
        }
        Base::Dictionary(item) => Value::Object(
            value
                .as_object()?
                .iter()
                .filter_map(|(key, value)| Some((key.clone(), as_declared(item, value)?)))
                .collect(),
        ),
        Base::Integer(_) | Base::Either(_) if value.is_number() => {
            let plain = crate::model::number::plain_integer(&value.to_string()).ok()?.into_owned();
            serde_json::from_str(&plain).ok()?
        }
        _ => value.clone(),
    })
}

/// The attribute `a` and the text of the root.
fn read_root(xml: &str) -> (String, String) {
    use quick_xml::events::Event;
    let (mut attribute, mut content) = (String::new(), String::new());
    let mut reader = quick_xml::Reader::from_str(xml);
    loop {
        match reader.read_event().unwrap() {
            Event::Start(start) | Event::Empty(start) => {
                let found = start.try_get_attribute("a").unwrap().unwrap();
                attribute = quick_xml::escape::unescape(&found.value).unwrap().into_owned();
            }
            Event::Text(text) => content.push_str(&text),
            Event::GeneralRef(reference) => {
                let name = &*reference;
                content.push_str(&quick_xml::escape::unescape(&format!("&{name};")).unwrap());
            }
            Event::Eof => return (attribute, content),
            _ => {}
        }
    }
}
