//! Hands one message to a mail server (SMTP, RFC 5321; STARTTLS, RFC 3207; AUTH PLAIN, RFC 4954).

use std::time::Duration;

use crate::config::{Mail, Security};
use base64::Engine;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use super::tls;

/// From the greeting to the last answer; servers that look for spam take their time.
const PATIENCE: Duration = Duration::from_secs(120);
/// Bytes of one line of an answer.
const LINE: usize = 4_096;
/// Lines of one answer.
const LINES: usize = 100;

/// `Ok`: the server has taken it for all. Anything else is tried again, at the price of a second copy where the answer was
/// lost.
pub async fn send(config: &Mail, message: &str) -> Result<(), String> {
    let sent = tokio::time::timeout(PATIENCE, deliver(config, message)).await;
    sent.map_err(|_| "the mail server took too long".to_string())?
}

async fn deliver(config: &Mail, message: &str) -> Result<(), String> {
    let server = config.server.as_deref().unwrap_or_default();
    let reached = TcpStream::connect((server, config.port)).await;
    let socket = reached.map_err(|e| format!("{server}:{} cannot be reached: {e}", config.port))?;
    match config.security {
        Security::None => {
            let mut talk = Talk(BufReader::new(socket));
            talk.answer(&["220"]).await?;
            talk.hello(&name(config)).await?;
            talk.letter(config, message).await
        }
        Security::Tls => {
            let stream = tls::over(&tls::connector()?, server, socket).await?;
            let mut talk = Talk(BufReader::new(stream));
            talk.answer(&["220"]).await?;
            let offers = talk.hello(&name(config)).await?;
            talk.log_in(config, &offers).await?;
            talk.letter(config, message).await
        }
        Security::Starttls => {
            let mut plain = Talk(BufReader::new(socket));
            plain.answer(&["220"]).await?;
            plain.hello(&name(config)).await?;
            plain.say("STARTTLS", &["220"]).await?;
            // What was sent before the handshake would be believed after it (CVE-2011-0411).
            if !plain.0.buffer().is_empty() {
                return Err("the mail server spoke before TLS had begun".into());
            }
            let stream = tls::over(&tls::connector()?, server, plain.0.into_inner()).await?;
            let mut talk = Talk(BufReader::new(stream));
            let offers = talk.hello(&name(config)).await?;
            talk.log_in(config, &offers).await?;
            talk.letter(config, message).await
        }
    }
}

/// How we call ourselves: the domain that the mail comes from.
fn name(config: &Mail) -> String {
    config.from.rsplit_once('@').map_or("localhost", |(_, domain)| domain).to_string()
}

struct Talk<S>(BufReader<S>);

impl<S: AsyncRead + AsyncWrite + Unpin> Talk<S> {
    /// Reads an answer, which must begin with one of these codes; answers its lines.
    async fn answer(&mut self, codes: &[&str]) -> Result<Vec<String>, String> {
        let mut lines: Vec<String> = Vec::new();
        loop {
            let mut line = Vec::new();
            let mut limited = tokio::io::AsyncReadExt::take(&mut self.0, LINE as u64);
            limited.read_until(b'\n', &mut line).await.map_err(|e| e.to_string())?;
            let line = String::from_utf8_lossy(&line).trim_end().to_string();
            if line.len() < 3 || lines.len() == LINES {
                return Err("the mail server broke off, or speaks no SMTP".into());
            }
            let is_last = line.as_bytes().get(3) != Some(&b'-');
            lines.push(line);
            if is_last {
                break;
            }
        }
        let last = lines.last().cloned().unwrap_or_default();
        match codes.iter().any(|code| last.starts_with(code)) {
            true => Ok(lines),
            false => Err(format!("the mail server said: {}", last.chars().take(200).collect::<String>())),
        }
    }

    async fn say(&mut self, line: &str, codes: &[&str]) -> Result<Vec<String>, String> {
        let text = format!("{line}\r\n");
        self.0.get_mut().write_all(text.as_bytes()).await.map_err(|e| e.to_string())?;
        self.0.get_mut().flush().await.map_err(|e| e.to_string())?;
        self.answer(codes).await
    }

    async fn hello(&mut self, name: &str) -> Result<Vec<String>, String> {
        self.say(&format!("EHLO {name}"), &["250"]).await
    }

    async fn log_in(&mut self, config: &Mail, offers: &[String]) -> Result<(), String> {
        let (Some(user), Some(password)) = (&config.user, &config.password) else { return Ok(()) };
        let base64 = |text: String| base64::engine::general_purpose::STANDARD.encode(text);
        let ways = offers.iter().find_map(|line| line.get(4..).filter(|rest| rest.starts_with("AUTH")));
        let has = |way: &str| ways.is_some_and(|ways| ways.split_whitespace().any(|word| word == way));
        if !has("PLAIN") && has("LOGIN") {
            self.say("AUTH LOGIN", &["334"]).await?;
            self.say(&base64(user.clone()), &["334"]).await?;
            return self.say(&base64(password.clone()), &["235"]).await.map(drop);
        }
        let both = base64(format!("\0{user}\0{password}"));
        self.say(&format!("AUTH PLAIN {both}"), &["235"]).await.map(drop)
    }

    async fn letter(&mut self, config: &Mail, message: &str) -> Result<(), String> {
        self.say(&format!("MAIL FROM:<{}>", config.from), &["250"]).await?;
        for to in &config.to {
            self.say(&format!("RCPT TO:<{to}>"), &["250", "251"]).await?;
        }
        self.say("DATA", &["354"]).await?;
        // A line that begins with a dot gets a second one; a lone one ends the message.
        let mut text = String::with_capacity(message.len() + 16);
        for line in message.lines() {
            if line.starts_with('.') {
                text.push('.');
            }
            text.push_str(line);
            text.push_str("\r\n");
        }
        text.push('.');
        self.say(&text, &["250"]).await?;
        // It is taken; whether the farewell is heard changes nothing.
        drop(self.say("QUIT", &["221"]).await);
        Ok(())
    }
}
