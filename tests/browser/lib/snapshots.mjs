// The accessibility tree of key pages, as committed: a change of what a screen reader meets is seen in a diff. Figures,
// times and names of places change by themselves and are masked. `BLESS=1` rewrites them; read the diff.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { address } from './pages.mjs';

const folder = new URL('../snapshots/', import.meta.url);

export async function snapshots(browser, base, pages, find) {
  mkdirSync(folder, { recursive: true });
  for (const kind of pages.filter((k) => ['home', 'thing', 'datastream', 'feeds', 'about'].includes(k.name))) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(address(base, 'en', kind), { waitUntil: 'load' });
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

function masked(tree) {
  const shape = tree
    .split('\n')
    // Rows of figures: one of each run stands for all of them.
    .map((line) => line.replace(/\d[\d,.]*/g, '#').replace(/#(st|nd|rd|th)?( (second|minute|hour|day)s? ago)/g, '# ago').replace(/just now/g, '# ago').replace(/# [A-Z][a-z]{2} #, #:#/g, '# time').replace(/\b(Good|Low|Moderate|High|Very high|Slow|Out of date|Green|In part|Silent|Never heard from|Very heavy|Cold|Very hot)\b/g, '*'));
  return shape.filter((line, at) => line !== shape[at - 1]).join('\n').concat('\n');
}
