//! A page of Markdown as far as its tests read it: fenced blocks, headings and links.

/// A fenced block. What stands behind the fence's opening says what it is: `LANGUAGE WORD … KEY=VALUE …`.
#[derive(Debug)]
pub struct Block {
    /// Of the first line inside, from 1.
    pub line: usize,
    pub language: String,
    pub words: Vec<String>,
    attributes: Vec<(String, String)>,
    pub text: String,
}

impl Block {
    fn new(info: &str, line: usize) -> Block {
        let mut parts = info.split_whitespace();
        let language = parts.next().unwrap_or_default().to_owned();
        let (attributes, words): (Vec<&str>, Vec<&str>) = parts.partition(|part| part.contains('='));
        Block {
            line,
            language,
            words: words.into_iter().map(str::to_owned).collect(),
            attributes: attributes
                .into_iter()
                .filter_map(|part| part.split_once('='))
                .map(|(key, value)| (key.to_owned(), value.to_owned()))
                .collect(),
            text: String::new(),
        }
    }

    pub fn attribute(&self, wanted: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == wanted).map(|(_, value)| value.as_str())
    }

    /// Words and attributes that nothing reads are mistakes of the page.
    pub fn unknown(&self, words: &[&str], attributes: &[&str]) -> Option<&str> {
        let word = self.words.iter().find(|word| !words.contains(&word.as_str()));
        let attribute = self.attributes.iter().map(|(key, _)| key).find(|key| !attributes.contains(&key.as_str()));
        word.or(attribute).map(String::as_str)
    }
}

#[derive(Debug, Default)]
pub struct Page {
    pub blocks: Vec<Block>,
    /// As GitHub makes anchors of headings.
    pub anchors: Vec<String>,
    /// `](TARGET)` with its line.
    pub links: Vec<(usize, String)>,
    /// The line of a fence that nothing closes.
    pub open: Option<usize>,
}

pub fn read(text: &str) -> Page {
    let mut page = Page::default();
    let mut inside: Option<(usize, &str, Block)> = None;
    for (number, line) in (1..).zip(text.lines()) {
        let trimmed = line.trim_start();
        let fence = &trimmed[..trimmed.len() - trimmed.trim_start_matches('`').len()];
        if let Some((indent, opened, block)) = &mut inside {
            if fence.len() >= opened.len() && trimmed.trim_end() == fence {
                page.blocks.extend(inside.take().map(|(_, _, block)| block));
            } else {
                block.text.push_str(line.get(*indent..).unwrap_or_else(|| line.trim_start()));
                block.text.push('\n');
            }
        } else if fence.len() >= 3 {
            let block = Block::new(&trimmed[fence.len()..], number + 1);
            inside = Some((line.len() - trimmed.len(), fence, block));
        } else {
            let title = line.trim_start_matches('#');
            if title.len() < line.len() && title.starts_with(' ') {
                page.anchors.push(anchor(title));
            }
            page.links.extend(links(line).map(|link| (number, link.to_owned())));
        }
    }
    page.open = inside.map(|(_, _, block)| block.line - 1);
    page
}

fn anchor(title: &str) -> String {
    let kept = title.trim().to_lowercase();
    kept.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c)).map(|c| if c == ' ' { '-' } else { c }).collect()
}

fn links(line: &str) -> impl Iterator<Item = &str> {
    line.split("](").skip(1).filter_map(|after| after.split_once(')')).map(|(target, _)| target)
}

#[test]
fn blocks_headings_and_links_are_found() {
    let text = "# A `b`, and C\nsee [x](a.md#y) and [z](#a-b-and-c)\n\n  ```console exit=1 loud\n  $ x\n\n    y\n  ```\n````md\n```\n````\n";
    let page = read(text);
    assert_eq!(page.anchors, ["a-b-and-c"]);
    assert_eq!(page.links, [(2, "a.md#y".to_owned()), (2, "#a-b-and-c".to_owned())]);
    let [console, outer] = page.blocks.as_slice() else { panic!("{page:?}") };
    assert_eq!((console.line, console.text.as_str()), (5, "$ x\n\n  y\n"));
    assert_eq!((console.attribute("exit"), console.unknown(&[], &["exit"])), (Some("1"), Some("loud")));
    assert_eq!(outer.text, "```\n");
    assert_eq!(read("```\nx").open, Some(1));
}
