//! One server as a process of its own, on a port of its own, in a folder of its own.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

use crate::client::Client;

/// How to start it.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// More arguments after `serve`.
    pub arguments: Vec<String>,
    /// `database.url`; a SQLite file in the data folder where there is none.
    pub database: Option<String>,
    /// On top of what every test sets: `CAUSEWAY_…` settings.
    pub environment: Vec<(&'static str, String)>,
    /// Lines of the log that a test expects; any other warning fails it.
    pub expected_warnings: Vec<&'static str>,
}

pub struct Server {
    child: Child,
    log: Arc<Mutex<Vec<String>>>,
    options: Options,
    /// The data folder.
    pub data: PathBuf,
    /// With the operator's key.
    pub client: Client,
}

/// The program, built once a run. `cargo test` builds no binary of another package, so this asks for it.
pub fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
        let built = Command::new(cargo)
            .current_dir(crate::root())
            .args(["build", "--quiet", "--package", "causeway"])
            .status();
        assert!(built.is_ok_and(|s| s.success()), "the program does not build");
        let tests = std::env::current_exe().expect("a test knows its own file");
        let target = tests.ancestors().nth(2).expect("tests lie in target/debug/deps").to_path_buf();
        target.join("causeway")
    })
}

impl Server {
    /// Starts a server on a fresh folder. Nothing is fetched from outside.
    pub fn start(options: Options) -> (tempfile::TempDir, Server) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let server = Server::start_in(folder.path(), options);
        (folder, server)
    }

    /// Starts a server on a folder that may hold a store already.
    pub fn start_in(data: &Path, options: Options) -> Server {
        let mut command = Command::new(program());
        command
            .arg("serve")
            .args(["--listen", "127.0.0.1:0", "--data"])
            .arg(data)
            .args(&options.arguments)
            .env("CAUSEWAY_FEEDS_FETCH", "false")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        if let Some(url) = &options.database {
            command.env("CAUSEWAY_DATABASE_URL", url);
        }
        command.envs(options.environment.iter().map(|(name, value)| (name, value)));
        let mut child = command.spawn().expect("the program starts");
        let log = Arc::new(Mutex::new(Vec::new()));
        let (found, address) = std::sync::mpsc::channel();
        let stderr = child.stderr.take().expect("stderr is piped");
        let kept = log.clone();
        std::thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                if let Some(at) = line.find("http://127.0.0.1:") {
                    drop(
                        found.send(
                            line[at..]
                                .split_whitespace()
                                .next()
                                .unwrap_or_default()
                                .trim_end_matches('/')
                                .to_string(),
                        ),
                    );
                }
                kept.lock().expect("the log").push(line);
            }
        });
        // A debug build on a busy machine; a restart bar is measured elsewhere.
        let address = address.recv_timeout(Duration::from_secs(60));
        let base = address.unwrap_or_else(|_| {
            panic!("the server does not say where it listens:\n{}", log.lock().expect("the log").join("\n"))
        });
        let key =
            std::fs::read_to_string(data.join("operator.key")).expect("the server writes the operator's key");
        let client = Client::new(base, Some(key.trim().to_string()));
        let server = Server { child, log, options, data: data.to_path_buf(), client };
        server.wait_until_ready();
        server
    }

    fn wait_until_ready(&self) {
        let patience = Instant::now() + Duration::from_secs(60);
        while Instant::now() < patience {
            if self.client.try_send("GET", "/readyz", &[], None).is_ok_and(|answer| answer.status == 200) {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("the server is not ready:\n{}", self.log_text());
    }

    /// Where it takes MQTT, once it says so; for servers that are told to.
    pub fn mqtt(&self, scheme: &str) -> String {
        let begins = format!("{scheme}://127.0.0.1:");
        let patience = Instant::now() + Duration::from_secs(60);
        while Instant::now() < patience {
            let log = self.log_text();
            let found = log.split_whitespace().find_map(|word| word.strip_prefix(&begins));
            if let Some(port) = found {
                return format!("127.0.0.1:{port}");
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("the server does not say where it takes {scheme}:\n{}", self.log_text());
    }

    /// The server's process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    pub fn log_text(&self) -> String {
        self.log.lock().expect("the log").join("\n")
    }

    /// Sends a signal by its name, as an operator does.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([&format!("-{name}"), &self.child.id().to_string()]).status();
        assert!(sent.is_ok_and(|s| s.success()), "no {name} can be sent");
    }

    /// kill -9.
    pub fn kill(mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }

    /// Asks it to stop as an operator does, and fails the test when its log is not clean.
    pub fn stop(mut self) {
        self.signal("TERM");
        let patience = Instant::now() + Duration::from_secs(30);
        loop {
            match self.child.try_wait().expect("a child can be waited for") {
                Some(status) => {
                    assert!(status.success(), "the server ended with {status}:\n{}", self.log_text());
                    break;
                }
                None if Instant::now() > patience => panic!("the server does not stop:\n{}", self.log_text()),
                None => std::thread::sleep(Duration::from_millis(20)),
            }
        }
        let log = self.log.lock().expect("the log");
        let expected = |line: &str| self.options.expected_warnings.iter().any(|text| line.contains(text));
        let unclean: Vec<&String> =
            log.iter().filter(|l| (l.contains("WARN") || l.contains("ERROR")) && !expected(l)).collect();
        assert!(unclean.is_empty(), "the log is not clean: {unclean:#?}");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
