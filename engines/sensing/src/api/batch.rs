//! `POST /$batch` (OGC 18-088, 11): what stands alone is asked as if it had come by itself; a change set is one
//! transaction.

use axum::body::Bytes;
use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::Response;
use host::http::Access;
use host::{Gate, Problem};

use super::entities::{self, act};
use super::{landing, observations, read};
use crate::Sensing;
use crate::actions::entities::changes::{self, Act, Done, Names, Step};
use crate::api::problems::{BAD_BATCH, BAD_PATH, ROLLED_BACK, TOO_MUCH};
use crate::batch::{self, Answered, Asked, Entry, Replied, multipart};
use crate::entity::tree::Node;
use crate::query::words::short;

/// Bytes of all answers together; a page of 10,000 observations has three millions.
const BYTES: usize = 64 << 20;

/// Between the parts of an answer. No JSON of ours begins a line with it: we write none with line breaks.
const BOUNDARY: &str = "batch_of_causeway";

pub async fn batch(
    gate: Gate,
    State(sensing): State<Sensing>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response, Problem> {
    let is_multipart = multipart::boundary(super::base::content_type(&headers));
    let entries = match is_multipart {
        Some(boundary) => multipart::read(&bytes, boundary)?,
        None => {
            super::base::must_be_json(&headers)?;
            batch::of_json(&bytes)?
        }
    };
    let prefer = headers.get_all("prefer").iter().filter_map(|value| value.to_str().ok());
    // After an error nothing more is done, unless the client wants it (OData 4.0 part 1, 8.2.8.3).
    let goes_on = prefer.flat_map(|value| value.split([',', ';'])).any(|preference| {
        let preference = preference.trim().trim_start_matches("odata.");
        preference == "continue-on-error" || preference == "continue-on-error=true"
    });
    let mut running = Running { sensing, gate, uri, headers: headers.clone(), names: Names::new(), bytes: 0 };
    let mut replies = Vec::with_capacity(entries.len());
    for entry in &entries {
        let reply = match entry {
            Entry::One(asked) => Replied::One(running.one(asked).await),
            Entry::Set(all) => Replied::Set(running.set(all).await),
        };
        let failed = match &reply {
            Replied::One(answered) => answered.is_error(),
            Replied::Set(all) => all.iter().any(Answered::is_error),
        };
        replies.push(reply);
        if failed && !goes_on {
            break;
        }
    }
    let (kind, text) = match is_multipart {
        Some(_) => ("multipart/mixed; boundary=batch_of_causeway", multipart::write(&replies, BOUNDARY)),
        None => ("application/json", batch::to_json(&replies)),
    };
    Ok(running.sensing.answer(StatusCode::OK, kind, text))
}

struct Running {
    sensing: Sensing,
    gate: Gate,
    uri: Uri,
    headers: HeaderMap,
    names: Names,
    /// Of all answers so far.
    bytes: usize,
}

/// What stands in the access table for a method below the version.
fn row(method: &Method) -> Option<Access> {
    match *method {
        Method::GET => Some(super::READ),
        Method::POST => Some(super::MAKE),
        Method::PATCH | Method::PUT => Some(super::CHANGE),
        Method::DELETE => Some(super::REMOVE),
        _ => None,
    }
}

impl Running {
    fn base(&self) -> String {
        self.sensing.base(&self.uri, &self.headers)
    }

    /// `/sta/v1.1`, as this batch was asked.
    fn root(&self) -> &str {
        self.uri.path().strip_suffix("/$batch").unwrap_or("/sta/v1.1")
    }

    fn method(asked: &Asked) -> Result<(Method, Access), Problem> {
        let method = Method::from_bytes(asked.method.as_bytes()).ok();
        method.and_then(|method| row(&method).map(|row| (method, row))).ok_or_else(|| {
            Problem::new(&BAD_BATCH, format!("there is no method {}", short(&asked.method)))
                .hint("there are GET, POST, PATCH, PUT, DELETE")
        })
    }

    /// What follows the version: of `Things`, `/sta/v1.1/Things` and the whole address.
    fn below<'a>(&self, url: &'a str) -> &'a str {
        let url = url.strip_prefix(&self.base()).unwrap_or(url);
        url.strip_prefix(self.root()).unwrap_or(url).trim_start_matches('/')
    }

    fn head(&self, asked: &Asked) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for name in [header::HOST, HeaderName::from_static("x-forwarded-proto")] {
            self.headers.get(&name).into_iter().for_each(|value| drop(headers.insert(&name, value.clone())));
        }
        for (name, value) in asked.headers.iter().filter(|(name, _)| name != "host") {
            if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), HeaderValue::from_str(value)) {
                headers.insert(name, value);
            }
        }
        headers
    }

    async fn one(&mut self, asked: &Asked) -> Answered {
        match self.alone(asked).await {
            Ok(answered) => answered,
            Err(problem) => self.failed(asked, &problem),
        }
    }

    /// A request that is no part of a change set, as if it had come by itself.
    async fn alone(&mut self, asked: &Asked) -> Result<Answered, Problem> {
        let (method, row) = Self::method(asked)?;
        let gate = self.gate.through(row)?;
        let below = self.below(&asked.url).to_string();
        let refers = asked.url.starts_with('$')
            || serde_json::from_slice(&asked.body).is_ok_and(|json| changes::refers(&json));
        if method != Method::GET && refers {
            return self.steps(std::slice::from_ref(asked)).await.map_err(|(_, problem)| problem).and_then(
                |mut answers| answers.pop().ok_or_else(|| Problem::new(&BAD_BATCH, "it asks for nothing")),
            );
        }
        let below = if method == Method::GET { self.named(&below)? } else { below };
        // Spaces that a client did not encode end the address in HTTP; here they need not.
        let address = format!("{}/{below}", self.root()).replace(' ', "%20");
        let uri: Uri = address.parse().map_err(|_| {
            Problem::new(&BAD_PATH, format!("{} is no address", short(&asked.url)))
                .hint("write it as it stands below the version: Things(1)")
        })?;
        if below == "$batch" {
            return Err(
                Problem::new(&BAD_BATCH, "a batch within a batch").hint("send its requests by themselves")
            );
        }
        let (headers, body) = (self.head(asked), Bytes::from(asked.body.clone()));
        let (state, uri) = (State(self.sensing.clone()), OriginalUri(uri));
        let response = match method {
            Method::GET if below.is_empty() => landing::landing(gate, state, uri, headers).await,
            Method::GET => read::get(gate, state, uri, headers).await?,
            Method::POST if below == "CreateObservations" => {
                observations::create_observations(gate, state, uri, headers, body).await?
            }
            Method::DELETE => entities::delete(gate, state, uri, headers).await?,
            method => entities::write(gate, state, method, uri, headers, body).await?,
        };
        let answered = self.of_response(asked, response).await?;
        if let (Some(id), Some(location)) = (&asked.id, &answered.location)
            && let Ok(address) = crate::entity::path::Address::parse(self.below(location))
            && let Some(key) = address.id
        {
            self.names.insert(id.clone(), (address.root, key.to_string()));
        }
        Ok(answered)
    }

    /// An address that may begin with what an earlier request made.
    fn named(&self, below: &str) -> Result<String, Problem> {
        let Some(rest) = below.strip_prefix('$') else { return Ok(below.to_string()) };
        let (name, rest) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        match self.names.get(name) {
            Some((kind, key)) => Ok(format!("{}({key}){rest}", kind.set())),
            None => Ok(below.to_string()),
        }
    }

    async fn of_response(&mut self, asked: &Asked, response: Response) -> Result<Answered, Problem> {
        let (head, body) = response.into_parts();
        let too_much = || {
            Problem::new(&TOO_MUCH, format!("the answers of this batch have more than {BYTES} bytes"))
                .hint("ask for less at once: $top, $select")
        };
        let left = BYTES.saturating_sub(self.bytes);
        let bytes = axum::body::to_bytes(body, left).await.map_err(|_| too_much())?;
        self.bytes += bytes.len();
        let text = |name: HeaderName| {
            head.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_string)
        };
        Ok(Answered {
            id: asked.id.clone(),
            status: head.status.as_u16(),
            location: text(header::LOCATION),
            kind: text(header::CONTENT_TYPE).unwrap_or_default(),
            body: String::from_utf8_lossy(&bytes).into_owned(),
        })
    }

    fn failed(&self, asked: &Asked, problem: &Problem) -> Answered {
        let languages = self.gate.languages.iter().map(String::as_str);
        let (body, _) = problem.to_json(&asked.url, languages);
        Answered {
            id: asked.id.clone(),
            status: problem.status().as_u16(),
            location: None,
            kind: "application/problem+json".into(),
            body: body.to_string(),
        }
    }

    /// A change set: all of it, or nothing.
    async fn set(&mut self, all: &[Asked]) -> Vec<Answered> {
        match self.steps(all).await {
            Ok(answers) => answers,
            Err((step, problem)) => {
                let rolled_back = Problem::new(&ROLLED_BACK, "another request of its group failed")
                    .hint("correct that one, and send the group again");
                let one = |(at, asked)| self.failed(asked, if at == step { &problem } else { &rolled_back });
                all.iter().enumerate().map(one).collect()
            }
        }
    }

    async fn steps(&mut self, all: &[Asked]) -> Result<Vec<Answered>, (usize, Problem)> {
        let mut steps = Vec::with_capacity(all.len());
        for (at, asked) in all.iter().enumerate() {
            steps.push(self.step(asked).map_err(|problem| (at, problem))?);
        }
        if steps.is_empty() {
            return Ok(Vec::new());
        }
        let base = self.base();
        let done = self.sensing.perform(&self.gate, &base, steps, self.names.clone()).await;
        let (done, names) = done.map_err(|failed| (failed.step, failed.problem))?;
        self.names = names;
        let mut answers = Vec::with_capacity(all.len());
        for (at, (asked, done)) in all.iter().zip(done).enumerate() {
            let answered = match done {
                Done::Made(node) => self.shown(asked, &base, StatusCode::CREATED, node).await,
                Done::Changed(node) => self.shown(asked, &base, StatusCode::OK, node).await,
                Done::Removed => Ok(Answered {
                    id: asked.id.clone(),
                    status: 200,
                    location: None,
                    kind: String::new(),
                    body: String::new(),
                }),
            };
            answers.push(answered.map_err(|problem| (at, problem))?);
        }
        Ok(answers)
    }

    async fn shown(
        &mut self,
        asked: &Asked,
        base: &str,
        status: StatusCode,
        node: Node,
    ) -> Result<Answered, Problem> {
        let response = self.sensing.shown(base, status, node).await?;
        self.of_response(asked, response).await
    }

    fn step(&self, asked: &Asked) -> Result<Step, Problem> {
        let (method, row) = Self::method(asked)?;
        if method == Method::GET {
            return Err(
                Problem::new(&BAD_BATCH, "a change set holds no GET").hint("let it stand beside the set")
            );
        }
        self.gate.through(row)?;
        let act: Act = act(&method, &self.head(asked), &asked.body)?;
        let below = self.below(&asked.url);
        if below == "CreateObservations" || below == "$batch" || below.contains('?') {
            return Err(Problem::new(&BAD_BATCH, format!("{} cannot be part of a change set", short(below)))
                .hint("a change set makes, changes and deletes entities, one by one"));
        }
        let below = below.replace("%27", "'").replace("%28", "(").replace("%29", ")").replace("%24", "$");
        Ok(Step { name: asked.id.clone(), at: below, act })
    }
}
