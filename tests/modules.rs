//! Mappings of several files: where files are found, what a compiled mapping says of them, and what bounds them.

use hms_sync::check::{Files, MAX_FILES};
use hms_sync::model::mapc;
use std::cell::RefCell;
use std::collections::BTreeMap;

/// Files by their paths; those of the search path begin with the folder's name.
#[derive(Default)]
struct Held {
    files: BTreeMap<String, Vec<u8>>,
    search: Vec<String>,
    asked: RefCell<Vec<String>>,
}

impl Held {
    fn with(files: &[(&str, &str)], search: &[&str]) -> Held {
        let files = files.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect();
        Held { files, search: search.iter().map(|folder| (*folder).to_owned()).collect(), asked: RefCell::default() }
    }
}

impl Files for Held {
    fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        self.asked.borrow_mut().push(path.to_owned());
        self.files.get(path).cloned().ok_or_else(|| format!("{path} does not exist"))
    }

    fn search_path(&self) -> Vec<String> {
        self.search.clone()
    }

    fn read_below(&self, folder: usize, path: &str) -> Result<Vec<u8>, String> {
        self.read(&format!("{}/{path}", self.search[folder]))
    }
}

const REST: &str = "listen \"x\"\nevent { id: string }\n\
    target PUT \"https://vista.example/x/{id}\" { key id, meta.id }\n";

fn messages(compilation: &hms_sync::Compilation) -> Vec<String> {
    let told = |found: &hms_sync::diagnostic::Diagnostic| {
        let file = &compilation.sources.file(found.primary.span.file).name;
        format!("{file}: {} {}", found.code, found.message)
    };
    compilation.diagnostics.iter().map(told).collect()
}

#[test]
fn files_lie_beside_the_one_that_names_them_or_in_the_search_path() {
    let main = format!(
        "use \"lib/a.map\" {{ a }}\nuse \"shared.map\" {{ shared }}\n{REST}map {{ a(id) -> a, shared(id) -> b, id | T !! \"\" -> c }}\n\
         table T from \"t.csv\" (k -> v) {{ }}"
    );
    let files = Held::with(
        &[
            ("lib/a.map", "use \"b.map\" { b }\nuse \"shared.map\" { shared }\nfn a(x: string): string = b(shared(x))"),
            ("lib/b.map", "fn b(x: string): string = \"b{x}\""),
            ("second/b.map", "fn b(x: string): string = \"wrong{x}\""),
            ("second/shared.map", "use \"deep/c.map\" { c }\nfn shared(x: string): string = c(x)"),
            ("second/deep/c.map", "fn c(x: string): string = \"c{x}\""),
            ("first/t.csv", "k,v\n1,2\n"),
            ("second/t.csv", "k,v\n1,wrong\n"),
        ],
        &["first", "second"],
    );
    let compilation = hms_sync::compile("here/main.map", main.as_bytes(), &files).unwrap();
    assert_eq!(messages(&compilation), Vec::<String>::new());
    let shown: Vec<&str> = compilation.sources.files().iter().map(|file| file.name.as_str()).collect();
    let expected =
        ["here/main.map", "here/lib/a.map", "here/lib/b.map", "second/shared.map", "second/deep/c.map", "first/t.csv"];
    assert_eq!(shown, expected);
    let mapping = compilation.checked.unwrap().into_mapping();
    let names: Vec<&str> = mapping.sources.iter().map(|source| source.name.as_str()).collect();
    assert_eq!(names, ["main.map", "lib/a.map", "lib/b.map", "shared.map", "deep/c.map", "t.csv"]);
    // Each file is read once, whatever names it.
    let read: Vec<String> =
        files.asked.borrow().iter().filter(|path| files.files.contains_key(*path)).cloned().collect();
    assert_eq!(read.len(), 5, "{read:?}");
}

#[test]
fn a_compiled_mapping_is_the_same_wherever_it_is_compiled_and_changes_with_each_file() {
    let main = format!("use \"../common/a.map\" {{ a }}\n{REST}map {{ a(id) -> a }}");
    let compiled = |name: &str, text: &str| {
        let files = Held::with(&[("../common/a.map", text)], &[]);
        mapc::write(hms_sync::compile(name, main.as_bytes(), &files).unwrap().checked.unwrap().mapping())
    };
    let text = "fn a(x: string): string = x";
    assert_eq!(compiled("/home/one/main.map", text), compiled("main.map", text));
    assert_ne!(compiled("main.map", text), compiled("main.map", &format!("{text} // later")));
    let mapping = mapc::read(&compiled("/home/one/main.map", text)).unwrap();
    assert_eq!(mapping.sources[1].name, "../common/a.map");
}

#[test]
fn a_mapping_is_made_of_so_many_files_and_no_more() {
    let chain = |length: usize| {
        let files: Vec<(String, String)> = (0..length)
            .map(|n| (format!("{n}.map"), format!("use \"{0}.map\" {{ f{0} }}\nfn f{n}(x: string): string = x", n + 1)))
            .collect();
        let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        let main = format!("use \"0.map\" {{ f0 }}\n{REST}map {{ f0(id) -> a }}");
        hms_sync::compile("m.map", main.as_bytes(), &Held::with(&files, &[])).unwrap()
    };
    // The last file of a chain names one that is not there.
    let told = messages(&chain(3));
    assert_eq!(told, ["2.map: E0705 3.map does not exist"]);
    let told = messages(&chain(MAX_FILES * 2));
    assert_eq!(told, [format!("{}.map: E0705 a mapping is made of at most {MAX_FILES} files", MAX_FILES - 1)]);
}

#[test]
fn what_a_library_shares_is_checked_without_anybody_who_uses_it() {
    let check = |text: &str| hms_sync::compile("lib.map", text.as_bytes(), &Held::default()).unwrap();
    let sound = check("type A = string\nfn f(x: A): string = \"{x}\"\nmap M(x: A) { x -> Element.@id }");
    assert!(sound.library && sound.checked.is_none() && sound.diagnostics.is_empty(), "{:?}", messages(&sound));
    let wrong = check("fn f(x: string): integer = x\nmap M(x: { a: string }) { x.b -> c }");
    assert_eq!(wrong.diagnostics.len(), 2, "{:?}", messages(&wrong));
    // What has a part of a mapping is one that lacks the others.
    assert!(!check("event { id: string }").library);
    assert!(!check("").library);
}
