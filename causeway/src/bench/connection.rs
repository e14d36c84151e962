//! One keep-alive HTTP/1.1 connection, lean enough that the generator does not eat the cores it shares with the server.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
    head: String,
    address: String,
    authorization: String,
}

pub struct Reply {
    pub status: u16,
    pub body: Vec<u8>,
}

impl Connection {
    pub async fn open(address: &str, key: &str) -> Result<Connection, String> {
        let stream = TcpStream::connect(address).await.map_err(|e| format!("{address}: {e}"))?;
        stream.set_nodelay(true).map_err(|e| e.to_string())?;
        // Without a key it asks as anybody.
        let authorization =
            if key.is_empty() { String::new() } else { format!("authorization: Bearer {key}\r\n") };
        Ok(Connection {
            stream,
            buffer: Vec::new(),
            head: String::new(),
            address: address.into(),
            authorization,
        })
    }

    pub async fn post(&mut self, path: &str, body: &[u8]) -> Result<Reply, String> {
        self.send("POST", path, body).await
    }

    pub async fn get(&mut self, path: &str) -> Result<Reply, String> {
        self.send("GET", path, b"").await
    }

    async fn send(&mut self, method: &str, path: &str, body: &[u8]) -> Result<Reply, String> {
        use std::fmt::Write as _;
        self.head.clear();
        // Writing into a String cannot fail.
        let _ = write!(
            self.head,
            "{method} {path} HTTP/1.1\r\nhost: {}\r\n{}content-type: application/json\r\ncontent-length: {}\r\n\r\n",
            self.address,
            self.authorization,
            body.len()
        );
        let mut message = Vec::with_capacity(self.head.len() + body.len());
        message.extend_from_slice(self.head.as_bytes());
        message.extend_from_slice(body);
        self.stream.write_all(&message).await.map_err(|e| e.to_string())?;
        self.reply().await
    }

    async fn reply(&mut self) -> Result<Reply, String> {
        self.buffer.clear();
        let end = loop {
            if let Some(at) = find(&self.buffer, b"\r\n\r\n") {
                break at + 4;
            }
            self.more().await?;
        };
        let head = String::from_utf8_lossy(&self.buffer[..end]).to_ascii_lowercase();
        let status = head.get(9..12).and_then(|s| s.parse().ok()).ok_or("no HTTP answer")?;
        let header = |name: &str| head.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
        let body = if header("transfer-encoding:") == Some("chunked") {
            self.chunks(end).await?
        } else {
            let length: usize = header("content-length:").and_then(|l| l.parse().ok()).unwrap_or(0);
            while self.buffer.len() < end + length {
                self.more().await?;
            }
            self.buffer[end..end + length].to_vec()
        };
        Ok(Reply { status, body })
    }

    async fn chunks(&mut self, mut at: usize) -> Result<Vec<u8>, String> {
        let mut body = Vec::new();
        loop {
            let line = loop {
                if let Some(found) = find(&self.buffer[at..], b"\r\n") {
                    break found;
                }
                self.more().await?;
            };
            let size = String::from_utf8_lossy(&self.buffer[at..at + line]).into_owned();
            let size = usize::from_str_radix(size.trim(), 16).map_err(|e| e.to_string())?;
            at += line + 2;
            while self.buffer.len() < at + size + 2 {
                self.more().await?;
            }
            body.extend_from_slice(&self.buffer[at..at + size]);
            at += size + 2;
            if size == 0 {
                return Ok(body);
            }
        }
    }

    async fn more(&mut self) -> Result<(), String> {
        match self.stream.read_buf(&mut self.buffer).await {
            Ok(0) => Err("the server closed the connection".into()),
            Ok(_) => Ok(()),
            Err(e) => Err(e.to_string()),
        }
    }
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}
