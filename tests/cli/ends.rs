//! Both ends of the connector inside the test, while the program between them is a real process.

use super::program::{Program, two_targets};
use hms_sync::tools::mock::{
    Answer, Hub, HubEnd, HubFaults, HubOptions, Target, TargetFaults, TargetOptions, TargetRequest,
};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// How long anything may take before the test says that it hangs.
const PATIENCE: Duration = Duration::from_secs(60);

pub struct Ends {
    runtime: tokio::runtime::Runtime,
    pub target: Target,
    requests: Receiver<TargetRequest>,
}

impl Ends {
    pub fn new(faults: TargetFaults) -> Ends {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let (sender, requests) = channel();
        let tell = Box::new(move |request: &TargetRequest| {
            let _ = sender.send(request.clone());
        });
        let options = TargetOptions { faults, tell, ..TargetOptions::default() };
        let target = runtime.block_on(Target::start(options)).unwrap();
        Ends { runtime, target, requests }
    }

    pub fn hub(&self, events: Vec<String>, token: Option<&str>, faults: HubFaults) -> Hub {
        let token = token.map(str::to_owned);
        let options = HubOptions { events, token, faults, end: HubEnd::KeepOpen, ..HubOptions::default() };
        self.runtime.block_on(Hub::start(options)).unwrap()
    }

    /// The next request that the target answers.
    pub fn request(&self) -> TargetRequest {
        self.requests.recv_timeout(PATIENCE).expect("a request comes")
    }

    /// The next one that takes effect.
    pub fn applied(&self) -> TargetRequest {
        loop {
            let request = self.request();
            if request.answer == Answer::Applied {
                return request;
            }
        }
    }

    /// `two-targets.mapc` with only its first target, nameless, and that at our address.
    pub fn mapping(&self, program: &Program) {
        let mut mapping: serde_json::Value = serde_json::from_slice(&std::fs::read(two_targets()).unwrap()).unwrap();
        let targets = mapping["targets"].as_array_mut().unwrap();
        targets.truncate(1);
        targets[0]["name"] = serde_json::Value::Null;
        targets[0]["retry"]["from_ms"] = 20.into();
        targets[0]["retry"]["to_ms"] = 100.into();
        targets[0]["url"][0]["literal"] = format!("{}/slots/", self.target.url()).into();
        program.write("slots.mapc", serde_json::to_vec_pretty(&mapping).unwrap());
    }
}

/// One change of a rule; `minutes` tells the changes of one rule apart.
pub fn event(id: &str, rule: usize, minutes: usize) -> String {
    format!(r#"{{"id":"{id}","ruleId":{rule},"duration":{minutes},"status":"active"}}"#)
}

/// A connector that ends with the test.
pub struct Connector(pub Child);

impl Connector {
    pub fn start(command: &mut Command) -> Connector {
        Connector(command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap())
    }

    /// SIGTERM; the exit status and what was said.
    #[cfg(unix)]
    pub fn terminate(mut self) -> (Option<i32>, String) {
        let killed = Command::new("kill").args(["-TERM", &self.0.id().to_string()]).status().unwrap();
        assert!(killed.success());
        let mut said = String::new();
        std::io::Read::read_to_string(self.0.stderr.as_mut().unwrap(), &mut said).unwrap();
        (self.0.wait().unwrap().code(), said)
    }

    /// SIGKILL.
    pub fn kill(mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for Connector {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
