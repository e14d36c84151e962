//! What a topic would have told from a time on: datastream after datastream, each in the order of time.

use std::collections::VecDeque;
use std::pin::Pin;

use bytes::Bytes;
use host::Problem;
use mqtt::Replay;
use vocab::Time;

use super::tell::PAGE;
use crate::Sensing;
use crate::actions::observed::Part;
use crate::entity::Sight;
use crate::observation::{Key, Span};
use crate::store::observations::Order;
use crate::told::Topic;

/// The past of one topic, up to the moment of the subscription: what is later is told live. What is committed just then may
/// come both ways; its `@iot.id` says that it is one.
pub(super) struct Past {
    sensing: Sensing,
    topic: Topic,
    sight: Sight,
    span: Span,
    /// `None` before the first page.
    parts: Option<VecDeque<Part>>,
}

impl Past {
    pub fn new(sensing: &Sensing, topic: Topic, sight: Sight, from: Time) -> Past {
        let now = sensing.inner.clock.now();
        let ahead = sensing.inner.config.limits.ahead_micros;
        let span = Span {
            from: Key::start_of(from.0),
            to: Key::start_of(now.0.saturating_add(ahead).saturating_add(1)),
        };
        Past { sensing: sensing.clone(), topic, sight, span, parts: None }
    }

    async fn page(&mut self) -> Result<Option<Vec<Bytes>>, Problem> {
        if self.parts.is_none() {
            let parts = self.sensing.told_all_parts(&self.topic, &self.sight).await?;
            let parts = parts.into_iter().map(|part| Part { span: self.span, ..part });
            self.parts = Some(parts.collect());
        }
        let base = self.sensing.told_base();
        while let Some(part) = self.parts.as_mut().and_then(VecDeque::pop_front) {
            let rows =
                self.sensing.observations().scan(part.datastream, part.span, Order::Ascending, PAGE).await?;
            if let Some(last) = rows.last().filter(|_| rows.len() == PAGE) {
                let span = Span { from: last.key().next(), to: part.span.to };
                let rest = Part { span, ..part.clone() };
                self.parts.get_or_insert_default().push_front(rest);
            }
            let mut payloads = Vec::new();
            for row in rows.iter().filter(|row| part.holds(row)) {
                let told = self
                    .sensing
                    .told_row(&self.topic.query, &self.sight, part.datastream, row, &base)
                    .await?;
                payloads.extend(told.map(Bytes::from));
            }
            if !payloads.is_empty() {
                return Ok(Some(payloads));
            }
        }
        Ok(None)
    }
}

impl Replay for Past {
    fn next(&mut self) -> Pin<Box<dyn Future<Output = Option<Vec<Bytes>>> + Send + '_>> {
        Box::pin(async move {
            self.page().await.unwrap_or_else(|problem| {
                tracing::warn!(detail = problem.detail, "a replay over MQTT ended early");
                None
            })
        })
    }
}
