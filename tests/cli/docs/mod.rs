//! Every page of the documentation: its code blocks do what they say, and its links lead somewhere. `docs/README.md`
//! tells writers how blocks are marked.

mod console;
mod generated;
mod mapping;
mod output;
mod page;
mod ports;

use crate::program::Program;
use console::Terminals;
use page::Block;
use ports::Ports;
use std::path::{Path, PathBuf};

/// What only a reader can run or judge.
const SHOWN: [&str; 6] = ["text", "sh", "rust", "toml", "yaml", "xml"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn pages() -> Vec<PathBuf> {
    let mut pages = vec![root().join("README.md")];
    let mut folders = vec![root().join("docs"), root().join("mappings")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                pages.push(path);
            }
        }
    }
    pages.sort();
    pages
}

#[test]
fn every_code_block_of_every_page_does_what_it_says() {
    let pages = pages();
    assert!(pages.len() > 3, "{pages:?}");
    let wrong: Vec<String> = std::thread::scope(|scope| {
        let playing: Vec<_> = pages.iter().map(|path| (path, scope.spawn(|| play(path)))).collect();
        let name = |path: &Path| path.strip_prefix(root()).unwrap_or(path).display().to_string();
        playing
            .into_iter()
            .flat_map(|(path, page)| page.join().unwrap().into_iter().map(move |(line, why)| (path, line, why)))
            .map(|(path, line, why)| format!("{}:{line}: {why}", name(path)))
            .collect()
    });
    assert!(wrong.is_empty(), "\n\n{}\n", wrong.join("\n\n"));
}

/// Goes through a page as its reader does; what is wrong, with its line.
fn play(path: &Path) -> Vec<(usize, String)> {
    let text = std::fs::read_to_string(path).unwrap();
    let page = page::read(&text);
    let program = Program::new();
    let ports = Ports::of(&text);
    let mut terminals = Terminals::new(&program, &ports);
    let mut wrong: Vec<(usize, String)> =
        page.open.map(|line| (line, "nothing closes this block".to_owned())).into_iter().collect();
    for block in &page.blocks {
        if let Some(title) = block.attribute("title") {
            program.write(title, ports.to_free(&block.text));
        }
        let held = match block.language.as_str() {
            "hms-sync" => mapping::hold(block, &block.text, program.path("")).map_err(|why| (block.line, why)),
            "console" => terminals.play(block),
            "json" => is_json(&block.text).map_err(|why| (block.line, why)),
            shown if SHOWN.contains(&shown) => Ok(()),
            other => Err((block.line, format!("`{other}` marks no block that these tests know (docs/README.md)"))),
        };
        wrong.extend(held.err());
        wrong.extend(unknown(block).map(|word| (block.line, format!("`{word}` means nothing on this block"))));
    }
    wrong.extend(page.links.iter().filter_map(|(line, link)| dead(path, link).map(|why| (*line, why))));
    wrong
}

fn unknown(block: &Block) -> Option<&str> {
    match block.language.as_str() {
        "console" => block.unknown(&[], &["exit", "terminal"]),
        "hms-sync" => None,
        _ => block.unknown(&[], &["title"]),
    }
}

/// One value, or one a line.
fn is_json(text: &str) -> Result<(), String> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<serde_json::Value>();
    values.try_for_each(|value| value.map(drop)).map_err(|error| format!("this is not JSON: {error}"))
}

/// Why a link leads nowhere. Those to the web are not followed.
fn dead(from: &Path, link: &str) -> Option<String> {
    if link.contains("://") || link.starts_with("mailto:") {
        return None;
    }
    let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
    let path = if file.is_empty() { from.to_owned() } else { from.parent()?.join(file) };
    if !path.exists() {
        return Some(format!("the link {link} leads nowhere: there is no {file}"));
    }
    if anchor.is_empty() {
        return None;
    }
    let anchors = page::read(&std::fs::read_to_string(&path).ok()?).anchors;
    (!anchors.iter().any(|known| known == anchor))
        .then(|| format!("the link {link} leads nowhere: no heading is #{anchor}"))
}
