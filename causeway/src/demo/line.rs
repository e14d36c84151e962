//! A simulated device's own connection: MQTT, with the key that it was given when it was registered.

use simulate::model::Said;
use simulate::play::observation;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use vocab::Time;

use crate::wire::{Packets, connect, packed, text};

/// Messages under way at once; far below what the broker lets one client have.
const WINDOW: usize = 100;

pub struct Line {
    address: String,
    /// Of the device; the broker knows its session by it.
    name: String,
    key: String,
    open: Option<(TcpStream, Packets)>,
    last_id: u16,
}

impl Line {
    pub fn new(address: String, name: String, key: String) -> Line {
        Line { address, name, key, open: None, last_id: 0 }
    }

    /// Publishes each reading and waits until all are acknowledged, which is when they are stored. A connection that
    /// fails is opened again by the next call.
    pub async fn say(&mut self, rows: &[(i64, Time, Said)]) -> Result<(), String> {
        for some in rows.chunks(WINDOW) {
            let (mut stream, mut packets) = match self.open.take() {
                Some(open) => open,
                None => (connect(&self.address, &self.name, Some(&self.key)).await?, Packets::new()),
            };
            let bytes: Vec<u8> = some.iter().flat_map(|row| self.publication(row)).collect();
            stream.write_all(&bytes).await.map_err(|e| e.to_string())?;
            let mut waiting = some.len();
            while waiting > 0 {
                packets.more(&mut stream).await?;
                while let Some((first, _)) = packets.next() {
                    // PUBACK (MQTT 3.1.1, 3.4).
                    waiting -= usize::from(first == 0x40);
                }
            }
            self.open = Some((stream, packets));
        }
        Ok(())
    }

    /// PUBLISH of QoS 1.
    fn publication(&mut self, (id, at, said): &(i64, Time, Said)) -> Vec<u8> {
        // 0 is no identifier (MQTT 3.1.1, 2.3.1).
        self.last_id = self.last_id.checked_add(1).unwrap_or(1);
        let mut body = Vec::new();
        text(&mut body, &format!("v1.1/Datastreams({id})/Observations"));
        body.extend(self.last_id.to_be_bytes());
        body.extend(observation(*at, said).into_bytes());
        packed(0x32, &body)
    }
}
