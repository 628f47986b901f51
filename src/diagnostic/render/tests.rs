use super::*;
use crate::diagnostic::Code;
use crate::text::{Sources, Span};
use serde_json::Value;

fn sources(text: &str) -> Sources {
    let mut sources = Sources::new();
    sources.add("maps/a,b.map", text.as_bytes()).unwrap();
    sources
}

fn span_of(text: &str, part: &str) -> Span {
    let start = text.find(part).unwrap();
    Span::new(0, start, start + part.len())
}

fn written(write: impl FnOnce(&mut Vec<u8>)) -> String {
    let mut out = Vec::new();
    write(&mut out);
    String::from_utf8(out).unwrap()
}

const TEXT: &str = "listen \"é\"\nevent {\n  lenght: integer\n}\n";

fn finding() -> Diagnostic {
    Diagnostic::new(Code::E0001, "this fits nothing: 100%", span_of(TEXT, "lenght"), "here")
        .also(span_of(TEXT, "event"), "in this block")
        .help("write\n  length: integer")
}

#[test]
fn json_has_every_place_from_one() {
    let sources = sources(TEXT);
    let text = written(|out| json::write(out, &sources, &[finding()]).unwrap());
    assert_eq!(text.matches('\n').count(), 1);
    let value: Value = serde_json::from_str(&text).unwrap();
    let expected: Value = serde_json::from_str(
        r#"{"code":"E0001","severity":"error","title":"a line or block that fits nothing","message":"this fits nothing: 100%",
        "file":"maps/a,b.map","span":{"start":22,"end":28},"start":{"line":3,"column":3},"end":{"line":3,"column":9},
        "labels":[{"primary":true,"file":"maps/a,b.map","span":{"start":22,"end":28},"start":{"line":3,"column":3},"end":{"line":3,"column":9},"text":"here"},
        {"primary":false,"file":"maps/a,b.map","span":{"start":12,"end":17},"start":{"line":2,"column":1},"end":{"line":2,"column":6},"text":"in this block"}],
        "help":"write\n  length: integer"}"#,
    )
    .unwrap();
    assert_eq!(value, expected);
}

#[test]
fn github_commands_escape_what_would_end_them() {
    let sources = sources(TEXT);
    let text = written(|out| github::write(out, &sources, &[finding()]).unwrap());
    assert_eq!(
        text,
        "::error file=maps/a%2Cb.map,line=3,endLine=3,col=3,endColumn=9,title=E0001 a line or block that fits nothing\
         ::this fits nothing: 100%25%0Ahelp: write%0A  length: integer\n"
    );
}

#[test]
fn sarif_is_one_log_with_the_rules_it_uses() {
    let sources = sources(TEXT);
    let mut log = sarif::Log::new();
    log.add(&sources, &[finding(), finding()]);
    let log: Value = serde_json::from_str(&written(|out| log.write(out).unwrap())).unwrap();
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    assert_eq!(run["tool"]["driver"]["rules"].as_array().unwrap().len(), 1);
    assert_eq!(run["results"].as_array().unwrap().len(), 2);
    let place = &run["results"][1]["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "maps/a%2Cb.map");
    assert_eq!(place["region"]["startLine"], 3);
    assert_eq!(place["region"]["endColumn"], 9);
    assert_eq!(run["results"][0]["relatedLocations"][0]["message"]["text"], "in this block");
}

#[test]
fn counts_read_as_a_sentence() {
    assert_eq!(Counts::default().to_string(), "no errors");
    assert_eq!(Counts { errors: 1, warnings: 2, notes: 0 }.to_string(), "1 error, 2 warnings");
}

#[test]
fn places_are_the_same_with_and_without_memory() {
    let text = "aé\nb\n\n  ccc ü ddd\n";
    let sources = sources(text);
    let mut places = Places::new(&sources);
    for start in 0..=text.len() {
        for end in start..=text.len() {
            let region = places.region(Span::new(0, start, end));
            let (line, column) = sources.file(0).line_column(start);
            assert_eq!((region.start.line, region.start.column), (line, column), "start {start}");
            let (line, column) = sources.file(0).line_column(end);
            assert_eq!((region.end.line, region.end.column), (line, column), "end {end} from {start}");
        }
    }
}

#[cfg(feature = "cli")]
mod drawn {
    use super::*;
    use crate::diagnostic::render::human::{self, Style};

    const PLAIN: Style = Style { width: 80, colour: false, unicode: true };

    fn drawn(text: &str, diagnostics: &[Diagnostic], style: Style) -> String {
        written(|out| human::write(out, &sources(text), diagnostics, style).unwrap())
    }

    #[test]
    fn labels_code_and_help_are_drawn() {
        let expected = "\
E0001

  × this fits nothing: 100%
   ╭─[maps/a,b.map:3:3]
 1 │ listen \"é\"
 2 │ event {
   · ──┬──
   ·   ╰── in this block
 3 │   lenght: integer
   ·   ───┬──
   ·      ╰── here
 4 │ }
   ╰────
  help: write
          length: integer

";
        assert_eq!(drawn(TEXT, &[finding()], PLAIN), expected);
    }

    #[test]
    fn ascii_has_no_other_character_and_colour_only_adds_escapes() {
        let text = TEXT.replace('é', "e");
        let ascii = drawn(&text, &[finding()], Style { unicode: false, ..PLAIN });
        assert!(ascii.is_ascii(), "{ascii}");
        let coloured = drawn(TEXT, &[finding()], Style { colour: true, ..PLAIN });
        assert!(coloured.contains("\u{1b}["), "{coloured}");
    }

    #[test]
    fn a_text_cannot_steer_the_terminal() {
        let text = "a \u{1b}[2J \u{202e} b\n";
        let found = Diagnostic::new(Code::E0001, "no \u{1b}[2J", span_of(text, "b"), "\u{7}");
        let drawn = drawn(text, &[found], PLAIN);
        assert!(!drawn.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{drawn:?}");
        assert!(drawn.contains("a ?[2J \u{fffd} b"), "{drawn}");
    }

    #[test]
    fn every_place_of_a_text_can_be_drawn() {
        let text = "é\r\n\n\tü b\n\n";
        for start in 0..=text.len() + 2 {
            for end in start..=text.len() + 2 {
                let span = Span::new(0, start, end);
                let drawn = drawn(
                    text,
                    &[Diagnostic::new(Code::E0001, "m", span, "here").also(Span::new(0, 0, 1), "x")],
                    PLAIN,
                );
                assert!(drawn.contains("╭─[maps/a,b.map:"), "{start}..{end}: {drawn}");
                assert!(drawn.contains("here"), "{start}..{end}: {drawn}");
            }
        }
    }

    #[test]
    fn ten_thousand_findings_are_cut_short_and_long_lines_shown_in_part() {
        let text = format!("{}\n", "word ".repeat(200_000));
        let found: Vec<Diagnostic> = (0..10_000)
            .map(|index| {
                Diagnostic::new(Code::E0001, "no", Span::new(0, index * 100, index * 100 + 4), "here")
                    .also(Span::new(0, 0, 4), "first")
            })
            .collect();
        let drawn = drawn(&text, &found, PLAIN);
        assert!(drawn.ends_with("and 9900 more in maps/a,b.map; `--format json` lists them all\n\n"));
        assert!(drawn.len() < 300_000, "{} bytes", drawn.len());
        assert!(drawn.contains("[maps/a,b.map:1:9901]"));
        let lines = written(|out| json::write(out, &sources(&text), &found).unwrap());
        assert_eq!(lines.lines().count(), 10_000);
        assert!(lines.lines().last().unwrap().contains(r#""start":{"line":1,"column":999901}"#));
    }
}
