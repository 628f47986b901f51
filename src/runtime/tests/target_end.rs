//! A target: HTTP/1.1 written by hand, so that it can also break off or be silent.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Got {
    pub method: String,
    pub path: String,
    /// Names in lower case.
    pub headers: BTreeMap<String, String>,
    pub body: String,
    pub at: std::time::Instant,
}

impl Got {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    /// `PUT /rules/1 {"version":2}`
    pub fn line(&self) -> String {
        format!("{} {} {}", self.method, self.path, self.body)
    }
}

/// What the target does about it.
#[derive(Clone, Debug)]
pub enum Reply {
    Status(u16),
    With(u16, &'static str, String),
    /// With this body.
    Body(u16, String),
    /// The connection ends without an answer.
    Cut,
    /// No answer ever comes.
    Hang,
    /// The answer comes when the receiver turns true.
    When(watch::Receiver<bool>, u16),
}

type Answer = dyn Fn(&Got, usize) -> Reply + Send + Sync;

/// Answers each request by a closure, which is told how many came before.
pub struct TargetEnd {
    address: std::net::SocketAddr,
    got: Arc<Mutex<Vec<Got>>>,
    count: watch::Receiver<usize>,
}

impl TargetEnd {
    pub async fn start(answer: impl Fn(&Got, usize) -> Reply + Send + Sync + 'static) -> TargetEnd {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let got = Arc::new(Mutex::new(Vec::new()));
        let (counter, count) = watch::channel(0);
        let answer: Arc<Answer> = Arc::new(answer);
        let shared = Arc::clone(&got);
        tokio::spawn(async move {
            let counter = Arc::new(counter);
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&shared), Arc::clone(&counter), Arc::clone(&answer)));
            }
        });
        TargetEnd { address, got, count }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn got(&self) -> Vec<Got> {
        self.got.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub fn lines(&self) -> Vec<String> {
        self.got().iter().map(Got::line).collect()
    }

    /// Waits until so many requests came.
    pub async fn wait_for(&self, requests: usize) {
        let mut count = self.count.clone();
        tokio::time::timeout(super::PATIENCE, count.wait_for(|count| *count >= requests))
            .await
            .unwrap_or_else(|_| panic!("{} of {requests} requests came", self.got().len()))
            .expect("the target lives");
    }
}

async fn serve(stream: TcpStream, got: Arc<Mutex<Vec<Got>>>, counter: Arc<watch::Sender<usize>>, answer: Arc<Answer>) {
    let mut stream = BufReader::new(stream);
    while let Some(request) = read(&mut stream).await {
        let reply = {
            let mut got = got.lock().unwrap_or_else(PoisonError::into_inner);
            got.push(request.clone());
            answer(&request, got.len() - 1)
        };
        counter.send_modify(|count| *count += 1);
        let mut said = "{}".to_owned();
        let (status, header) = match reply {
            Reply::Cut => return,
            Reply::Hang => std::future::pending().await,
            Reply::Status(status) => (status, String::new()),
            Reply::With(status, name, value) => (status, format!("{name}: {value}\r\n")),
            Reply::Body(status, body) => {
                said = body;
                (status, String::new())
            }
            Reply::When(mut go, status) => {
                if go.wait_for(|go| *go).await.is_err() {
                    return;
                }
                (status, String::new())
            }
        };
        let length = if status == 204 { String::new() } else { format!("Content-Length: {}\r\n", said.len()) };
        let tail = if status == 204 { "" } else { &said };
        let answer = format!("HTTP/1.1 {status} Status\r\n{header}{length}\r\n{tail}");
        if stream.get_mut().write_all(answer.as_bytes()).await.is_err() {
            return;
        }
    }
}

async fn read(stream: &mut BufReader<TcpStream>) -> Option<Got> {
    let mut line = String::new();
    stream.read_line(&mut line).await.ok().filter(|read| *read > 0)?;
    let mut words = line.split_whitespace();
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await.ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let length = headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    Some(Got { method, path, headers, body: String::from_utf8(body).ok()?, at: std::time::Instant::now() })
}
