//! Pages name ports that a reader has free; a machine on which tests run may not. Each is replaced by a free one.

use std::collections::BTreeMap;
use std::net::TcpListener;

/// What stands before a port in a page.
const BEFORE: [&str; 3] = ["127.0.0.1:", "localhost:", "--port "];

pub struct Ports {
    /// From the page's to the free one.
    free: BTreeMap<String, String>,
}

impl Ports {
    pub fn of(page: &str) -> Ports {
        // All are held until each has its own.
        let held: BTreeMap<String, TcpListener> =
            named(page).map(|port| (port.to_owned(), TcpListener::bind("127.0.0.1:0").unwrap())).collect();
        let free =
            held.iter().map(|(port, listener)| (port.clone(), listener.local_addr().unwrap().port().to_string()));
        Ports { free: free.collect() }
    }

    pub fn to_free(&self, text: &str) -> String {
        self.free.iter().fold(text.to_owned(), |text, (port, free)| replaced(text, port, free))
    }

    pub fn to_shown(&self, text: &str) -> String {
        self.free.iter().fold(text.to_owned(), |text, (port, free)| replaced(text, free, port))
    }
}

fn named(page: &str) -> impl Iterator<Item = &str> {
    let after = |before| page.split(before).skip(1);
    BEFORE.into_iter().flat_map(after).filter_map(|after| {
        let end = after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len());
        Some(&after[..end]).filter(|port| port.len() >= 4)
    })
}

fn replaced(text: String, from: &str, to: &str) -> String {
    BEFORE.iter().fold(text, |text, before| text.replace(&format!("{before}{from}"), &format!("{before}{to}")))
}

#[test]
fn each_port_of_a_page_gets_a_free_one() {
    let page = "mock target --port 4100\nhttp://127.0.0.1:4100/x ws://localhost:9090/ 12:30";
    let ports = Ports::of(page);
    assert_eq!(ports.free.len(), 2);
    let free = ports.to_free(page);
    assert!(!free.contains("4100") && free.contains(&format!("--port {}", ports.free["4100"])), "{free}");
    assert_eq!(ports.to_shown(&free), page);
}
