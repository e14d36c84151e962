// One look at one page: does it come, is it whole, does axe find something, is anything cut off?
import { createRequire } from 'node:module';
import { mkdirSync, readFileSync } from 'node:fs';
import { address, asOperator, isStream } from './pages.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

export async function look(browser, base, kind, setting, pictures, find) {
  const { lang, width, scripts, theme } = setting;
  const where = `${kind.name} ${lang} ${width} ${theme}${scripts ? '' : ' without scripts'}`;
  const context = await browser.newContext({
    viewport: { width, height: 900 }, colorScheme: theme, reducedMotion: 'reduce',
    extraHTTPHeaders: kind.operator ? asOperator() : {},
  });
  const page = await context.newPage();
  // axe is a script itself: the page comes without its own scripts, and axe is put in afterwards.
  if (!scripts) await page.route((url) => url.origin === base, withoutScripts);
  page.on('pageerror', (error) => find(where, `error: ${error.message}`));
  page.on('console', (message) => {
    const expected = kind.status && message.text().includes(`${kind.status}`);
    if (['error', 'warning'].includes(message.type()) && !expected && !graphics(message)) {
      find(where, `console: ${message.text()}`);
    }
  });
  page.on('requestfailed', (request) => {
    // An event stream ends with its page.
    if (!isStream(request)) find(where, `not loaded: ${request.url()} ${request.failure()?.errorText}`);
  });
  const response = await page.goto(address(base, lang, kind), { waitUntil: 'load' });
  if (response.status() !== (kind.status ?? 200)) find(where, `status ${response.status()}`);
  // On a phone the map is fetched when its reader comes near it.
  if (scripts && kind.map) await page.locator('city-map').scrollIntoViewIfNeeded();
  if (scripts && kind.map) await page.waitForSelector('city-map.drawn canvas', { timeout: 20_000 }).catch(() => find(where, 'the map is not drawn'));
  if (scripts) await page.waitForTimeout(kind.map ? 1200 : 250);
  const text = await page.locator('body').innerText();
  if (text.includes('⟦')) find(where, `a text is missing: ${text.match(/⟦[^⟧]*⟧/)?.[0]}`);
  const overflow = await page.evaluate(() => {
    const root = document.documentElement;
    if (root.scrollWidth <= root.clientWidth) return null;
    const wide = [...document.querySelectorAll('body *')].filter((e) => e.getBoundingClientRect().right > root.clientWidth + 1 && !e.closest('.table, .places, pre'));
    return `${root.scrollWidth} > ${root.clientWidth}: ${wide.slice(0, 3).map((e) => `${e.tagName}.${e.className?.baseVal ?? e.className}`).join(', ')}`;
  });
  if (overflow) find(where, `wider than the window: ${overflow}`);
  await page.evaluate(axe);
  const result = await page.evaluate(async (rules) => {
    const found = await window.axe.run(document, { runOnly: rules, resultTypes: ['violations'] });
    return found.violations.map((v) => `${v.id}: ${v.nodes.slice(0, 2).map((n) => `${n.target} ${n.failureSummary?.split('\n')[1]?.trim() ?? ''}`).join(' | ')}`);
  }, RULES);
  for (const violation of result) find(where, `axe ${violation}`);
  if (pictures) {
    mkdirSync(pictures, { recursive: true });
    await page.screenshot({ path: `${pictures}/${kind.name}-${lang}-${width}-${theme}${scripts ? '' : '-plain'}.png`, fullPage: !kind.map });
  }
  await context.close();
}

async function withoutScripts(route) {
  if (route.request().resourceType() !== 'document') return route.continue();
  const response = await route.fetch();
  const body = (await response.text()).replaceAll(/<script\b[^>]*>[\s\S]*?<\/script>/g, '');
  return route.fulfill({ response, body });
}

/** What the machine's drawing library says about itself is not ours. */
export function graphics(message) {
  return /WebGL|GPU stall|swiftshader|GL Driver/i.test(message.text());
}
