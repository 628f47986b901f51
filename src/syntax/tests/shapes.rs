//! Precedence, binding and the shapes of what is written.

use super::*;

#[test]
fn operators_bind_as_the_page_says() {
    for (text, expected) in [
        ("role | Role !! \"O\"", "((role | Role) !! \"O\")"),
        ("count ?? 0 > 5", "((count ?? 0) Greater 5)"),
        ("a + b * c - d", "((a Add (b Multiply c)) Subtract d)"),
        ("a - b - c / d / e", "((a Subtract b) Subtract ((c Divide d) Divide e))"),
        ("-a in minutes * 2", "((-(a in minutes)) Multiply 2)"),
        ("a + b in kg", "(a Add (b in kg))"),
        ("not a == b and c or d", "(((not (a Equal b)) And c) Or d)"),
        ("not a and not b", "((not a) And (not b))"),
        ("a or b and c", "(a Or (b And c))"),
        ("a + b | text ?? \"x\" == \"y\"", "((((a Add b) | text) ?? \"x\") Equal \"y\")"),
        ("a ?? b !! c", "((a ?? b) !! c)"),
        ("x in [\"a\", \"b\"] and n in 1..5", "((x oneof list[\"a\", \"b\"]) And (n between 1..5))"),
        ("a + 1 in -5..5", "((a Add 1) between (-5)..5)"),
        ("t in 36 'Cel'..38.5 'Cel'", "(t between <36 Cel>..<38.5 Cel>)"),
        ("d in 5 minutes..10 minutes", "(d between <5 minutes>..<10 minutes>)"),
        ("n in 1..top.most", "(n between 1..top.most)"),
        ("role | Role in [\"P\"]", "((role | Role) oneof list[\"P\"])"),
        ("not x in [1]", "(not (x oneof list[1]))"),
        ("w in kg in g", "((w in kg) in g)"),
        ("glucose in 'mmol/L' by 180.156 'g/mol'", "(glucose in mmol/L by <180.156 g/mol>)"),
        ("round(w in kg, 1)", "round((w in kg), 1)"),
        ("- - a", "(-(-a))"),
        ("1 + if a then b else c + d", "(1 Add (if a then b else (c Add d)))"),
        ("if a then 1 else if b then 2 else 3", "(if a then 1 else (if b then 2 else 3))"),
        ("20 minutes in seconds", "(<20 minutes> in seconds)"),
        ("w in kg/2", "((w in kg) Divide 2)"),
    ] {
        assert_eq!(source(text), expected, "{text}");
    }
}

#[test]
fn operands_have_their_shapes() {
    for (text, expected) in [
        ("patient.name.family", "patient.name.family"),
        ("names[0].x[\"a\"]", "names[0].x[\"a\"]"),
        ("names | join(\", \")", "(names | join(\", \"))"),
        ("(clinic, site) | Clinic.ien", "(tuple(clinic, site) | Clinic.ien)"),
        ("a | trim | upper | pad_left(8, \"0\")", "(((a | trim) | upper) | pad_left(8, \"0\"))"),
        ("x | inverse(Role)", "(x | inverse(Role))"),
        ("replace(s, /[^0-9/]\\/+/, \"\")", "replace(s, /[^0-9/]/+/, \"\")"),
        ("a / b / c", "((a Divide b) Divide c)"),
        ("{ system: \"urn:x\", value: id }", "{system: \"urn:x\", value: id}"),
        ("{ in: 1, `a b`: 2\n c: 3 }", "{in: 1, a b: 2, c: 3}"),
        ("[a, b,]", "list[a, b]"),
        ("[]", "list[]"),
        ("[p.name each p in people where p.active by p.rank]", "[p.name each p in people where p.active by p.rank]"),
        ("[p.w in kg each p in people by p.rank]", "[(p.w in kg) each p in people by p.rank]"),
        ("first(p.id each p in people where p.active)", "first([p.id each p in people where p.active])"),
        (
            "match status { \"active\" -> \"A\", \"retired\" -> \"I\" }",
            "match status {\"active\" -> \"A\"; \"retired\" -> \"I\"}",
        ),
        (
            "match n { 1, 2 -> \"low\"\n -1 | 3 -> reject \"why {n}\"\n _ -> skip }",
            "match n {1 | 2 -> \"low\"; (-1) | 3 -> reject \"why ⟨n⟩\"; _ -> SKIP}",
        ),
        ("date(dob, \"MM/dd/yyyy\") !! reject \"bad {dob}\"", "(date(dob, \"MM/dd/yyyy\") !! reject \"bad ⟨dob⟩\")"),
        ("a ?? skip", "(a ?? SKIP)"),
        ("a !! missing ?? null", "((a !! MISSING) ?? null)"),
        ("a ?? `skip`", "(a ?? skip)"),
        ("if a then skip else missing", "(if a then SKIP else MISSING)"),
        ("skip", "skip"),
        ("missing + 1", "(missing Add 1)"),
        ("time", "time"),
        ("date(x) == time", "(date(x) Equal time)"),
        ("`first-name`.`2nd line`.in.when", "first-name.2nd line.in.when"),
        ("größe + 名前", "(größe Add 名前)"),
        ("true and false or null == x", "((true And false) Or (null Equal x))"),
        ("5 minutes + 36.6 'Cel'", "(<5 minutes> Add <36.6 Cel>)"),
        ("1.50e3", "1.50e3"),
        ("?", "HOLE"),
        ("\"{family}, {given ?? \"x{y}\"}\"", "\"⟨family⟩, ⟨(given ?? \\\"x⟨y⟩\\\")⟩\""),
        ("\"\\{a} \\u00e9\\ud83d\\ude00\\n\"", "\"{a} é😀\\n\""),
        ("f(\n  a, // one\n  b\n  | trim\n)", "f(a, (b | trim))"),
        ("(a\n  - b)", "group((a Subtract b))"),
        ("f()", "f()"),
    ] {
        assert_eq!(source(text), expected, "{text}");
    }
}

#[test]
fn a_line_goes_on_where_the_next_begins_with_an_operator() {
    let rules = lines("a\n  | trim // first\n  // then\n  ?? \"x\"\n  -> b?\nc -> d\n- e -> f\nnot g -> h");
    assert_eq!(rules.len(), 4);
    let LineKind::Rule(first) = &rules[0].kind else { panic!() };
    assert_eq!(shape(&first.source), "((a | trim) ?? \"x\")");
    let LineKind::Rule(third) = &rules[2].kind else { panic!() };
    assert_eq!(shape(&third.source), "(-e)");
    let choice = lines("if present(note)\n  then upper(note)\n  else \"\" -> remarks");
    assert_eq!(choice.len(), 1);
}

#[test]
fn words_are_keywords_only_where_they_mean_something() {
    let rules = lines(
        "key -> x\nwhen -> y\nmap -> a\neach -> b\nmatch -> c\nif -> d\nin -> e\nnot -> f\nline -> g\nreject -> h\naction -> i\n\
         header -> j\nlet -> k\nnamespace -> l\ntype -> m\ntest -> n\nevent -> o\n`in` + 1 -> p\nmap.type -> q\nfrom | trim -> r",
    );
    assert_eq!(rules.len(), 20);
    for line in &rules {
        assert!(matches!(line.kind, LineKind::Rule(_)), "{line:?}");
    }
}

/// What stands right of the arrow, as written out by its parts.
fn target(text: &str) -> String {
    let LineKind::Rule(rule) = lines(&format!("a -> {text}")).remove(0).kind else { panic!("{text}") };
    let to = rule.target;
    let qname = |name: &QName| {
        format!("{}{}", name.prefix.as_ref().map(|p| format!("{}:", p.text)).unwrap_or_default(), name.local.text)
    };
    let steps: Vec<String> = to
        .steps
        .iter()
        .map(|step| match step {
            Step::Name(name) => qname(name),
            Step::Attribute(name) => format!("@{}", qname(name)),
            Step::Here(_) => "HERE".into(),
        })
        .collect();
    let mut said = steps.join("/");
    said += if to.list.is_some() { " list" } else { "" };
    said += if to.optional.is_some() { " optional" } else { "" };
    said.extend(to.unit.map(|unit| format!(" in {}", unit.text)));
    said.extend(to.form.map(|form| match form {
        Form::Named(name) => format!(" as {}", name.text),
        Form::Pattern(text) => format!(" as {:?}", text.value),
        Form::Pair(yes, no) => format!(" as {:?}/{:?}", yes.value, no.value),
    }));
    said.extend(to.zone.map(|zone| format!(" zone {}", zone.value)));
    said.extend(rule.when.map(|when| format!(" when {}", shape(&when))));
    said.extend(rule.block.map(|block| format!(" block {}", block.lines.len())));
    said
}

#[test]
fn targets_have_their_shapes() {
    for (text, expected) in [
        ("slotLen in seconds", "slotLen in seconds"),
        ("remarks?", "remarks optional"),
        ("v:Length.@unit", "v:Length/@unit"),
        ("v:A.w:B.@x:c", "v:A/w:B/@x:c"),
        (".", "HERE"),
        (".?", "HERE optional"),
        ("attendees[]? { x -> y }", "attendees list optional block 1"),
        ("Flag as \"Y\" / \"N\"", "Flag as \"Y\"/\"N\""),
        (
            "d? in kg as text in zone \"America/New_York\" when a > 5 and b",
            "d optional in kg as text zone America/New_York when ((a Greater 5) And b)",
        ),
        ("d as \"MM/dd/yyyy\"", "d as \"MM/dd/yyyy\""),
        ("Provider { a -> b, c -> d }", "Provider block 2"),
        ("x? when n in 1..5 { a -> b }", "x optional when (n between 1..5) block 1"),
        ("`first-name`.when", "first-name/when"),
    ] {
        assert_eq!(target(text), expected, "{text}");
    }
}

#[test]
fn lines_have_their_kinds() {
    let of = lines(
        "namespace \"a\"\nnamespace v \"b\"\nlet n = a + 1\neach p in ps where p.ok by p.rank -> A.B { p.id -> @id }\neach r in rows { line \"{r.a:>8}\" !! reject \"x\" }\n\
         when a == 1 { b -> c } else when d { e -> f } else { g -> h }\nmatch c.kind { \"phone\" { a -> b } \"email\", \"fax\" { c -> d }\n _ { e -> f } }\n\
         ...Contact(contact, 1)\nreject \"why {a}\" when a < 0\naction \"urn:x\"\nheader { a -> b }",
    );
    let said: Vec<String> = of
        .iter()
        .map(|line| match &line.kind {
            LineKind::Namespace { prefix, uri } => {
                format!("namespace {:?} {}", prefix.as_ref().map(|p| &p.text), uri.value)
            }
            LineKind::Let(let_) => format!("let {} = {}", let_.name.text, shape(&let_.value)),
            LineKind::Each { each, target, block, .. } => format!(
                "each {} in {} where {} by {} -> {} ({})",
                each.binder.text,
                shape(&each.list),
                each.filter.as_ref().map(shape).unwrap_or_default(),
                each.sort.as_ref().map(shape).unwrap_or_default(),
                target.steps.len(),
                block.lines.len()
            ),
            LineKind::EachLines { each, block } => format!("lines {} {}", each.binder.text, block.lines.len()),
            LineKind::When { condition, otherwise, .. } => {
                let Some(Otherwise::When(second)) = otherwise else { panic!() };
                let LineKind::When { condition: inner, otherwise: Some(Otherwise::Block(last)), .. } = &second.kind
                else {
                    panic!()
                };
                format!("when {} else when {} else {}", shape(condition), shape(inner), last.lines.len())
            }
            LineKind::Match { subject, arms, .. } => {
                let arms: Vec<String> = arms.iter().map(|arm| pattern(&arm.pattern)).collect();
                format!("match {} {}", shape(subject), arms.join("; "))
            }
            LineKind::Spread { name, arguments } => format!("...{} {}", name.text, arguments.len()),
            LineKind::Reject { reason, when } => {
                format!("{} when {}", shape(reason), when.as_ref().map(shape).unwrap_or_default())
            }
            LineKind::Action(text) => format!("action {}", shape(text)),
            LineKind::Header(block) => format!("header {}", block.lines.len()),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(
        said,
        [
            "namespace None a",
            "namespace Some(\"v\") b",
            "let n = (a Add 1)",
            "each p in ps where p.ok by p.rank -> 2 (1)",
            "lines r 1",
            "when (a Equal 1) else when d else 1",
            "match c.kind \"phone\"; \"email\" | \"fax\"; _",
            "...Contact 2",
            "\"why ⟨a⟩\" when (a Less 0)",
            "action \"urn:x\"",
            "header 1",
        ]
    );
}

#[test]
fn rows_take_as_many_values_as_the_table_has_columns() {
    let rows = |text: &str| match tree(text).items.remove(0) {
        Item::Table(table) => table
            .rows
            .iter()
            .map(|row| {
                format!("{} -> {}", pattern(&row.pattern), row.values.iter().map(shape).collect::<Vec<_>>().join(" & "))
            })
            .collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };
    assert_eq!(
        rows("table R { \"a\" -> \"x\", \"b\" -> \"y\", \"c\", \"d\" -> \"z\" }"),
        ["\"a\" -> \"x\"", "\"b\" -> \"y\"", "\"c\" | \"d\" -> \"z\""]
    );
    assert_eq!(
        rows("table R {\n \"a\" | \"b\" | \"c\" -> \"x\",\n -1 -> \"n\"\n _ -> skip }"),
        ["\"a\" | \"b\" | \"c\" -> \"x\"", "(-1) -> \"n\"", "_ -> SKIP"]
    );
    assert_eq!(
        rows("table R (a, b -> c, d) {\n (\"a\", 1) -> \"x\", \"y\"\n (\"b\", _) -> \"z\", reject \"no {it}\" }"),
        ["(\"a\", 1) -> \"x\" & \"y\"", "(\"b\", _) -> \"z\" & reject \"no ⟨it⟩\""]
    );
}

#[test]
fn text_over_lines_is_as_written_without_its_first_line_end() {
    assert_eq!(source("\"\"\"\n  a\n    {b}\n  \"\"\""), "\"  a\\n    ⟨b⟩\\n  \"");
    assert_eq!(source("\"\"\"\r\na\r\nb\"\"\""), "\"a\\nb\"");
}

#[test]
fn documentation_belongs_to_what_follows_and_comments_are_kept() {
    let tree = tree(
        "/// The mapping.\n/// More.\nlisten \"x\" // why\n\nevent {\n  /// A field.\n  a: integer /// no field's\n  b: string\n}\n//// no documentation\nmap { /// A rule.\n a -> b }",
    );
    let Item::Listen(listen) = &tree.items[0] else { panic!() };
    assert_eq!(listen.doc.as_deref(), Some("The mapping.\nMore."));
    let Item::Event(event) = &tree.items[1] else { panic!() };
    assert_eq!(event.fields[0].doc.as_deref(), Some("A field."));
    assert_eq!(event.fields[1].doc, None);
    let Item::Map(map) = &tree.items[2] else { panic!() };
    assert_eq!((map.doc.as_deref(), map.body.lines[0].doc.as_deref()), (None, Some("A rule.")));
    let comments: Vec<&str> = tree.comments.iter().map(|comment| comment.text.as_str()).collect();
    assert_eq!(
        comments,
        [
            "/// The mapping.",
            "/// More.",
            "// why",
            "/// A field.",
            "/// no field's",
            "//// no documentation",
            "/// A rule."
        ]
    );
}

#[test]
fn spans_cover_what_is_written_and_nothing_behind_it() {
    let text = "map vista as xml p:Root {\n  a . b\n  c.d  | trim   -> e.f?  in kg  when g  // why\n}\n";
    let file = SourceFile::new("test.map", text);
    let (tree, _) = read(text);
    let Item::Map(map) = &tree.items[0] else { panic!() };
    assert!(file.slice(map.span).ends_with('}'));
    assert_eq!(file.slice(map.body.open), "{");
    let LineKind::Rule(rule) = &map.body.lines.last().unwrap().kind else { panic!() };
    assert_eq!(file.slice(rule.source.span), "c.d  | trim");
    assert_eq!(file.slice(rule.arrow), "->");
    assert_eq!(file.slice(rule.target.span), "e.f");
    assert_eq!(file.slice(map.body.lines.last().unwrap().span), "c.d  | trim   -> e.f?  in kg  when g");
}
