//! `sensing_alert` and `sensing_rule_state`.

use std::collections::HashMap;

use host::{DbError, Param, Row, Tx};
use vocab::{Label, Mode, Severity, Time};

use crate::alert::{Acknowledgement, Alert, State as AlertState};
use crate::rule::judge::Known;
use crate::rule::state::State;

const COLUMNS: &str = "id, rule, rule_version, subject, datastream, title, mode, label, severity, raised, found, value, \
                       acknowledged, acknowledged_by, remark, cleared, is_withdrawn";

fn alert(row: &Row) -> Result<Alert, DbError> {
    let bad = |column: usize, what: &str| DbError::Column(column, what.into());
    let severity = usize::try_from(row.int(8)?).ok().and_then(|at| Severity::ALL.get(at)).copied();
    let by = row.text(13)?;
    let remark = row.text(14)?;
    Ok(Alert {
        id: row.text(0)?,
        rule: row.text(1)?,
        rule_version: row.text(2)?,
        subject: row.text(3)?,
        datastream: row.int(4)?,
        title: serde_json::from_value(row.json(5)?).map_err(|e| DbError::Column(5, e.to_string()))?,
        mode: Mode::from_code(row.int(6)?).ok_or_else(|| bad(6, "no mode"))?,
        label: if row.flag(7)? { Label::Public } else { Label::Internal },
        severity: severity.ok_or_else(|| bad(8, "no severity"))?,
        raised: row.time(9)?,
        found: row.time(10)?,
        value: row.json(11)?,
        acknowledged: row.int_or_null(12)?.map(|at| Acknowledgement { at: Time(at), by, remark }),
        cleared: row.int_or_null(15)?.map(Time),
        is_withdrawn: row.flag(16)?,
    })
}

/// The newest alert of a subject. Those of one subject follow each other and never overlap.
fn newest(tx: &mut Tx, rule: &str, subject: &str) -> Result<Option<Alert>, DbError> {
    let statement = format!(
        "SELECT {COLUMNS} FROM sensing_alert WHERE rule = $1 AND subject = $2 ORDER BY raised DESC LIMIT 1"
    );
    tx.query_one(&statement, &[rule.into(), subject.into()], alert)
}

/// Whether an alert of this subject holds this moment: then it is the same one, judged again.
pub fn holds(tx: &mut Tx, rule: &str, subject: &str, raised: i64) -> Result<bool, DbError> {
    let newest = newest(tx, rule, subject)?;
    Ok(newest.is_some_and(|alert| alert.raised.0.max(alert.cleared.map_or(i64::MAX, |at| at.0)) >= raised))
}

pub fn add(tx: &mut Tx, alert: &Alert) -> Result<(), DbError> {
    let params: [Param; 17] = [
        (&alert.id).into(),
        (&alert.rule).into(),
        (&alert.rule_version).into(),
        (&alert.subject).into(),
        alert.datastream.into(),
        serde_json::to_string(&alert.title).unwrap_or_default().into(),
        alert.mode.code().into(),
        (alert.label == Label::Public).into(),
        (alert.severity as i64).into(),
        alert.raised.into(),
        alert.found.into(),
        alert.value.to_string().into(),
        Param::Null,
        "".into(),
        "".into(),
        Param::Null,
        false.into(),
    ];
    let statement = format!(
        "INSERT INTO sensing_alert ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)"
    );
    tx.execute(&statement, &params).map(drop)
}

/// Ends the open alert of a subject, where there is one, and answers it as it is then.
pub fn clear(tx: &mut Tx, rule: &str, subject: &str, at: Time) -> Result<Option<Alert>, DbError> {
    let open = newest(tx, rule, subject)?.filter(|alert| alert.cleared.is_none());
    let Some(open) = open else { return Ok(None) };
    tx.execute("UPDATE sensing_alert SET cleared = $1 WHERE id = $2", &[at.into(), (&open.id).into()])?;
    Ok(Some(Alert { cleared: Some(at), ..open }))
}

/// Takes back the open alerts of all rules but these.
pub fn withdraw(tx: &mut Tx, rules: &[String]) -> Result<u64, DbError> {
    let open =
        tx.query("SELECT DISTINCT rule FROM sensing_alert WHERE cleared IS NULL", &[], |row| row.text(0))?;
    let mut gone = 0;
    for rule in open.iter().filter(|rule| !rules.contains(rule)) {
        // A rule that comes back finds its moments free again after this one.
        gone += tx.execute(
            "UPDATE sensing_alert SET cleared = raised, is_withdrawn = 1 WHERE rule = $1 AND cleared IS NULL",
            &[rule.into()],
        )?;
    }
    // One that is switched on again is new: it says at once what is wrong then.
    let known = tx.query("SELECT DISTINCT rule FROM sensing_rule_state", &[], |row| row.text(0))?;
    for rule in known.iter().filter(|rule| !rules.contains(rule)) {
        tx.execute("DELETE FROM sensing_rule_state WHERE rule = $1", &[rule.into()])?;
    }
    Ok(gone)
}

pub fn named(tx: &mut Tx, id: &str) -> Result<Option<Alert>, DbError> {
    tx.query_one(&format!("SELECT {COLUMNS} FROM sensing_alert WHERE id = $1"), &[id.into()], alert)
}

pub fn acknowledge(tx: &mut Tx, id: &str, by: &Acknowledgement) -> Result<(), DbError> {
    tx.execute(
        "UPDATE sensing_alert SET acknowledged = $1, acknowledged_by = $2, remark = $3 WHERE id = $4",
        &[by.at.into(), (&by.by).into(), (&by.remark).into(), id.into()],
    )
    .map(drop)
}

/// Which alerts are asked for.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    pub public_only: bool,
    pub state: Option<AlertState>,
    /// Raised or acknowledged.
    pub open_only: bool,
    pub rule: Option<String>,
    pub severity: Option<Severity>,
    /// Those raised before this one, by time and name.
    pub before: Option<(i64, String)>,
    pub limit: i64,
}

impl Wanted {
    fn conditions(&self) -> (String, Vec<Param>) {
        let (mut texts, mut params): (Vec<String>, Vec<Param>) = (vec!["1 = 1".into()], Vec::new());
        if self.public_only {
            texts.push("label = 1".into());
        }
        if self.open_only {
            texts.push("cleared IS NULL".into());
        }
        texts.extend(self.state.map(|state| {
            match state {
                AlertState::Raised => "cleared IS NULL AND acknowledged IS NULL",
                AlertState::Acknowledged => "cleared IS NULL AND acknowledged IS NOT NULL",
                AlertState::Cleared => "cleared IS NOT NULL AND is_withdrawn = 0",
                AlertState::Withdrawn => "is_withdrawn = 1",
            }
            .to_string()
        }));
        if let Some(rule) = &self.rule {
            params.push(rule.into());
            texts.push(format!("rule = ${}", params.len()));
        }
        if let Some(severity) = self.severity {
            params.push((severity as i64).into());
            texts.push(format!("severity = ${}", params.len()));
        }
        if let Some((raised, id)) = &self.before {
            params.push((*raised).into());
            params.push(id.into());
            let (at, name) = (params.len() - 1, params.len());
            texts.push(format!("(raised < ${at} OR raised = ${at} AND id < ${name})"));
        }
        (texts.join(" AND "), params)
    }
}

/// Newest first.
pub fn list(tx: &mut Tx, wanted: &Wanted) -> Result<Vec<Alert>, DbError> {
    let (conditions, mut params) = wanted.conditions();
    params.push(wanted.limit.into());
    let limit = params.len();
    let statement = format!(
        "SELECT {COLUMNS} FROM sensing_alert WHERE {conditions} ORDER BY raised DESC, id DESC LIMIT ${limit}"
    );
    tx.query(&statement, &params, alert)
}

pub fn count(tx: &mut Tx, wanted: &Wanted) -> Result<i64, DbError> {
    let (conditions, params) = wanted.conditions();
    let statement = format!("SELECT COUNT(*) FROM sensing_alert WHERE {conditions}");
    Ok(tx.query_one(&statement, &params, |row| row.int(0))?.unwrap_or(0))
}

/// What was written down of every rule.
pub fn states(tx: &mut Tx) -> Result<HashMap<String, Known>, DbError> {
    let mut all: HashMap<String, Known> = HashMap::new();
    tx.each("SELECT rule, states FROM sensing_rule_state", &[], |row| {
        let known: HashMap<String, State> =
            serde_json::from_value(row.json(1)?).map_err(|e| DbError::Column(1, e.to_string()))?;
        all.entry(row.text(0)?).or_default().extend(known);
        Ok(true)
    })?;
    Ok(all)
}

/// Notes that a rule is judged from now on: whatever is not in its states is new since.
pub fn begin(tx: &mut Tx, rule: &str) -> Result<(), DbError> {
    put_states(tx, rule, -1, "{}")
}

/// Puts the states of one part of a rule in the place of those before.
pub fn put_states(tx: &mut Tx, rule: &str, part: i64, states: &str) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO sensing_rule_state (rule, part, states) VALUES ($1, $2, $3)
         ON CONFLICT (rule, part) DO UPDATE SET states = excluded.states",
        &[rule.into(), part.into(), states.into()],
    )
    .map(drop)
}
