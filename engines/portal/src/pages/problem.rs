//! A problem as a page.

use askama::Template;
use host::Problem;
use ui::Reader;
use ui::layout::Page;
use ui::markup::Markup;
use vocab::Lang;

use crate::Portal;

#[derive(Template)]
#[template(path = "problem.html")]
struct ProblemHtml<'a> {
    r: Reader<'a>,
    problem: &'a Problem,
    home: String,
}

/// The page in the language of the address, else in the best of the reader's.
pub fn page(portal: &Portal, problem: &Problem, path: &str, languages: &[String]) -> String {
    let of_path = path.split('/').nth(1).and_then(|slug| portal.site().lang(slug));
    let wished = || portal.site().negotiate(&languages.join(","));
    let Some(lang): Option<&Lang> = of_path.or_else(wished) else { return problem.detail.clone() };
    let reader = portal.reader(lang);
    let (_, title) = problem.code.title([lang.as_str()]);
    // A language that the table of codes does not have gets the pack's word for "something is wrong".
    let known = problem.code.titles.iter().any(|(tag, _)| *tag == lang.as_str());
    let title = if known { title.to_string() } else { reader.t("problem-title") };
    // Of the address only the page's part: a query is not repeated.
    let inner = path.strip_prefix(&format!("/{}", lang.slug())).unwrap_or("").trim_end_matches('/');
    let mut page = Page::new(portal.site(), reader, inner, title);
    page.unlisted = true;
    page.content = Markup::of(&ProblemHtml { r: reader, problem, home: ui::layout::address(lang, "") });
    page.render()
}
