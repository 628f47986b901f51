//! A target that asks for a client certificate (RFC 8446 §4.3.2).

use super::program::Program;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection, StreamOwned};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cli/tls");

fn certificate(name: &str) -> CertificateDer<'static> {
    CertificateDer::from_pem_file(format!("{FOLDER}/{name}.pem")).unwrap()
}

/// Answers each request by 200 and tells its first line; a client without a certificate is not heard.
fn target() -> (u16, Receiver<String>) {
    let mut roots = RootCertStore::empty();
    roots.add(certificate("ca")).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider.clone()).build().unwrap();
    let key = PrivateKeyDer::from_pem_file(format!("{FOLDER}/server.key")).unwrap();
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_client_cert_verifier(verifier)
        .with_single_cert(vec![certificate("server")], key)
        .unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (sender, requests) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let (config, sender) = (config.clone(), sender.clone());
            std::thread::spawn(move || {
                let stream = StreamOwned::new(ServerConnection::new(config).unwrap(), stream.unwrap());
                let mut stream = BufReader::new(stream);
                let mut first = String::new();
                // a handshake that fails ends here
                let Ok(1..) = stream.read_line(&mut first) else { return };
                let mut length = 0;
                loop {
                    let mut line = String::new();
                    stream.read_line(&mut line).unwrap();
                    match line.trim_end().to_ascii_lowercase().split_once(": ") {
                        Some(("content-length", value)) => length = value.parse().unwrap(),
                        Some(_) => {}
                        None => break,
                    }
                }
                stream.read_exact(&mut vec![0; length]).unwrap();
                stream
                    .get_mut()
                    .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                    .unwrap();
                let _ = stream.get_mut().flush();
                let _ = sender.send(first.trim_end().to_owned());
            });
        }
    });
    (port, requests)
}

fn run(program: &Program, port: u16, auth: &str) -> super::program::Ended {
    let map = format!(
        "listen \"x\"\nevent {{ id: integer }}\ntarget PUT \"https://127.0.0.1:{port}/x/{{id}}\" {{\n  key meta.id\n  {auth}\n  retry 1 times from 1 ms to 2 ms for 1 s\n}}\nmap {{ id -> id }}\n"
    );
    program.write("x.map", map).write("events.ndjson", "{\"id\":1}\n");
    let authority = format!("{FOLDER}/ca.pem");
    let environment = [("SSL_CERT_FILE", authority.as_str())];
    program.run_with(&["run", "--mapping", "x.map", "--source", "events.ndjson", "--store", "s.db"], &environment)
}

#[test]
fn a_client_certificate_is_shown() {
    let (port, requests) = target();
    let program = Program::new();
    let auth = format!("auth client certificate file \"{FOLDER}/client.pem\" key file \"{FOLDER}/client.key\"");
    let ended = run(&program, port, &auth);
    assert_eq!(ended.status, 0, "{}", ended.err);
    assert_eq!(requests.recv().unwrap(), "PUT /x/1 HTTP/1.1");
}

#[test]
fn without_one_nothing_is_taken() {
    let (port, requests) = target();
    let program = Program::new();
    let ended = run(&program, port, "");
    assert_eq!(ended.status, 1, "{}", ended.err);
    assert!(requests.try_recv().is_err());
    let auth = format!("auth client certificate file \"{FOLDER}/client.pem\" key file \"{FOLDER}/ca.pem\"");
    let ended = run(&program, port, &auth);
    assert_eq!(ended.status, 2, "{}", ended.err);
    assert!(ended.err.contains("the client certificate or its key"), "{}", ended.err);
}
