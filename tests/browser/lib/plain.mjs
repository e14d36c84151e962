// What a page is before a script has touched it: whole, in the language it says, strict about what may run in it.
import { LANGS, address } from './pages.mjs';

const POLICY = {
  'default-src': "'self'", 'style-src': "'self'", 'object-src': "'none'", 'base-uri': "'none'", 'form-action': "'self'",
};

export async function plain(browser, base, pages, find) {
  for (const kind of pages) {
    for (const lang of Object.keys(LANGS)) {
      const where = `plain ${kind.name} ${lang}`;
      const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, javaScriptEnabled: false });
      const page = await context.newPage();
      const response = await page.goto(address(base, lang, kind), { waitUntil: 'load' });
      policy(response.headers(), (what) => find(where, what));
      for (const what of await page.evaluate(document_, { lang, kind, langs: LANGS })) find(where, what);
      await context.close();
    }
  }
}

function policy(headers, find) {
  const said = new Map((headers['content-security-policy'] ?? '').split(';').map((part) => {
    const [name, ...values] = part.trim().split(/\s+/);
    return [name, values];
  }));
  for (const [name, value] of Object.entries(POLICY)) {
    if (said.get(name)?.join(' ') !== value) find(`policy: ${name} is ${said.get(name)?.join(' ')}`);
  }
  const scripts = said.get('script-src') ?? [];
  if (!scripts.length || !scripts.every((value) => value === "'self'" || value.startsWith("'sha256-"))) find(`policy: scripts of ${scripts.join(' ')}`);
  for (const [name, values] of said) {
    if (values.some((value) => /unsafe|^\*|^https?:/.test(value))) find(`policy: ${name} ${values.join(' ')}`);
  }
  if (headers['x-content-type-options'] !== 'nosniff') find('no nosniff');
}

// Runs in the page.
function document_({ lang, kind, langs }) {
  const found = [];
  const must = (good, what) => good || found.push(what);
  const path = (href) => href && new URL(href, location.href).pathname + new URL(href, location.href).search;
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  must(document.documentElement.lang === langs[lang], `lang is ${document.documentElement.lang}`);
  const canonical = document.querySelector('link[rel="canonical"]')?.href;
  must(path(canonical) === `/${lang}${kind.path}`, `canonical is ${canonical}`);
  for (const [other, tag] of Object.entries(langs)) {
    const link = document.querySelector(`link[rel="alternate"][hreflang="${tag}"]`)?.href;
    must(path(link) === `/${other}${kind.path}`, `alternate ${tag} is ${link}`);
    if (other !== lang) must(all(`nav a[hreflang="${tag}"][lang="${tag}"]`).length, `no link to ${tag}`);
  }
  must(!all('[style], style').length, 'a style inside the page');
  must(!all('*').some((e) => [...e.attributes].some((a) => a.name.startsWith('on'))), 'a script in an attribute');
  // Pictures have names; figures have their numbers as a table, and maps their places as a list.
  for (const svg of all('svg:not([aria-hidden="true"]):not(svg svg)')) {
    const names = (svg.getAttribute('aria-labelledby') ?? '').split(' ').map((id) => document.getElementById(id)?.textContent);
    must(svg.getAttribute('role') === 'img' && (svg.hasAttribute('aria-label') || names.some(Boolean)), 'a picture without a name');
  }
  const charts = all('figure.chart');
  must(charts.length >= (kind.charts ?? 0), `${charts.length} charts`);
  for (const chart of charts) {
    must(chart.querySelector('.plot > svg'), 'a chart that is not drawn');
    must(chart.querySelector('table caption')?.textContent.trim(), 'a chart without a table');
    must(all('tbody tr', chart).length > 1, 'a chart with an empty table');
    must(chart.querySelector('.summary')?.textContent.trim(), 'a chart without words');
  }
  for (const map of all('city-map')) {
    must(map.querySelector('svg'), 'a map that is not drawn');
    must(all('li a', document.getElementById(map.getAttribute('places'))).length, 'a map without a list');
  }
  // Without scripts nothing is offered that needs them.
  must(!all('button').some((b) => b.checkVisibility() && !b.form && !b.closest('#content .block')), 'a button that does nothing');
  return found;
}
