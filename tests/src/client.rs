//! A plain HTTP client for tests: every status is an answer, none an error.

use std::time::Duration;

use serde_json::Value;

/// Asks one server, with or without a key.
#[derive(Clone)]
pub struct Client {
    agent: ureq::Agent,
    pub base: String,
    pub key: Option<String>,
}

#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body)
            .unwrap_or_else(|e| panic!("no JSON ({e}) in a {}: {}", self.status, self.body))
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
    }

    /// The code of a problem: `host-not-found`.
    pub fn problem(&self) -> String {
        self.json()["type"].as_str().unwrap_or_default().trim_start_matches("/problems/").to_string()
    }

    #[track_caller]
    pub fn expect(self, status: u16) -> Answer {
        assert_eq!(self.status, status, "{}", self.body);
        self
    }
}

impl Client {
    pub fn new(base: impl Into<String>, key: Option<String>) -> Client {
        // Long enough for a backup on a busy machine.
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(60)));
        Client { agent: config.build().into(), base: base.into(), key }
    }

    pub fn without_key(&self) -> Client {
        Client { key: None, ..self.clone() }
    }

    pub fn get(&self, path: &str) -> Answer {
        self.get_with(path, &[])
    }

    /// Every entity of a SensorThings collection, page after page.
    #[track_caller]
    pub fn all(&self, path: &str) -> Vec<Value> {
        let (mut all, mut next) = (Vec::new(), Some(path.to_string()));
        while let Some(path) = next {
            let page = self.get(&path).expect(200).json();
            all.extend(page["value"].as_array().expect("a collection").iter().cloned());
            next = page["@iot.nextLink"].as_str().map(str::to_string);
        }
        all
    }

    pub fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.try_send("GET", path, headers, None).unwrap_or_else(|e| panic!("GET {path}: {e}"))
    }

    pub fn send(&self, method: &str, path: &str, body: &Value) -> Answer {
        let headers = [("content-type", "application/json")];
        self.try_send(method, path, &headers, Some(body.to_string()))
            .unwrap_or_else(|e| panic!("{method} {path}: {e}"))
    }

    pub fn post(&self, path: &str, body: &Value) -> Answer {
        self.send("POST", path, body)
    }

    /// As the others, but a server that is gone is an answer too: for tests that kill it.
    pub fn try_send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<String>,
    ) -> Result<Answer, String> {
        let url = if path.starts_with("http") { path.to_string() } else { format!("{}{path}", self.base) };
        let mut request = ureq::http::Request::builder().method(method).uri(url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(key) = &self.key {
            request = request.header("authorization", format!("Bearer {key}"));
        }
        let request = request.body(body.unwrap_or_default()).map_err(|e| e.to_string())?;
        let mut response = self.agent.run(request).map_err(|e| e.to_string())?;
        let headers = response
            .headers()
            .iter()
            .map(|(n, v)| (n.to_string(), String::from_utf8_lossy(v.as_bytes()).into_owned()))
            .collect();
        let body =
            response.body_mut().with_config().limit(200_000_000).read_to_vec().map_err(|e| e.to_string())?;
        Ok(Answer {
            status: response.status().as_u16(),
            headers,
            body: String::from_utf8_lossy(&body).into_owned(),
        })
    }
}
