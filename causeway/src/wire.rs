//! The client's side of MQTT 3.1.1, as far as what publishes here needs it: simulated devices and load.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

pub fn text(packet: &mut Vec<u8>, text: &str) {
    packet.extend((text.len() as u16).to_be_bytes());
    packet.extend(text.as_bytes());
}

/// The fixed header of a packet, and its body.
pub fn packed(first: u8, body: &[u8]) -> Vec<u8> {
    let mut packet = vec![first];
    let mut left = body.len();
    loop {
        let more = left > 127;
        packet.push((left & 127) as u8 | if more { 128 } else { 0 });
        left >>= 7;
        if !more {
            break;
        }
    }
    packet.extend(body);
    packet
}

/// A client of 3.1.1, lean enough that the generator does not eat the cores it shares with the server.
pub async fn connect(address: &str, name: &str, key: Option<&str>) -> Result<TcpStream, String> {
    let mut stream = TcpStream::connect(address).await.map_err(|e| format!("{address}: {e}"))?;
    stream.set_nodelay(true).map_err(|e| e.to_string())?;
    let mut body = b"\x00\x04MQTT\x04".to_vec();
    body.push(if key.is_some() { 0b1100_0010 } else { 0b10 });
    body.extend(0u16.to_be_bytes());
    text(&mut body, name);
    if let Some(key) = key {
        text(&mut body, "device");
        text(&mut body, key);
    }
    stream.write_all(&packed(0x10, &body)).await.map_err(|e| e.to_string())?;
    let mut ack = [0; 4];
    stream.read_exact(&mut ack).await.map_err(|e| format!("no CONNACK: {e}"))?;
    if ack[3] == 0 { Ok(stream) } else { Err(format!("not let in: {}", ack[3])) }
}

/// What came, packet by packet.
pub struct Packets {
    bytes: Vec<u8>,
    at: usize,
}

impl Packets {
    pub fn new() -> Packets {
        Packets { bytes: Vec::with_capacity(64 * 1024), at: 0 }
    }

    pub async fn more(&mut self, from: &mut (impl tokio::io::AsyncRead + Unpin)) -> Result<(), String> {
        self.bytes.drain(..self.at);
        self.at = 0;
        match from.read_buf(&mut self.bytes).await {
            Ok(0) => Err("the server closed the connection".into()),
            Ok(_) => Ok(()),
            Err(e) => Err(e.to_string()),
        }
    }

    /// Bytes of a packet that [`Packets::next`] has named.
    pub fn bytes(&self, range: std::ops::Range<usize>) -> &[u8] {
        &self.bytes[range]
    }

    /// The next whole one: its first byte and its body.
    pub fn next(&mut self) -> Option<(u8, std::ops::Range<usize>)> {
        let rest = &self.bytes[self.at..];
        let (mut length, mut head) = (0usize, 1);
        loop {
            let byte = *rest.get(head)?;
            length |= usize::from(byte & 127) << (7 * (head - 1));
            head += 1;
            if byte & 128 == 0 {
                break;
            }
        }
        if rest.len() < head + length {
            return None;
        }
        let (first, from) = (rest[0], self.at + head);
        self.at = from + length;
        Some((first, from..from + length))
    }
}
