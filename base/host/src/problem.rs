//! What we say when we cannot do what was asked: problem details (RFC 9457) from one table of public codes.
//!
//! A code is never renamed. Its title comes in every language we write; `detail` says what failed, on what, and `hint`
//! what to do. Internal detail never gets in here.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};

/// A public problem code: `/problems/<slug>`.
#[derive(Debug, PartialEq, Eq)]
pub struct Code {
    /// `<crate>-<what>`.
    pub slug: &'static str,
    pub status: u16,
    /// Reason code of MQTT 5 (section 2.4) where the same problem meets a device.
    pub mqtt: u8,
    /// (language tag, title), English first.
    pub titles: &'static [(&'static str, &'static str)],
}

impl Code {
    /// The title in the first language of `wanted` that has one, else English.
    pub fn title<'a>(
        &'static self,
        wanted: impl IntoIterator<Item = &'a str>,
    ) -> (&'static str, &'static str) {
        wanted
            .into_iter()
            .find_map(|tag| self.titles.iter().find(|(lang, _)| lang.eq_ignore_ascii_case(tag)))
            .or(self.titles.first())
            .copied()
            .unwrap_or(("en", self.slug))
    }
}

/// Declares the problem codes of a crate, a line each: name, slug, status, MQTT reason, title in English, in
/// traditional and in simplified Chinese; and `CODES`, all of them.
#[macro_export]
macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $slug:literal $status:literal $mqtt:literal $en:literal $hant:literal $hans:literal;)*) => {
        $($(#[$doc])* pub static $name: $crate::problem::Code = $crate::problem::Code {
            slug: $slug, status: $status, mqtt: $mqtt,
            titles: &[("en", $en), ("zh-Hant", $hant), ("zh-Hans", $hans)],
        };)*
        /// The codes of this crate, for the table of all of them.
        pub static CODES: &[&$crate::problem::Code] = &[$(&$name),*];
    };
}

codes! {
    NOT_FOUND = "host-not-found" 404 0x87 "There is nothing here" "這裏沒有內容" "这里没有内容";
    METHOD_NOT_ALLOWED = "host-method-not-allowed" 405 0x87 "This cannot be done here" "此處不支援這個操作" "此处不支持这个操作";
    UNAUTHORIZED = "host-unauthorized" 401 0x86 "A valid key is needed" "需要有效的鑰匙" "需要有效的密钥";
    FORBIDDEN = "host-forbidden" 403 0x87 "Not allowed" "未獲准許" "未获准许";
    BAD_REQUEST = "host-bad-request" 400 0x99 "The request could not be understood" "無法理解這個請求" "无法理解这个请求";
    TOO_LARGE = "host-too-large" 413 0x95 "The request is too large" "請求太大" "请求太大";
    UNSUPPORTED_TYPE = "host-unsupported-type" 415 0x99 "This kind of content is not understood" "不支援這種內容" "不支持这种内容";
    BUSY = "host-busy" 429 0x97 "Too much at once; try again soon" "請求過多，請稍後再試" "请求过多，请稍后再试";
    PACK_REFUSED = "host-pack-refused" 422 0x83 "The city pack has mistakes" "城市資料包有錯誤" "城市资料包有错误";
    INTERNAL = "host-internal" 500 0x80 "Something went wrong on our side" "我們這邊出了問題" "我们这边出了问题";
    UNAVAILABLE = "host-unavailable" 503 0x88 "Not available just now" "暫時無法使用" "暂时无法使用";
    TIMEOUT = "host-timeout" 503 0x88 "It took too long" "處理時間過長" "处理时间过长";
}

/// A problem on its way to a caller.
#[derive(Debug, Clone)]
pub struct Problem {
    pub code: &'static Code,
    /// What failed, on what. English: it speaks to developers; the title speaks to people.
    pub detail: String,
    pub hint: Option<String>,
    pub retry_after_seconds: Option<u32>,
}

impl Problem {
    pub fn new(code: &'static Code, detail: impl Into<String>) -> Problem {
        Problem { code, detail: detail.into(), hint: None, retry_after_seconds: None }
    }

    /// What to do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Problem {
        self.hint = Some(hint.into());
        self
    }

    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Problem {
        self.retry_after_seconds = Some(seconds);
        self
    }

    pub fn not_found(what: impl std::fmt::Display) -> Problem {
        Problem::new(&NOT_FOUND, format!("{what} does not exist"))
    }

    pub fn bad_request(detail: impl Into<String>) -> Problem {
        Problem::new(&BAD_REQUEST, detail)
    }

    pub fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.code.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// The document of RFC 9457 in the first of `languages` that we have.
    pub fn to_json<'a>(
        &self,
        instance: &str,
        languages: impl IntoIterator<Item = &'a str>,
    ) -> (serde_json::Value, &'static str) {
        let (lang, title) = self.code.title(languages);
        let mut body = serde_json::json!({
            "type": format!("/problems/{}", self.code.slug),
            "title": title,
            "status": self.code.status,
            "detail": self.detail,
            "instance": instance,
        });
        if let Some(hint) = &self.hint {
            body["hint"] = hint.clone().into();
        }
        (body, lang)
    }
}

impl IntoResponse for Problem {
    /// The shell's outermost layer writes the body, since only it knows the reader's language; this carries the facts.
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        if let Some(seconds) = self.retry_after_seconds {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.code.status == 401 {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response.extensions_mut().insert(self);
        response
    }
}

/// The detail goes to the log, not to the caller.
impl From<crate::db::DbError> for Problem {
    fn from(error: crate::db::DbError) -> Problem {
        tracing::error!(%error, "a request failed in the database");
        match error {
            crate::db::DbError::Closed => {
                Problem::new(&UNAVAILABLE, "the store is shutting down").retry_after(5)
            }
            crate::db::DbError::Commit(_) => {
                Problem::new(&UNAVAILABLE, "the store could not save this; nothing was kept")
                    .hint("send it again; the operator sees the reason in the log")
                    .retry_after(5)
            }
            _ => Problem::new(&INTERNAL, "the store could not answer"),
        }
    }
}

#[cfg(test)]
mod tests;
