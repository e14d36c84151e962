// What a person with a browser meets, on every kind of page. Run by the Rust test `browser` against a server of its own:
//   node tests/browser/run.mjs http://127.0.0.1:PORT [folder for pictures]
// Prints a line a finding and ends with 1 where there is one.
import { chromium } from 'playwright-core';
import { kinds, settings, uncovered } from './lib/pages.mjs';
import { journeys } from './lib/journeys.mjs';
import { look } from './lib/look.mjs';
import { paper } from './lib/paper.mjs';
import { plain } from './lib/plain.mjs';
import { promises } from './lib/promises.mjs';
import { snapshots } from './lib/snapshots.mjs';
import { weight } from './lib/weight.mjs';

const [base, pictures] = process.argv.slice(2);
const findings = [];
const find = (where, what) => findings.push(`${where}: ${what}`);
const browser = await chromium.launch({
  executablePath: process.env.CAUSEWAY_TEST_CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync', '--force-color-profile=srgb',
    // Chromium draws maps in software here; without this it says so in the console.
    '--enable-unsafe-swiftshader',
  ],
});
try {
  const pages = await kinds(base);
  for (const pair of uncovered(settings())) find('settings', `nobody looks at ${pair}`);
  const open = pages.filter((kind) => !kind.operator);
  await plain(browser, base, open, find);
  await paper(browser, base, open, find);
  await promises(browser, base, open, find);
  await journeys(browser, base, find);
  await weight(browser, base, open, find);
  await snapshots(browser, base, open, find);
  // Last: how long it takes goes by the number of settings, and a snapshot an hour later is another.
  for (const kind of pages) {
    for (const setting of settings()) await look(browser, base, kind, setting, pictures, find);
  }
  console.log(`looked at ${pages.length} kinds of pages`);
} finally {
  await browser.close();
}
for (const finding of findings) console.log(finding);
console.log(`${findings.length} findings`);
process.exit(findings.length ? 1 : 0);
