// The accessibility tree of key pages, as committed: a change of what a screen reader meets is seen in a diff. What moves
// by itself (figures, times, states, the place that leads a list) is masked in the page. `BLESS=1` rewrites them; read the
// diff as one who listens.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { address } from './pages.mjs';

const folder = new URL('../snapshots/', import.meta.url);
const KINDS = ['home', 'thing', 'lamppost', 'datastream', 'feeds', 'about', 'district', 'visitor-point'];

export async function snapshots(browser, base, pages, find) {
  mkdirSync(folder, { recursive: true });
  for (const kind of pages.filter((k) => KINDS.includes(k.name))) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(address(base, 'en', kind), { waitUntil: 'load' });
    await page.evaluate(mask);
    const tree = masked(await page.locator('body').ariaSnapshot());
    await context.close();
    const file = new URL(`${kind.name}.yml`, folder);
    if (process.env.BLESS) writeFileSync(file, tree);
    const known = existsSync(file) ? readFileSync(file, 'utf8') : '';
    if (known === tree) continue;
    const [before, now] = [known.split('\n'), tree.split('\n')];
    const line = now.findIndex((text, at) => text !== before[at]);
    find(`snapshot ${kind.name}`, `line ${line + 1} was "${before[line]?.trim()}", is "${now[line]?.trim()}"; BLESS=1 rewrites it`);
  }
}

// Runs in the page.
function mask() {
  const all = (selector) => [...document.querySelectorAll(selector)];
  const say = (selector, word) => all(selector).forEach((e) => (e.textContent = word));
  // What is said to the public has its hours.
  say('[aria-labelledby="notices"], #storm-now', 'NOTICES');
  say('time', 'TIME');
  say('data, .figure .amount', '#');
  // A state can be unsaid: a figure without one, and a tile without a trail, are as usual.
  for (const chip of all('[data-tile] .chip[data-state]')) chip.remove();
  say('.chip[data-state]', 'STATE');
  say('[data-tile] .place', 'PLACE');
  say('[data-tile] .figure.words', 'WORDS');
  // Which places lead a list goes by their readings.
  say('.layer-name + .list > li', 'READING');
  // What is usual is said once a past is there.
  for (const usual of all('[data-tile] .small.muted')) usual.remove();
  const summary = (text) => text.replace(/ (One gap|\d+ gaps) without values\./, '').replace(/\d+ \w{3} \d{4}, \d\d:\d\d/g, 'TIME').replace(/\b\d[\d.,]*(?= |$)/g, '#');
  for (const e of all('.chart .summary, .chart desc')) e.textContent = summary(e.textContent);
}

function masked(tree) {
  const plain = tree
    // The window of a file or of a call, ids of the store, hashes in names of files, amounts that grow.
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replace(/\(\d+\)/g, '(ID)')
    .replace(/(\/assets\/\w+)\.\w+\./g, '$1.HASH.')
    .replace(/[\d,]+ values since/g, '# values since')
    .replace(/Queue: [\d,]+/g, 'Queue: #');
  // Rows that are alike: one of each run stands for all of them.
  const lines = plain.split('\n');
  return lines.filter((line, at) => line !== lines[at - 1]).join('\n').concat('\n');
}
