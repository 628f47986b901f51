//! Output held against what a page shows of it: `…` stands for any text in a line, alone in a line for any lines.

const ANY: &str = "…";

/// Whether all of the output is as shown.
pub fn is_as_shown(shown: &[String], output: &[String]) -> bool {
    matches(shown, output)
}

/// How many lines of the output, counted from its beginning, are as shown: as few as possible.
pub fn first_as_shown(shown: &[String], output: &[String]) -> Option<usize> {
    (0..=output.len()).find(|end| matches(shown, &output[..*end]))
}

fn matches(shown: &[String], output: &[String]) -> bool {
    match shown.split_first() {
        None => output.is_empty(),
        Some((line, rest)) if line.trim() == ANY => (0..=output.len()).any(|skip| matches(rest, &output[skip..])),
        Some((line, rest)) => {
            output.split_first().is_some_and(|(first, others)| line_matches(line, first) && matches(rest, others))
        }
    }
}

fn line_matches(shown: &str, line: &str) -> bool {
    match shown.split_once(ANY) {
        None => shown == line,
        Some((before, after)) => line.strip_prefix(before).is_some_and(|rest| {
            (0..=rest.len()).filter(|at| rest.is_char_boundary(*at)).any(|at| line_matches(after, &rest[at..]))
        }),
    }
}

#[test]
fn ellipses_stand_for_text_and_for_lines() {
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    for (shown, output, same) in [
        ("a\nb", "a\nb", true),
        ("a", "a\nb", false),
        ("a\nb", "a", false),
        ("a…", "a", true),
        ("a…c…", "abcd", true),
        ("a…d…", "abc", false),
        ("…\nb", "a\na\nb", true),
        ("…\nb", "b", true),
        ("…\nb", "b\nc", false),
        ("x\n…\ny\n…", "x\ny\ny", true),
        ("", "", true),
        ("", "a", false),
    ] {
        assert_eq!(is_as_shown(&lines(shown), &lines(output)), same, "{shown:?} {output:?}");
    }
    assert_eq!(first_as_shown(&lines("…\nb"), &lines("a\nb\nb")), Some(2));
    assert_eq!(first_as_shown(&lines("c"), &lines("a\nb")), None);
    assert_eq!(first_as_shown(&[], &lines("a")), Some(0));
}
