//! Those who are told of alerts: a webhook's receiver and a mail server, as threads of the test.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::Value;

pub const SECRET: &str = "a secret of thirty characters!";

#[derive(Default)]
struct Heard {
    events: Mutex<BTreeMap<String, Value>>,
    faults: Mutex<Vec<String>>,
    repeated: AtomicUsize,
    stumbles: AtomicBool,
    count: AtomicUsize,
}

/// Takes events; sometimes it does not, or takes one and does not say so.
pub struct Receiver {
    pub port: u16,
    heard: Arc<Heard>,
}

impl Receiver {
    pub fn start() -> Receiver {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let heard = Arc::new(Heard::default());
        let all = heard.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let heard = all.clone();
                std::thread::spawn(move || while take(&stream, &heard).is_some() {});
            }
        });
        Receiver { port, heard }
    }

    /// From now on it fails now and then, in one way or another; or never.
    pub fn stumble(&self, stumbles: bool) {
        self.heard.stumbles.store(stumbles, Ordering::Relaxed);
    }

    pub fn events(&self) -> BTreeMap<String, Value> {
        self.heard.events.lock().expect("the events").clone()
    }

    pub fn repeated(&self) -> usize {
        self.heard.repeated.load(Ordering::Relaxed)
    }

    pub fn faults(&self) -> Vec<String> {
        self.heard.faults.lock().expect("the faults").clone()
    }

    pub fn is_content(&self) -> bool {
        self.faults().is_empty()
    }
}

/// One request; nothing when the connection is over.
fn take(stream: &TcpStream, heard: &Heard) -> Option<()> {
    let mut reader = BufReader::new(stream);
    let mut headers = BTreeMap::new();
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
    loop {
        line.clear();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_string());
    }
    let length: usize = headers.get("content-length")?.parse().ok()?;
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let way = match heard.stumbles.load(Ordering::Relaxed) {
        true => heard.count.fetch_add(1, Ordering::Relaxed) % 5,
        false => 0,
    };
    if way == 3 {
        let answer = "HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n";
        return (&mut &*stream).write_all(answer.as_bytes()).ok();
    }
    let (id, seconds) = (headers.get("webhook-id")?.clone(), headers.get("webhook-timestamp")?.clone());
    let signature = sensing::alert::signature::sign(SECRET.as_bytes(), &id, seconds.parse().ok()?, &body);
    let event: Value = serde_json::from_slice(&body).ok()?;
    let fault = |what: &str| heard.faults.lock().expect("the faults").push(format!("{id}: {what}"));
    if headers.get("webhook-signature") != Some(&signature) {
        fault("the signature is another");
    }
    if event["id"] != id.as_str()
        || !headers.get("content-type").is_some_and(|t| t.starts_with("application/cloudevents+json"))
    {
        fault("this is no such event");
    }
    if heard.events.lock().expect("the events").insert(id, event).is_some() {
        heard.repeated.fetch_add(1, Ordering::Relaxed);
    }
    if way == 4 {
        // Taken, and the answer is lost.
        drop(stream.shutdown(std::net::Shutdown::Both));
        return None;
    }
    (&mut &*stream).write_all(b"HTTP/1.1 204 No Content\r\n\r\n").ok()
}

/// Takes mails.
pub struct MailServer {
    pub port: u16,
    letters: Arc<Mutex<Vec<String>>>,
}

impl MailServer {
    pub fn start() -> MailServer {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let letters = Arc::new(Mutex::new(Vec::new()));
        let all = letters.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                drop(talk(&stream, &all));
            }
        });
        MailServer { port, letters }
    }

    /// Subject and text of every mail.
    pub fn letters(&self) -> Vec<String> {
        self.letters.lock().expect("the letters").clone()
    }

    /// How many alerts the mails told of as raised, written out or counted.
    pub fn told(&self) -> usize {
        let count = |text: &String| {
            let written = text.lines().filter(|line| line.starts_with("Alert: ")).count();
            let more = text.lines().find_map(|line| {
                line.strip_prefix("And ")?.split(' ').next()?.replace(',', "").parse::<usize>().ok()
            });
            written + more.unwrap_or(0)
        };
        self.letters().iter().map(count).sum()
    }
}

fn talk(stream: &TcpStream, letters: &Mutex<Vec<String>>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    let say = |text: &str| (&mut &*stream).write_all(format!("{text}\r\n").as_bytes());
    say("220 mail.test")?;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(());
        }
        match line.split_whitespace().next().unwrap_or_default() {
            "EHLO" => say("250-mail.test\r\n250 8BITMIME")?,
            "MAIL" | "RCPT" => say("250 good")?,
            "DATA" => {
                say("354 go on")?;
                let mut text = String::new();
                loop {
                    let mut line = String::new();
                    if reader.read_line(&mut line)? == 0 {
                        return Ok(());
                    }
                    if line == ".\r\n" {
                        break;
                    }
                    text.push_str(line.strip_prefix('.').unwrap_or(&line));
                }
                letters.lock().expect("the letters").push(read(&text));
                say("250 taken")?;
            }
            "QUIT" => return say("221 bye"),
            _ => say("500 what?")?,
        }
    }
}

/// The text of a mail whose body is base64.
fn read(mail: &str) -> String {
    let (_, body) = mail.split_once("\r\n\r\n").unwrap_or_default();
    let packed: String = body.lines().collect();
    let value = |c: u8| match c {
        b'A'..=b'Z' => Some(c - b'A'),
        b'a'..=b'z' => Some(c - b'a' + 26),
        b'0'..=b'9' => Some(c - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    };
    let (mut bytes, mut bits, mut held) = (Vec::new(), 0u32, 0);
    for sextet in packed.bytes().filter_map(value) {
        (bits, held) = (bits << 6 | u32::from(sextet), held + 6);
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held & 0xff) as u8);
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
