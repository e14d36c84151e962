// What a printed page says: what its figures are, in ink on white, whatever the screen shows.
import { address } from './pages.mjs';

export async function paper(browser, base, pages, find) {
  for (const kind of pages.filter((k) => k.figures)) {
    const context = await browser.newContext({ viewport: { width: 794, height: 1123 }, colorScheme: 'dark' });
    // Somebody who chose the dark look prints no black sheets.
    await context.addInitScript(() => localStorage.setItem('theme', 'dark'));
    const page = await context.newPage();
    await page.goto(address(base, 'en', kind), { waitUntil: 'load' });
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    for (const what of await page.evaluate(printed)) find(`paper ${kind.name}`, what);
    await context.close();
  }
}

// Runs in the page.
function printed() {
  const found = [];
  const all = (selector) => [...document.querySelectorAll(selector)];
  const seen = (e) => e.checkVisibility({ checkVisibilityCSS: true, checkOpacity: true });
  const light = (colour) => colour.match(/[\d.]+/g).slice(0, 3).reduce((sum, part) => sum + Number(part), 0) / 765;
  if (!all('.modes .mode-line strong').some((e) => seen(e) && e.textContent.trim())) found.push('the mode is not printed');
  const tiles = all('[data-tile]');
  if (tiles.some((tile) => ![...tile.querySelectorAll('.chip[data-mode]')].some(seen))) found.push('a tile does not say what it is');
  if (all('figure.chart').some((chart) => ![...chart.querySelectorAll('figcaption .chip[data-mode]')].some(seen))) found.push('a chart does not say what it is');
  if (!all('.plain').every(seen) || !all('footer.end').every(seen)) found.push('not printed that this is no official page');
  for (const e of all('.main-nav, .live-control, theme-switch, button')) if (seen(e)) found.push(`printed: ${e.className || e.tagName}`);
  const style = getComputedStyle(document.body);
  if (light(style.backgroundColor) < 0.98 && !/, 0\)$/.test(style.backgroundColor)) found.push(`paper of ${style.backgroundColor}`);
  for (const e of all('h1, h2, p, a, td, .figure, .chip, .axis text').filter(seen)) {
    const { color, fill } = getComputedStyle(e);
    const ink = e.closest('svg') ? fill : color;
    if (light(ink) > 0.45) {
      found.push(`pale ink: ${e.tagName} ${ink}`);
      break;
    }
  }
  return found;
}
