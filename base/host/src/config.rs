//! The configuration: one TOML file, overridden by the environment (`CAUSEWAY_SERVER_LISTEN=…`). Unknown keys are
//! refused; the manual `docs/configuration.md` is made of these types and their comments.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The whole file.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    pub server: Server,
    pub database: Database,
    pub city: CityConfig,
    pub feeds: Feeds,
    pub mqtt: Mqtt,
    pub mail: Mail,
    /// Keys of devices that may write. One `[[device]]` table each.
    #[serde(rename = "device")]
    pub devices: Vec<Device>,
    /// Where alerts are sent as signed CloudEvents. One `[[webhook]]` table each.
    #[serde(rename = "webhook")]
    pub webhooks: Vec<Webhook>,
}

/// Where and how the server listens.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Server {
    /// Address and port. The default is reachable from this machine only.
    pub listen: SocketAddr,
    /// The address people use, where a proxy stands before this server; absolute links are made of it.
    pub public_url: Option<String>,
    /// Folder for the database, the operator's key and diagnosis.
    pub data: PathBuf,
    /// PEM file with the certificate chain. With it and `tls_key` the server speaks TLS itself.
    pub tls_certificate: Option<PathBuf>,
    /// PEM file with the private key.
    pub tls_key: Option<PathBuf>,
    /// Bytes of a request's body beyond which it is refused.
    pub body_limit_bytes: usize,
    /// Seconds after which a request that does not stream is given up.
    pub timeout_seconds: u64,
    /// Connections served at once; more wait to be accepted.
    pub connections: usize,
    /// Write the log as JSON, a line each.
    pub log_json: bool,
    /// Whoever answers for this installation, named in the footer of every page.
    pub run_by: Option<String>,
    /// Where people write when something is wrong: an e-mail address or a URL.
    pub contact: Option<String>,
}

impl Default for Server {
    fn default() -> Server {
        Server {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            public_url: None,
            data: "data".into(),
            tls_certificate: None,
            tls_key: None,
            // A dataArray of a hundred thousand observations is about 6 MB.
            body_limit_bytes: 16 * 1024 * 1024,
            timeout_seconds: 30,
            connections: 12_000,
            log_json: false,
            run_by: None,
            contact: None,
        }
    }
}

/// The store.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Database {
    /// `sqlite:PATH` or `postgres://…`. Without it, a file a mode (`live.db`, `simulated.db`) in the data folder.
    pub url: Option<String>,
    /// Seconds between the passes that pack closed hours and days into blocks.
    pub seal_seconds: i64,
    /// Observations that may wait to be written; beyond it the door answers 429.
    pub queue_rows: usize,
}

impl Default for Database {
    fn default() -> Database {
        // A pass that finds nothing reads memory only; a minute keeps the table of fresh rows small.
        // Two hundred thousand rows are a second of full load and some 20 MB.
        Database { url: None, seal_seconds: 60, queue_rows: 200_000 }
    }
}

/// Which city.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CityConfig {
    /// Folder of the city pack. Without it, the pack inside the program.
    pub path: Option<PathBuf>,
}

/// How feeds are fetched.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Feeds {
    /// Fetch live feeds at all. Demo and replay never do.
    pub fetch: bool,
    /// Requests a minute to any one host.
    pub requests_per_host_per_minute: u32,
    /// Bytes of one answer beyond which it is cut off and counted as broken.
    pub answer_limit_bytes: usize,
    /// Allow private and loopback addresses: for tests and for feeds inside the operator's own network.
    pub allow_private_addresses: bool,
}

impl Default for Feeds {
    fn default() -> Feeds {
        Feeds {
            fetch: true,
            requests_per_host_per_minute: 30,
            // The largest feed known is a rain grid of 2.7 MB.
            answer_limit_bytes: 32 * 1024 * 1024,
            allow_private_addresses: false,
        }
    }
}

/// How devices and programs talk MQTT 3.1.1 and 5 with the city. `/mqtt` on the port of the pages takes it over WebSocket.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Mqtt {
    /// Address and port for MQTT without TLS, usually port 1883. Without it there is no such door.
    pub listen: Option<SocketAddr>,
    /// Address and port for MQTT over TLS, usually port 8883, with the certificate of `[server]`.
    pub tls_listen: Option<SocketAddr>,
    /// Clients that have no key may come, to read what is public.
    pub anonymous: bool,
    /// Anyone may publish and subscribe below any topic outside the city's own; for tests and closed networks.
    pub open: bool,
    /// Connections served at once; more wait to be accepted.
    pub connections: usize,
    /// Bytes of a packet beyond which its sender is sent away.
    pub packet_bytes: usize,
    /// Messages of QoS 1 and 2 that one client may have under way to us.
    pub receive_maximum: u16,
    /// The longest keep-alive that is granted; a client that asks for none has none.
    pub keep_alive_seconds: u16,
    /// How long the longest session lives without a connection; one without a key lives an hour.
    pub session_seconds: u32,
    /// Sessions, connected or not.
    pub sessions: usize,
    /// Messages that may wait for one client.
    pub queue_messages: usize,
    /// Bytes that may wait for one client.
    pub queue_bytes: usize,
    /// Bytes of all retained messages.
    pub retained_bytes: usize,
    /// Messages a second that one device may publish, over all its connections; 0 is no limit. The operator's key has none.
    pub device_publishes_per_second: u32,
}

impl Default for Mqtt {
    fn default() -> Mqtt {
        Mqtt {
            listen: None,
            tls_listen: None,
            anonymous: true,
            open: false,
            // Some 6 KB each: a city's devices and their reconnecting storm.
            connections: 12_000,
            // A gateway's dataArray of 4,000 observations; a device's message has a few hundred bytes.
            packet_bytes: 256 * 1024,
            // What a gateway of 1,000 sensors sends in one breath; each costs its message until the commit.
            receive_maximum: 1_000,
            // An hour: longer, and a device that is gone looks present.
            keep_alive_seconds: 3_600,
            // A week: a long weekend and the days to notice.
            session_seconds: 7 * 86_400,
            sessions: 100_000,
            // A message a second while a phone is in a tunnel for a quarter of an hour.
            queue_messages: 1_000,
            queue_bytes: 1024 * 1024,
            retained_bytes: 64 * 1024 * 1024,
            // A gateway of 2,000 devices that speak every second.
            device_publishes_per_second: 2_000,
        }
    }
}

/// A device that may write its own datastreams.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Device {
    /// A name for the log and the counters.
    pub name: String,
    /// The beginning of the slugs it may write: `lampposts/17`.
    pub scope: String,
    /// Its secret, at least 16 characters.
    pub key: String,
}

/// Where alerts are sent by e-mail, a digest at a time. Without `server` none are.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Mail {
    /// Host name of the SMTP server that takes our mail.
    pub server: Option<String>,
    /// Of the mail server.
    pub port: u16,
    /// `tls` (usually port 465), `starttls` (usually 587), or `none` within one machine or network.
    pub security: Security,
    /// Name and password, where the server asks for them; sent over TLS only.
    pub user: Option<String>,
    /// Goes with `user`.
    pub password: Option<String>,
    /// The address that alerts come from.
    pub from: String,
    /// The addresses that get them.
    pub to: Vec<String>,
    /// The language of the mails, as the city writes it; without it, the city's first.
    pub language: Option<String>,
    /// `info`, `warning` or `severe`: what matters less is not sent.
    pub least: String,
    /// Seconds between two mails: what happens meanwhile comes together in the next.
    pub digest_seconds: u32,
}

impl Default for Mail {
    fn default() -> Mail {
        Mail {
            server: None,
            port: 587,
            security: Security::Starttls,
            user: None,
            password: None,
            from: String::new(),
            to: Vec::new(),
            language: None,
            least: "warning".into(),
            // A storm is then one mail a minute.
            digest_seconds: 60,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Security {
    None,
    Starttls,
    Tls,
}

/// A program that is told of alerts.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Webhook {
    /// A name for the log; what is still to be sent is kept under it.
    pub name: String,
    /// Where events are posted; `https://` outside one's own network.
    pub url: String,
    /// Signs every event (Standard Webhooks), at least 16 characters.
    pub secret: String,
    /// `info`, `warning` or `severe`: what matters less is not sent.
    #[serde(default = "everything")]
    pub least: String,
    /// Only alerts that everybody may see.
    #[serde(default)]
    pub public_only: bool,
}

fn everything() -> String {
    vocab::Severity::Info.word().into()
}

#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("cannot read {0}: {1}")]
    Read(String, std::io::Error),
    #[error("{file}:{line}: {message}\n    docs/configuration.md lists every key")]
    Parse { file: String, line: usize, message: String },
    #[error("{0} in the environment: {1}")]
    Environment(String, String),
    #[error("[[device]] {0}: the key is shorter than 16 characters; make a longer one")]
    ShortKey(String),
    #[error("[server] tls_certificate and tls_key go together; only one of them is set")]
    HalfTls,
    #[error("[mqtt] tls_listen needs a certificate; set tls_certificate and tls_key in [server]")]
    MqttTls,
    #[error("[mqtt] {0} is 0; nothing could be sent")]
    MqttNothing(&'static str),
    #[error("[[webhook]] {0}: {1}")]
    Webhook(String, &'static str),
    #[error("[mail] {0}")]
    Mail(&'static str),
}

impl Config {
    /// Reads `file` where there is one, then the environment: pairs such as (`CAUSEWAY_SERVER_LISTEN`, `0.0.0.0:80`).
    pub fn load(
        file: Option<&Path>,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Config, ConfigError> {
        let (text, name) = match file {
            Some(path) => {
                let name = path.display().to_string();
                (std::fs::read_to_string(path).map_err(|e| ConfigError::Read(name.clone(), e))?, name)
            }
            None => (String::new(), String::new()),
        };
        let parse = |error: toml::de::Error| ConfigError::Parse {
            file: name.clone(),
            line: error.span().map_or(0, |span| crate::pack::line_at(&text, span.start)),
            message: error.message().to_string(),
        };
        // Once for messages with lines, once as a table that the environment may change.
        toml::from_str::<Config>(&text).map_err(parse)?;
        let mut table: toml::Table = text.parse().map_err(parse)?;
        for (key, value) in environment {
            override_key(&mut table, &key, &value)?;
        }
        let config: Config = table.try_into().map_err(|e: toml::de::Error| {
            ConfigError::Environment("CAUSEWAY_…".into(), e.message().to_string())
        })?;
        config.check()
    }

    fn check(self) -> Result<Config, ConfigError> {
        if let Some(device) = self.devices.iter().find(|d| d.key.len() < 16) {
            return Err(ConfigError::ShortKey(device.name.clone()));
        }
        if self.server.tls_certificate.is_some() != self.server.tls_key.is_some() {
            return Err(ConfigError::HalfTls);
        }
        if self.mqtt.tls_listen.is_some() && self.server.tls_key.is_none() {
            return Err(ConfigError::MqttTls);
        }
        let must_be = [
            ("receive_maximum", usize::from(self.mqtt.receive_maximum)),
            ("keep_alive_seconds", self.mqtt.keep_alive_seconds.into()),
            ("packet_bytes", self.mqtt.packet_bytes),
            ("queue_messages", self.mqtt.queue_messages),
        ];
        if let Some((name, _)) = must_be.into_iter().find(|(_, value)| *value == 0) {
            return Err(ConfigError::MqttNothing(name));
        }
        for (at, webhook) in self.webhooks.iter().enumerate() {
            let twice = self.webhooks[..at].iter().any(|other| other.name == webhook.name);
            if let Some(wrong) = webhook.wrong(twice) {
                return Err(ConfigError::Webhook(webhook.name.clone(), wrong));
            }
        }
        match self.mail.wrong() {
            Some(wrong) => Err(ConfigError::Mail(wrong)),
            None => Ok(self),
        }
    }

    pub fn database_url(&self) -> String {
        let default = || format!("sqlite:{}", self.server.data.join("city.db").display());
        self.database.url.clone().unwrap_or_else(default)
    }
}

const LEAST: &str = "least is none of info, warning, severe";

impl Webhook {
    fn wrong(&self, twice: bool) -> Option<&'static str> {
        let tests = [
            (self.name.is_empty() || twice, "every webhook needs a name of its own"),
            (self.secret.len() < 16, "the secret is shorter than 16 characters; make a longer one"),
            (!self.url.starts_with("https://") && !self.url.starts_with("http://"), "url is no web address"),
            (vocab::Severity::from_word(&self.least).is_none(), LEAST),
        ];
        tests.into_iter().find(|(is_wrong, _)| *is_wrong).map(|(_, what)| what)
    }
}

impl Mail {
    fn wrong(&self) -> Option<&'static str> {
        let address = |text: &str| {
            let fits = |c: char| c.is_ascii_graphic() && !"<>,;\"".contains(c);
            text.len() < 255 && text.split('@').count() == 2 && text.chars().all(fits)
        };
        self.server.as_ref()?;
        let tests = [
            (!address(&self.from), "from is no address: write alerts@city.example"),
            (self.to.is_empty(), "to is empty; nobody would get it"),
            (!self.to.iter().all(|to| address(to)), "to holds what is no address"),
            (self.user.is_some() != self.password.is_some(), "user and password go together"),
            (self.user.is_some() && self.security == Security::None, "a password is sent over TLS only"),
            (vocab::Severity::from_word(&self.least).is_none(), LEAST),
        ];
        tests.into_iter().find(|(is_wrong, _)| *is_wrong).map(|(_, what)| what)
    }
}

/// `CAUSEWAY_SERVER_LISTEN` sets `listen` in `[server]`. `CAUSEWAY_LOG` is the log's own.
fn override_key(table: &mut toml::Table, key: &str, value: &str) -> Result<(), ConfigError> {
    let Some(rest) =
        key.strip_prefix("CAUSEWAY_").filter(|rest| *rest != "LOG" && !rest.starts_with("TEST_"))
    else {
        return Ok(());
    };
    let unknown = |why: &str| ConfigError::Environment(key.into(), why.into());
    let (section, name) = rest.split_once('_').ok_or_else(|| unknown("write it as CAUSEWAY_SECTION_KEY"))?;
    let section = section.to_ascii_lowercase();
    let name = name.to_ascii_lowercase();
    // What looks like a number or a truth value is one; a text that must stay text can be set in the file.
    let value: toml::Value = match value {
        "true" => true.into(),
        "false" => false.into(),
        digits if digits.parse::<i64>().is_ok() => digits.parse::<i64>().map(Into::into).unwrap_or(0.into()),
        text => text.into(),
    };
    let entry = table.entry(section).or_insert_with(|| toml::Table::new().into());
    let section =
        entry.as_table_mut().ok_or_else(|| unknown("this section is a list; set it in the file"))?;
    section.insert(name, value);
    Ok(())
}

/// The manual, in Markdown, from the types above.
pub fn manual() -> String {
    let schema = schemars::generate::SchemaSettings::draft2020_12()
        .with(|s| s.inline_subschemas = true)
        .into_generator()
        .into_root_schema_for::<Config>();
    let defaults = serde_json::to_value(Config::default()).unwrap_or_default();
    let mut out = String::from(
        "# Configuration\n\nMade from the program's own types (`cargo xtask bless`); do not edit.\n\n\
         One TOML file, given with `--config FILE`. The environment overrides it: `CAUSEWAY_SERVER_LISTEN` sets `listen` in\n\
         `[server]`. Unknown keys are refused. `CAUSEWAY_LOG` sets the log's levels (`info`, `debug`, `host=debug`).\n",
    );
    for (section, facts) in schema.as_value()["properties"].as_object().into_iter().flatten() {
        let (facts, head) = match facts.get("items") {
            Some(items) => (items, format!("[[{section}]]")),
            None => (facts, format!("[{section}]")),
        };
        let about = facts["description"].as_str().unwrap_or_default();
        out.push_str(&format!("\n## {head}\n\n{about}\n\n| key | meaning | default |\n|---|---|---|\n"));
        for (key, property) in facts["properties"].as_object().into_iter().flatten() {
            let meaning = property["description"].as_str().unwrap_or_default().replace('\n', " ");
            let default = match &defaults[section][key] {
                serde_json::Value::Null => "none".to_string(),
                value => format!("`{value}`"),
            };
            out.push_str(&format!("| `{key}` | {meaning} | {default} |\n"));
        }
    }
    out
}

#[cfg(test)]
mod tests;
