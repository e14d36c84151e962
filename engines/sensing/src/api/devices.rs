//! `/api/devices`: the registry. Registering and changing are the operator's; what is public may be read by everybody.

use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use host::access::Action;
use host::{Access, Doc, Gate, Problem, Routes};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use vocab::Time;

use super::base::content_type;
use super::latest::parameters;
use super::problems::BAD_DEVICE;
use crate::Sensing;
use crate::actions::devices::{DEVICES, DeviceView};
use crate::device::{DeviceChange, DeviceDraft, Health, State as DeviceState, rows};

/// Devices of one answer.
const PAGE: usize = 1_000;

pub(super) fn routes() -> Routes<Sensing> {
    Routes::new()
        .get(
            "/api/devices",
            Access::public_read(DEVICES),
            Doc::new("Devices, in the order of their names")
                .query("after", "the last name of the page before")
                .answers::<Page>(),
            list,
        )
        .post(
            "/api/devices",
            Access::operator(Action::Create, DEVICES),
            Doc::new("Register a device (JSON), or many (text/csv with a line of names); each is answered with its key, once")
                .takes::<DeviceDraft>()
                .answers::<Registered>()
                .status(201),
            register,
        )
        .get(
            "/api/devices/{*device}",
            Access::public_read(DEVICES),
            Doc::new("A device: how it is, when it was last seen, what happened to it").answers::<Shown>(),
            one,
        )
        .patch(
            "/api/devices/{*device}",
            Access::key_holders(Action::Update, DEVICES),
            Doc::new("Change a device: description, firmware, hardware (serial), state. A device may say its own firmware")
                .takes::<DeviceChange>()
                .answers::<Shown>(),
            change,
        )
        .post(
            "/api/device-keys",
            Access::operator(Action::Update, DEVICES),
            Doc::new("Give a device a new key; the one before opens nothing any more")
                .takes::<KeyWanted>()
                .answers::<Registered>()
                .status(201),
            key,
        )
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct KeyWanted {
    device: String,
}

/// A device and its key.
#[derive(Debug, Serialize, JsonSchema)]
struct Registered {
    device: String,
    /// Shown once; only its digest is kept.
    key: String,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Page {
    devices: Vec<Shown>,
    /// To be asked for as `after`, where there are more.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// A device as the API shows it. Serial number and scope are for the operator and the device itself.
#[derive(Debug, Serialize, JsonSchema)]
struct Shown {
    device: String,
    name: String,
    health: Health,
    state: DeviceState,
    /// RFC 3339.
    last_seen: Option<String>,
    battery: Option<Battery>,
    silence_seconds: i64,
    model: String,
    firmware: String,
    registered: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    serial: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    datastreams: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    history: Option<Vec<Happened>>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Battery {
    datastream: String,
    value: Option<f64>,
    time: String,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Happened {
    at: String,
    what: &'static str,
    detail: String,
}

impl Shown {
    fn of(view: &DeviceView, gate: &Gate) -> Shown {
        let device = &view.device;
        let is_ours = gate.may(Action::Update, DEVICES, device.label, Some(device.slug.as_str())).is_ok();
        let battery = device.battery.as_ref().zip(view.battery.as_ref());
        Shown {
            device: device.slug.to_string(),
            name: device.name.clone(),
            health: view.health,
            state: device.state,
            last_seen: view.last_seen.map(|time| time.iso()),
            battery: battery.map(|(slug, row)| Battery {
                datastream: slug.to_string(),
                value: row.number(),
                time: Time(row.t).iso(),
            }),
            silence_seconds: device.silence_seconds,
            model: device.model.clone(),
            firmware: device.firmware.clone(),
            registered: device.registered.iso(),
            serial: is_ours.then(|| device.serial.clone()),
            scope: is_ours.then(|| device.scope.to_string()),
            datastreams: None,
            history: None,
        }
    }
}

async fn list(
    gate: Gate,
    State(sensing): State<Sensing>,
    RawQuery(query): RawQuery,
) -> Result<axum::Json<Page>, Problem> {
    let parameters = parameters(query.as_deref())?;
    let after = parameters.iter().find(|(key, _)| key == "after").map_or("", |(_, value)| value.as_str());
    let mut found = sensing.devices(&gate, after, PAGE + 1).await?;
    let has_more = found.len() > PAGE;
    found.truncate(PAGE);
    let next = found.last().filter(|_| has_more).map(|view| view.device.slug.to_string());
    Ok(axum::Json(Page { devices: found.iter().map(|view| Shown::of(view, &gate)).collect(), next }))
}

async fn one(
    gate: Gate,
    State(sensing): State<Sensing>,
    Path(slug): Path<String>,
) -> Result<axum::Json<Shown>, Problem> {
    let view = sensing.device(&gate, &slug).await?;
    let mut shown = Shown::of(&view, &gate);
    let sight = crate::entity::Sight::of(&gate.caller);
    let own = sensing.datastreams_of_device(&view.device);
    let seen = own.iter().filter(|d| sight.sees(d.label, d.slug.as_str()));
    shown.datastreams = Some(seen.map(|d| d.slug.to_string()).collect());
    if shown.serial.is_some() {
        let lines = sensing.device_history(&slug).await?;
        let happened = lines.into_iter().map(|line| Happened {
            at: line.at.iso(),
            what: line.event.what.word(),
            detail: line.event.detail,
        });
        shown.history = Some(happened.collect());
    }
    Ok(axum::Json(shown))
}

fn json<T: serde::de::DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    serde_json::from_slice(bytes)
        .map_err(|error| Problem::new(&BAD_DEVICE, error.to_string()).hint("/openapi.json lists every field"))
}

async fn register(
    gate: Gate,
    State(sensing): State<Sensing>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response, Problem> {
    if !content_type(&headers).starts_with("text/csv") {
        let made = sensing.register(&gate, &[(1, json(&bytes)?)]).await?;
        let made = made.into_iter().next().ok_or_else(|| Problem::new(&BAD_DEVICE, "nothing was sent"))?;
        let registered = Registered { device: made.0.slug.to_string(), key: made.1 };
        return Ok((StatusCode::CREATED, axum::Json(registered)).into_response());
    }
    let drafts = rows(&bytes).map_err(|mistakes| {
        let lines: Vec<String> = mistakes.iter().map(|(line, what)| format!("line {line}: {what}")).collect();
        Problem::new(&BAD_DEVICE, format!("nothing was registered. {}", lines.join("; ")))
            .hint("begin with a line of names: device,name,serial,silence_seconds")
    })?;
    let mut out = String::from("device,key\n");
    for (device, key) in sensing.register(&gate, &drafts).await? {
        // Neither holds a comma or a quote.
        out.push_str(&format!("{},{key}\n", device.slug));
    }
    Ok((StatusCode::CREATED, [(header::CONTENT_TYPE, "text/csv; charset=utf-8")], out).into_response())
}

async fn change(
    gate: Gate,
    State(sensing): State<Sensing>,
    Path(slug): Path<String>,
    bytes: Bytes,
) -> Result<axum::Json<Shown>, Problem> {
    let view = sensing.change_device(&gate, &slug, json(&bytes)?).await?;
    Ok(axum::Json(Shown::of(&view, &gate)))
}

async fn key(
    gate: Gate,
    State(sensing): State<Sensing>,
    bytes: Bytes,
) -> Result<(StatusCode, axum::Json<Registered>), Problem> {
    let wanted: KeyWanted = json(&bytes)?;
    let key = sensing.new_key(&gate, &wanted.device).await?;
    Ok((StatusCode::CREATED, axum::Json(Registered { device: wanted.device, key })))
}
