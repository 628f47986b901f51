//! Schemas in the small: what is read, and content models against all short sequences.

use super::content::{self, Automaton, Found};
use super::model::{Complex, Content, Particle, Schema, Term, TypeId, Variety};
use super::xml::Name;
use super::*;
use proptest::prelude::*;
use std::collections::BTreeSet;

fn read_files(files: &[(&str, &str)]) -> Result<Schema, Vec<Diagnostic>> {
    let mut sources = Sources::new();
    sources.add("m.map", b"conforming").unwrap();
    let read = |path: &str| {
        let found = files.iter().find(|(name, _)| *name == path);
        found.map(|(_, text)| text.as_bytes().to_vec()).ok_or_else(|| format!("{path} does not exist"))
    };
    super::read(files[0].0, Span::new(0, 0, 10), &read, &mut sources)
}

fn schema(inside: &str) -> Schema {
    let text = format!("<xs:schema xmlns:xs=\"http://www.w3.org/2001/XMLSchema\">{inside}</xs:schema>");
    read_files(&[("s.xsd", &text)]).unwrap_or_else(|errors| panic!("{errors:#?}"))
}

fn told(inside: &str) -> String {
    let text = format!("<xs:schema xmlns:xs=\"http://www.w3.org/2001/XMLSchema\">{inside}</xs:schema>");
    let errors = read_files(&[("s.xsd", &text)]).unwrap_err();
    errors.iter().map(|error| format!("{} {}\n", error.code, error.message)).collect()
}

fn complex<'s>(schema: &'s Schema, element: &str) -> &'s Complex {
    let id = schema.global_elements[&Name::new("", element)];
    match schema.elements[id].ty {
        TypeId::Complex(id) => &schema.complex[id],
        other => panic!("{element} is {other:?}"),
    }
}

fn particle(complex: &Complex) -> &Particle {
    match &complex.content {
        Content::Elements { particle: Some(particle), .. } => particle,
        other => panic!("{other:?}"),
    }
}

/// Whether the children (one letter each) are what the element's type admits.
fn admits(schema: &Schema, element: &str, children: &str) -> bool {
    let automaton = Automaton::new(schema, Some(particle(complex(schema, element))), 10).unwrap();
    let mut places = automaton.start();
    for letter in children.chars() {
        places = automaton.step(&places, &Name::new("", &letter.to_string()));
    }
    automaton.accepts(&places)
}

#[test]
fn extension_comes_behind_its_base_and_groups_stand_where_they_are_used() {
    let schema = schema(
        r#"<xs:element name="r" type="D"/>
        <xs:complexType name="B"><xs:sequence><xs:element name="a" type="xs:string"/></xs:sequence>
          <xs:attribute name="x" type="xs:int" use="required"/><xs:attribute name="y"/></xs:complexType>
        <xs:complexType name="D"><xs:complexContent><xs:extension base="B">
          <xs:sequence><xs:group ref="G" minOccurs="0"/><xs:element name="d" maxOccurs="2"/></xs:sequence>
          <xs:attributeGroup ref="AG"/></xs:extension></xs:complexContent></xs:complexType>
        <xs:group name="G"><xs:choice><xs:element name="b"/><xs:element name="c"/></xs:choice></xs:group>
        <xs:attributeGroup name="AG"><xs:attribute name="z" type="xs:boolean"/></xs:attributeGroup>"#,
    );
    for (children, fits) in
        [("abd", true), ("acdd", true), ("ad", true), ("abcd", false), ("a", false), ("addd", false)]
    {
        assert_eq!(admits(&schema, "r", children), fits, "{children}");
    }
    let names: Vec<String> =
        complex(&schema, "r").attributes.iter().map(|used| used.declaration.name.to_string()).collect();
    assert_eq!(names, ["x", "y", "z"]);
    assert!(complex(&schema, "r").attributes[0].required);
}

#[test]
fn includes_may_go_in_circles_and_take_on_the_namespace() {
    let files = [
        (
            "s/main.xsd",
            r#"<schema xmlns="http://www.w3.org/2001/XMLSchema" xmlns:t="urn:t" targetNamespace="urn:t" elementFormDefault="qualified">
            <include schemaLocation="types.xsd"/><element name="r" type="t:R"/></schema>"#,
        ),
        (
            "s/types.xsd",
            r#"<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:o="urn:o"><xs:include schemaLocation="main.xsd"/>
            <xs:import namespace="urn:o" schemaLocation="../o.xsd"/>
            <xs:complexType name="R"><xs:sequence><xs:element name="a" type="S"/><xs:element ref="o:b"/></xs:sequence></xs:complexType>
            <xs:simpleType name="S"><xs:restriction base="xs:string"/></xs:simpleType></xs:schema>"#,
        ),
        (
            "o.xsd",
            r#"<schema xmlns="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:o"><element name="b" type="boolean"/></schema>"#,
        ),
    ];
    let schema = read_files(&files).unwrap_or_else(|errors| panic!("{errors:#?}"));
    let id = schema.global_elements[&Name::new("urn:t", "r")];
    let TypeId::Complex(ty) = schema.elements[id].ty else { panic!() };
    let found = content::elements(&schema, particle(&schema.complex[ty]));
    let names: Vec<&Name> = found.iter().map(|id| &schema.elements[*id].name).collect();
    // Its own document says nothing of a form, so the local element is in no namespace.
    assert_eq!(names, [&Name::new("", "a"), &Name::new("urn:o", "b")]);
    assert!(schema.global_types.contains_key(&Name::new("urn:t", "S")));
}

#[test]
fn facets_add_up_and_unions_and_lists_keep_their_members() {
    let schema = schema(
        r#"<xs:simpleType name="A"><xs:restriction base="xs:token"><xs:maxLength value="9"/></xs:restriction></xs:simpleType>
        <xs:simpleType name="B"><xs:restriction base="A"><xs:enumeration value="x"/><xs:enumeration value="y"/></xs:restriction></xs:simpleType>
        <xs:simpleType name="U"><xs:union memberTypes="xs:int B"><xs:simpleType><xs:restriction base="xs:date"/></xs:simpleType></xs:union></xs:simpleType>
        <xs:simpleType name="L"><xs:list itemType="B"/></xs:simpleType>"#,
    );
    let simple = |name: &str| match schema.global_types[&Name::new("", name)] {
        TypeId::Simple(id) => &schema.simple[id],
        other => panic!("{other:?}"),
    };
    assert_eq!(simple("B").facets.len(), 2);
    assert!(matches!(&simple("U").variety, Variety::Union(members) if members.len() == 3));
    assert!(matches!(&simple("L").variety, Variety::List(_)));
}

#[test]
fn what_is_wrong_with_a_schema_is_told() {
    for (inside, expected) in [
        (r#"<xs:element name="r" type="xs:strin"/>"#, "E1052 the schema declares no type `strin`"),
        (r#"<xs:element name="r" type="v:T"/>"#, "E1052 the prefix `v`"),
        (r#"<xs:redefine schemaLocation="x.xsd"/>"#, "E1051 `redefine`"),
        (r#"<xs:include schemaLocation="gone.xsd"/>"#, "E1050 a schema cannot be read: gone.xsd"),
        (r#"<xs:include schemaLocation="https://x/y.xsd"/>"#, "E1050 a schema is not fetched"),
        (
            r#"<xs:group name="G"><xs:sequence><xs:group ref="G"/></xs:sequence></xs:group><xs:complexType name="T"><xs:group ref="G"/></xs:complexType>"#,
            "E1051 the group `G` holds itself",
        ),
        (
            r#"<xs:complexType name="T"><xs:complexContent><xs:extension base="T"/></xs:complexContent></xs:complexType>"#,
            "E1051 the type `T` is derived from itself",
        ),
        (
            r#"<xs:simpleType name="S"><xs:restriction base="S"/></xs:simpleType>"#,
            "E1051 the type `S` is made of itself",
        ),
        (
            r#"<xs:simpleType name="S"><xs:restriction base="xs:string"><xs:maxLength value="x"/></xs:restriction></xs:simpleType>"#,
            "E1051 `x` is no value",
        ),
        (
            r#"<xs:complexType name="T"><xs:sequence minOccurs="2" maxOccurs="1"/></xs:complexType>"#,
            "E1051 this comes at least 2",
        ),
        ("<xs:element", "E1050 s.xsd: it is no well-formed XML"),
    ] {
        let told = told(inside);
        assert!(told.contains(expected), "{inside}\n{told}");
    }
    let document = read_files(&[("s.xsd", "<!DOCTYPE x [<!ENTITY a \"b\">]><x/>")]).unwrap_err();
    assert!(document[0].message.contains("DTD"), "{document:?}");
    let deep = format!("{}{}", "<a>".repeat(1000), "</a>".repeat(1000));
    assert!(read_files(&[("s.xsd", &deep)]).unwrap_err()[0].message.contains("nests more than 200"));
    assert!(read_files(&[("s.xsd", "<a/>")]).unwrap_err()[0].message.contains("no XML Schema"));
}

/// A content model over `a`, `b` and `c`, and the same as a function from length to all sequences.
fn models() -> impl Strategy<Value = Particle> {
    let counts = prop_oneof![
        Just((1, Some(1))),
        Just((0, Some(1))),
        Just((0, None)),
        Just((1, None)),
        Just((2, Some(3))),
        Just((0, Some(2))),
    ];
    let leaf = (0usize..3, counts.clone()).prop_map(|(letter, (min, max))| Particle {
        min,
        max,
        term: Term::Element(letter),
        span: Span::default(),
    });
    leaf.prop_recursive(3, 12, 3, move |inner| {
        (any::<bool>(), proptest::collection::vec(inner, 1..4), counts.clone()).prop_map(
            |(choice, parts, (min, max))| {
                let term = if choice { Term::Choice(parts) } else { Term::Sequence(parts) };
                Particle { min, max, term, span: Span::default() }
            },
        )
    })
}

/// All sequences of at most `longest` letters that a model admits, by its definition.
fn language(particle: &Particle, longest: usize) -> BTreeSet<String> {
    let once: BTreeSet<String> = match &particle.term {
        Term::Element(letter) => BTreeSet::from(["abc"[*letter..=*letter].to_owned()]),
        Term::Choice(parts) => parts.iter().flat_map(|part| language(part, longest)).collect(),
        Term::Sequence(parts) => parts
            .iter()
            .fold(BTreeSet::from([String::new()]), |all, part| joined(&all, &language(part, longest), longest)),
        other => panic!("{other:?}"),
    };
    let most = particle.max.unwrap_or(longest as u64 + particle.min);
    let mut all = BTreeSet::new();
    let mut repeated = BTreeSet::from([String::new()]);
    for count in 0..=most {
        if count >= particle.min {
            all.extend(repeated.iter().cloned());
        }
        repeated = joined(&repeated, &once, longest);
    }
    all
}

fn joined(heads: &BTreeSet<String>, tails: &BTreeSet<String>, longest: usize) -> BTreeSet<String> {
    let pairs = heads.iter().flat_map(|head| tails.iter().map(move |tail| format!("{head}{tail}")));
    pairs.filter(|text| text.len() <= longest).collect()
}

fn three_letters() -> Schema {
    let mut schema = schema(r#"<xs:element name="a"/><xs:element name="b"/><xs:element name="c"/>"#);
    schema.elements.sort_by(|x, y| x.name.cmp(&y.name));
    schema
}

fn sequences(longest: usize) -> Vec<String> {
    let mut all = vec![String::new()];
    let mut next = 0;
    while next < all.len() {
        if all[next].len() < longest {
            all.extend(["a", "b", "c"].map(|letter| format!("{}{letter}", all[next])));
        }
        next += 1;
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    /// The automaton admits exactly what the content model's definition does; a cap above the length changes nothing.
    #[test]
    fn automata_admit_what_their_model_does(model in models()) {
        let schema = three_letters();
        let wanted = language(&model, 4);
        let automaton = Automaton::new(&schema, Some(&model), 5).unwrap();
        for sequence in sequences(4) {
            let mut places = automaton.start();
            for letter in sequence.chars() {
                places = automaton.step(&places, &Name::new("", &letter.to_string()));
            }
            prop_assert_eq!(automaton.accepts(&places), wanted.contains(&sequence), "{:?} of {:?}", sequence, model);
        }
    }

    /// What is said to lead to the end does.
    #[test]
    fn the_shortest_way_leads_to_the_end(model in models(), begin in "[abc]{0,2}") {
        let schema = three_letters();
        let automaton = Automaton::new(&schema, Some(&model), 9).unwrap();
        let mut places = automaton.start();
        for letter in begin.chars() {
            places = automaton.step(&places, &Name::new("", &letter.to_string()));
        }
        if let Some(names) = automaton.to_the_end(&places) {
            for name in names {
                places = automaton.step(&places, &name);
            }
            prop_assert!(automaton.accepts(&places));
        }
    }
}

#[test]
fn huge_counts_are_capped_and_huge_models_refused() {
    let schema = schema(
        r#"<xs:element name="r"><xs:complexType><xs:sequence><xs:element name="a" minOccurs="3" maxOccurs="4000000000"/>
        </xs:sequence></xs:complexType></xs:element>"#,
    );
    let particle = particle(complex(&schema, "r"));
    assert!(Automaton::new(&schema, Some(particle), 10).is_ok());
    assert!(Automaton::new(&schema, Some(particle), u64::MAX).is_err());
    assert!(matches!(content::find(&schema, particle, &Name::new("", "a")), Some(Found::Element(_))));
}

#[test]
fn types_that_grow_by_inheritance_or_groups_meet_a_limit() {
    let types: String = (1..100)
        .map(|n| {
            let inside = "<xs:element name=\"a\" type=\"xs:int\"/>".repeat(100);
            format!(
                "<xs:complexType name=\"T{n}\"><xs:complexContent><xs:extension base=\"T{}\"><xs:sequence>{inside}\
                 </xs:sequence></xs:extension></xs:complexContent></xs:complexType>",
                n - 1
            )
        })
        .collect();
    let told_of = told(&format!("<xs:complexType name=\"T0\"/>{types}"));
    assert!(told_of.contains("over 200000 parts"), "{told_of}");
    let groups: String = (1..40)
        .map(|n| {
            let twice = format!("<xs:group ref=\"G{}\"/>", n - 1).repeat(2);
            format!("<xs:group name=\"G{n}\"><xs:sequence>{twice}</xs:sequence></xs:group>")
        })
        .collect();
    let told_of = told(&format!(
        "<xs:group name=\"G0\"><xs:sequence><xs:element name=\"a\"/></xs:sequence></xs:group>{groups}\
         <xs:complexType name=\"T\"><xs:group ref=\"G39\"/></xs:complexType>"
    ));
    assert!(told_of.contains("over 200000 parts"), "{told_of}");
}

const WHOLE: &str = include_str!("../../../tests/golden/diagnostics/schemas/slots.xsd");

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]

    /// Bytes cut, doubled or exchanged: a schema or a reason, never a panic.
    #[test]
    fn a_damaged_schema_is_read_or_refused(at in 0..WHOLE.len(), length in 0usize..40, put in "[<>/\"a-z:#&; ]{0,6}") {
        let mut text = WHOLE.to_owned();
        let end = (at + length).min(text.len());
        if text.is_char_boundary(at) && text.is_char_boundary(end) {
            text.replace_range(at..end, &put);
        }
        let types = include_str!("../../../tests/golden/diagnostics/schemas/types.xsd");
        if let Err(errors) = read_files(&[("slots.xsd", &text), ("types.xsd", types)]) {
            prop_assert!(!errors.is_empty());
        }
    }
}
