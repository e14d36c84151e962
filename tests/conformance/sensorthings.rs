//! OGC SensorThings API 1.1 (18-088), asked through the whole HTTP shell without a socket, on every store at hand.

mod array;
mod batch;
mod beyond;
mod bounds;
mod extents;
mod filters;
mod groups;
mod landing;
mod model;
mod mqtt;
mod paging;
mod paths;
mod queries;
mod writing;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, header};
use host::http::{Keys, Shell, wrap};
use host::telemetry::Metrics;
use host::{Clock, Db};
use http_body_util::BodyExt;
use sensing::Sensing;
use serde_json::{Value, json};
use tower::ServiceExt;
use vocab::{Caller, Lang, Mode, Time};

/// 2026-09-21T14:13:20Z.
pub const NOW: Time = Time(1_790_000_000_000_000);
pub const OPERATOR: &str = "an-operators-key";
pub const DEVICE: &str = "a-devices-key";
pub const NOBODY: &str = "";

/// A city with nothing in it but its engine.
pub struct City {
    router: Router,
    pub sensing: Sensing,
    /// Which store it runs on, for messages.
    pub store: &'static str,
    _folder: tempfile::TempDir,
}

pub struct Answer {
    pub status: u16,
    pub headers: axum::http::HeaderMap,
    pub text: String,
    asked: String,
}

impl Answer {
    #[track_caller]
    pub fn expect(self, status: u16) -> Answer {
        assert_eq!(self.status, status, "{}: {}", self.asked, self.text);
        self
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|e| panic!("{}: {e}: {}", self.asked, self.text))
    }

    /// The code of a problem.
    #[track_caller]
    pub fn problem(&self) -> String {
        let code = self.json()["type"].as_str().unwrap_or_default().to_string();
        assert!(self.json()["detail"].is_string(), "{}: {}", self.asked, self.text);
        code.trim_start_matches("/problems/").to_string()
    }
}

/// Runs a test on SQLite and, where there is a server, on PostgreSQL.
pub async fn on_each_store(name: &str, test: impl AsyncFn(&City)) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = format!("sqlite:{}", folder.path().join("city.db").display());
    test(&City::open(file, "SQLite", folder).await).await;
    if let Some(url) = causeway_tests::postgres::database(&format!("sta_{name}")) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        test(&City::open(url, "PostgreSQL", folder).await).await;
    }
}

impl City {
    /// Opening a store blocks, which no thread that drives tasks may.
    async fn open(url: String, store: &'static str, folder: tempfile::TempDir) -> City {
        tokio::task::spawn_blocking(move || City::new(&url, store, folder)).await.expect("the city opens")
    }

    fn new(url: &str, store: &'static str, folder: tempfile::TempDir) -> City {
        let db = Db::open(url).expect("a database");
        host::migrate::run(&db, &[sensing::MIGRATIONS]).expect("tables");
        let clock = Clock::set_at(NOW);
        let languages = ["en", "zh-Hant"].map(|tag| Lang::new(tag).expect("a language")).to_vec();
        let config = sensing::Config::new(Mode::Live, languages);
        let sensing = Sensing::open(&db, &clock, config).expect("the engine opens");
        let keys = Keys::default();
        keys.add(OPERATOR, Caller::Operator);
        keys.add(DEVICE, Caller::Device { name: "post 17".into(), scope: "posts/17".into() });
        let shell = Shell {
            clock,
            keys,
            metrics: Metrics::default(),
            body_limit_bytes: 16 << 20,
            timeout_seconds: 60,
            problem_page: None,
            content_security_policy: None,
            ended: tokio::sync::watch::channel(false).1,
        };
        let router = wrap(sensing.routes().into_parts().0, shell);
        City { router, sensing, store, _folder: folder }
    }

    pub async fn send(&self, request: Request<Body>) -> axum::response::Response {
        self.router.clone().oneshot(request).await.expect("the shell always answers")
    }

    /// Asks with a key (or [`NOBODY`]), with a body of this type where there is one.
    pub async fn ask(&self, method: &str, path: &str, key: &str, body: Option<(&str, String)>) -> Answer {
        let path = path.strip_prefix("http://city.test").unwrap_or(path);
        let path = if path.starts_with('/') { path.to_string() } else { format!("/sta/v1.1/{path}") };
        let mut request =
            Request::builder().method(method).uri(path.replace(' ', "%20")).header(header::HOST, "city.test");
        if !key.is_empty() {
            request = request.header(header::AUTHORIZATION, format!("Bearer {key}"));
        }
        let body = match body {
            None => Body::empty(),
            Some((kind, text)) => {
                request = request.header(header::CONTENT_TYPE, kind);
                Body::from(text)
            }
        };
        let request = request.body(body).unwrap_or_else(|e| panic!("{path}: {e}"));
        let (head, body) = self.send(request).await.into_parts();
        let bytes = body.collect().await.expect("a body").to_bytes();
        let text = String::from_utf8(bytes.to_vec()).expect("text");
        Answer {
            status: head.status.as_u16(),
            headers: head.headers,
            text,
            asked: format!("{} {method} {path}", self.store),
        }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, OPERATOR, None).await
    }

    /// What a GET answers in JSON.
    pub async fn json(&self, path: &str) -> Value {
        self.get(path).await.expect(200).json()
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.ask("POST", path, OPERATOR, Some(("application/json", body.to_string()))).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.ask("PATCH", path, OPERATOR, Some(("application/json", body.to_string()))).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.ask("DELETE", path, OPERATOR, None).await
    }

    /// Makes an entity and answers its id.
    pub async fn make(&self, set: &str, body: Value) -> i64 {
        let answer = self.post(set, body).await.expect(201);
        answer.json()["@iot.id"].as_i64().unwrap_or_else(|| panic!("{set}: {}", answer.text))
    }

    /// Names of a collection's entities, in their order.
    pub async fn names(&self, path: &str) -> Vec<String> {
        let page = self.json(path).await;
        let values = page["value"].as_array().unwrap_or_else(|| panic!("{path}: {page}"));
        values.iter().map(|value| value["name"].as_str().unwrap_or_default().to_string()).collect()
    }

    /// Results of a collection's observations, in their order.
    pub async fn results(&self, path: &str) -> Vec<Value> {
        let page = self.json(path).await;
        let values = page["value"].as_array().unwrap_or_else(|| panic!("{path}: {page}"));
        values.iter().map(|value| value["result"].clone()).collect()
    }
}

pub fn location(name: &str, longitude: f64, latitude: f64) -> Value {
    json!({
        "name": name, "description": "a place", "encodingType": "application/geo+json",
        "location": { "type": "Point", "coordinates": [longitude, latitude] },
    })
}

pub fn sensor(name: &str) -> Value {
    json!({ "name": name, "description": "an instrument", "encodingType": "text/html", "metadata": "http://a.test/sheet" })
}

pub fn observed_property(name: &str) -> Value {
    json!({ "name": name, "description": "a quantity", "definition": format!("http://a.test/{name}") })
}

pub fn datastream(name: &str, property: &str) -> Value {
    json!({
        "name": name, "description": "a series",
        "observationType": "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement",
        "unitOfMeasurement": { "name": "degree Celsius", "symbol": "°C", "definition": "ucum:Cel" },
        "Sensor": sensor(&format!("sensor of {name}")),
        "ObservedProperty": observed_property(property),
    })
}

/// A thing at a place with a datastream for each name.
pub fn thing(name: &str, longitude: f64, latitude: f64, datastreams: &[&str]) -> Value {
    let datastreams: Vec<Value> = datastreams.iter().map(|name| datastream(name, "temperature")).collect();
    json!({
        "name": name, "description": "a thing", "properties": { "colour": "red" },
        "Locations": [location(&format!("place of {name}"), longitude, latitude)],
        "Datastreams": datastreams,
    })
}

/// A time so many seconds after midnight of a day before [`NOW`].
pub fn at(second: i64) -> String {
    Time(1_789_948_800_000_000 + second * 1_000_000).iso()
}

pub fn observation(second: i64, result: impl Into<Value>) -> Value {
    json!({ "phenomenonTime": at(second), "result": result.into() })
}
