//! A statement put together with its parameters. Few shapes come out, since PostgreSQL keeps each prepared.

use host::{DbError, Param, Row, Tx};

use crate::entity::{Kind, Sight};

pub struct Statement {
    text: String,
    params: Vec<Param>,
}

impl Statement {
    pub fn new(text: impl Into<String>) -> Statement {
        Statement { text: text.into(), params: Vec::new() }
    }

    pub fn push(&mut self, text: &str) -> &mut Statement {
        self.text.push_str(text);
        self
    }

    pub fn bind(&mut self, param: impl Into<Param>) -> &mut Statement {
        let place = self.place(param);
        self.push(&place)
    }

    fn place(&mut self, param: impl Into<Param>) -> String {
        self.params.push(param.into());
        format!("${}", self.params.len())
    }

    /// Ids between the parentheses of `IN`, filled up to one of few lengths by repeating the last.
    pub fn list(&mut self, ids: &[i64]) -> &mut Statement {
        let length =
            [1, 4, 16, 64].into_iter().find(|n| ids.len() <= *n).unwrap_or(ids.len().next_power_of_two());
        let last = ids.last().copied().unwrap_or(i64::MIN);
        for at in 0..length {
            self.push(if at == 0 { "" } else { ", " }).bind(ids.get(at).copied().unwrap_or(last));
        }
        self
    }

    /// ` AND (…)`: only what these eyes may see.
    pub fn seen(&mut self, kind: Kind, sight: &Sight) -> &mut Statement {
        let scope = match sight {
            Sight::All => return self,
            Sight::Public => None,
            Sight::Scope(scope) => Some((self.place(scope), self.place(format!("{scope}/")))),
        };
        let own = |of: &str| match &scope {
            None => format!("{of}.label = 1"),
            // Compared by its beginning: the order of texts differs between engines and locales.
            Some((is, begins)) => format!(
                "({of}.label = 1 OR {of}.slug = {is} OR \
                 SUBSTR({of}.slug, 1, LENGTH(CAST({begins} AS TEXT))) = CAST({begins} AS TEXT))"
            ),
        };
        let stream = |column: &str, id: &str| {
            format!("EXISTS (SELECT 1 FROM sensing_datastream d WHERE d.{column} = {id} AND {})", own("d"))
        };
        let thing = || format!("({} OR {})", own("t"), stream("thing", "t.id"));
        let condition = match kind {
            Kind::Thing => format!("{} OR {}", own("e"), stream("thing", "e.id")),
            Kind::Datastream => own("e"),
            Kind::Sensor => format!("{} OR {}", own("e"), stream("sensor", "e.id")),
            Kind::ObservedProperty => format!("{} OR {}", own("e"), stream("property", "e.id")),
            Kind::HistoricalLocation => {
                format!("EXISTS (SELECT 1 FROM sensing_thing t WHERE t.id = e.thing AND {})", thing())
            }
            Kind::Location => format!(
                "{} OR EXISTS (SELECT 1 FROM sensing_thing_location tl JOIN sensing_thing t ON t.id = tl.thing \
                 WHERE tl.location = e.id AND {}) \
                 OR EXISTS (SELECT 1 FROM sensing_history_location hl JOIN sensing_history h ON h.id = hl.history \
                 JOIN sensing_thing t ON t.id = h.thing WHERE hl.location = e.id AND {})",
                own("e"),
                thing(),
                thing()
            ),
            Kind::FeatureOfInterest | Kind::Observation => format!(
                "{} OR EXISTS (SELECT 1 FROM sensing_datastream_feature f JOIN sensing_datastream d \
                 ON d.id = f.datastream WHERE f.feature = e.id AND {}) \
                 OR EXISTS (SELECT 1 FROM sensing_feature_datastream f JOIN sensing_datastream d \
                 ON d.id = f.datastream WHERE f.feature = e.id AND {})",
                own("e"),
                own("d"),
                own("d")
            ),
        };
        self.push(" AND (").push(&condition).push(")")
    }

    pub fn query<T>(
        &self,
        tx: &mut Tx,
        map: impl FnMut(&Row) -> Result<T, DbError>,
    ) -> Result<Vec<T>, DbError> {
        tx.query(&self.text, &self.params, map)
    }
}
