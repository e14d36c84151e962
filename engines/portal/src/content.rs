//! What the pages need of a pack: its words, its dashboards and its register, judged together.

use std::sync::Arc;

use host::pack::{self, Finding, Pack};
use ui::language::{Messages, Words};

use crate::dashboard::Dashboard;
use crate::register::Register;
use crate::storm::Storms;
use crate::task::Tasks;
use crate::town::Town;

/// The messages of this crate.
pub const MESSAGES: &[(&str, &str)] = &[
    ("en", include_str!("../messages/en.ftl")),
    ("zh-Hant", include_str!("../messages/zh-Hant.ftl")),
    ("zh-Hans", include_str!("../messages/zh-Hans.ftl")),
    ("en", include_str!("../messages/alerts/en.ftl")),
    ("zh-Hant", include_str!("../messages/alerts/zh-Hant.ftl")),
    ("zh-Hans", include_str!("../messages/alerts/zh-Hans.ftl")),
];

/// Words, dashboards and register of a pack. Cloning shares them.
#[derive(Clone)]
pub struct Content {
    pub words: Arc<Words>,
    pub dashboard: Arc<Dashboard>,
    pub town: Arc<Town>,
    pub tasks: Arc<Tasks>,
    pub storms: Arc<Storms>,
    /// Nothing where the pack follows no plan.
    pub register: Option<Arc<Register>>,
}

impl Content {
    /// Reads what the pages need, or says everything that is wrong with it.
    pub fn of(pack: &Pack) -> Result<Content, Vec<Finding>> {
        let mut messages = Messages::new().add_all(MESSAGES);
        let mut findings = Vec::new();
        for file in pack.folder("words", ".ftl") {
            // words/<any>.<language>.ftl
            match file.path.rsplit('.').nth(1) {
                Some(lang) if file.path.matches('.').count() >= 2 => {
                    messages = messages.amend(lang, &file.text)
                }
                _ => findings.push(Finding::new(
                    file,
                    0,
                    "the name of this file does not say its language",
                    "call it <anything>.<language>.ftl, for example pages.pt.ftl",
                )),
            }
        }
        let words = messages.finish(&pack.language_tags()).map_err(|faults| {
            let city = &pack.files["city.toml"];
            let line = pack::line_of_key(&city.text, "languages");
            let hint =
                "every language that city.toml offers needs every word; words/<any>.<language>.ftl adds them";
            faults.iter().map(|fault| Finding::new(city, line, fault.to_string(), hint)).collect::<Vec<_>>()
        });
        let words = pack::keep(words, &mut findings);
        let dashboard = pack::keep(Dashboard::of(pack), &mut findings);
        let register = pack::keep(Register::of(pack), &mut findings);
        let tasks = pack::keep(Tasks::of(pack), &mut findings);
        let storms = pack::keep(Storms::of(pack), &mut findings);
        let town = pack::keep(Town::of(pack), &mut findings);
        match (words, dashboard, register, tasks, storms, town) {
            (Some(words), Some(dashboard), Some(register), Some(tasks), Some(storms), Some(town))
                if findings.is_empty() =>
            {
                Ok(Content {
                    words: Arc::new(words),
                    dashboard: Arc::new(dashboard),
                    tasks: Arc::new(tasks),
                    storms: Arc::new(storms),
                    town: Arc::new(town),
                    register: register.map(Arc::new),
                })
            }
            _ => Err(findings),
        }
    }
}

#[cfg(test)]
mod tests;
