//! Where feeds hand over what they say to the public.

use host::{Db, DbError};
use intake::draft::BoxFuture;
use intake::{Batch, Receipt, Sink, SinkError};
use tokio::sync::watch;

use crate::actions::{self, Said};

/// Takes the messages of a batch; its observations and features are others' to take.
pub struct NoticeSink {
    db: Db,
    news: watch::Sender<u64>,
}

impl NoticeSink {
    pub fn new(db: &Db) -> NoticeSink {
        NoticeSink { db: db.clone(), news: watch::channel(0).0 }
    }

    /// Counts up each time that something is said or withdrawn.
    pub fn news(&self) -> watch::Receiver<u64> {
        self.news.subscribe()
    }
}

impl Sink for NoticeSink {
    fn accept(&self, batch: Batch) -> BoxFuture<'_, Result<Receipt, SinkError>> {
        let said = Said {
            feed: batch.feed.to_string(),
            source: batch.source,
            mode: batch.mode,
            received: batch.received,
            messages: batch.messages,
            is_complete: batch.messages_complete,
        };
        Box::pin(async move {
            let taken = self.db.write(move |tx| actions::take(tx, &said)).await;
            let is_new = taken.map_err(|e: DbError| SinkError::Store(e.to_string()))?;
            if is_new {
                self.news.send_modify(|count| *count += 1);
            }
            Ok(Receipt::default())
        })
    }
}
