// The promises of the design that a browser can hold us to.
import { LANGS, address, isStream } from './pages.mjs';

const MODE = { en: /simulated/i, 'zh-hant': /模擬/, 'zh-hans': /模拟/ };

export async function promises(browser, base, pages, find) {
  await everyPage(browser, base, pages, find);
  await pause(browser, base, find);
  await summaries(browser, base, find);
  await forcedColours(browser, base, pages, find);
  await zoom(browser, base, pages, find);
  await keyboard(browser, base, find);
  await layers(browser, base, find);
}

async function open(browser, url, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  await page.goto(url, { waitUntil: 'load' });
  return page;
}

async function everyPage(browser, base, pages, find) {
  for (const kind of pages) {
    for (const lang of Object.keys(LANGS)) {
      const page = await open(browser, address(base, lang, kind), { javaScriptEnabled: false });
      const where = `promise, ${kind.name} ${lang}`;
      // 1: the first line and the footer say that this is nobody's official site, and lead to the official one.
      const official = await page.locator('body > .plain a[rel~="external"]').getAttribute('href');
      const again = await page.locator('footer.end a[rel~="external"]').first().getAttribute('href');
      if (!official?.startsWith('https://') || official !== again) find(where, `1: official link ${official}, ${again}`);
      const first = await page.locator('body').evaluate((body) => [...body.children].find((e) => !e.matches('.skip'))?.className);
      if (first !== 'plain') find(where, `1: the page begins with ${first}`);
      const marks = await page.evaluate(() => [...document.images, ...document.querySelectorAll('iframe')].map((e) => e.src));
      if (marks.length) find(where, `1: pictures from elsewhere: ${marks}`);
      // 2: the mode stands in the title, in a banner and on every tile.
      if (kind.figures) {
        if (!MODE[lang].test(await page.title())) find(where, `2: title ${await page.title()}`);
        if (!(await page.locator('.modes .mode-line[data-mode="simulated"]').count())) find(where, '2: no banner');
        const tiles = await page.locator('[data-tile]').count();
        const chips = await page.locator('[data-tile] .chip[data-mode]').count();
        if (tiles !== chips) find(where, `2: ${tiles} tiles, ${chips} say what they are`);
      } else if (kind.name !== 'problem' && (await page.locator('[data-tile]').count())) {
        find(where, '2: a figure on a page that says nothing of its mode');
      }
      // 10: every page says who runs it and has "something wrong here?".
      if (!(await page.locator('footer.end a[href*="/wrong?page="]').count())) find(where, '10: no "something wrong here?"');
      await page.context().close();
    }
  }
}

// 8: a pause control on every page that updates itself, and it works.
async function pause(browser, base, find) {
  const page = await open(browser, `${base}/en/`);
  const streams = [];
  page.on('request', (request) => isStream(request) && streams.push(request.url()));
  await page.waitForTimeout(600);
  const button = page.locator('live-control button');
  if (!(await button.count())) return find('promise 8', 'no pause control on the front page');
  await button.click();
  await page.waitForTimeout(300);
  if ((await page.locator('live-control').getAttribute('data-state')) !== 'off') find('promise 8', 'pause does not pause');
  streams.length = 0;
  await page.reload();
  await page.waitForTimeout(800);
  if (streams.length) find('promise 8', 'a paused page opens a stream after it is loaded again');
  await page.locator('live-control button').click();
  await page.waitForTimeout(600);
  if (!streams.length) find('promise 8', 'resume opens no stream');
  await page.context().close();
}

// 8: at most one spoken summary a minute, whatever the stream says.
async function summaries(browser, base, find) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  await page.clock.install();
  await page.goto(`${base}/en/`, { waitUntil: 'load' });
  await page.locator('live-control [role="status"]').waitFor({ state: 'attached' });
  const spoken = await page.evaluate(async () => {
    const hub = await import('causeway/hub');
    window.heard = [];
    const area = document.querySelector('live-control [role="status"]');
    new MutationObserver(() => window.heard.push(area.textContent)).observe(area, { childList: true, characterData: true, subtree: true });
    window.hub = hub;
    return Boolean(area);
  });
  if (!spoken) find('promise 8', 'no place where summaries are spoken');
  for (let second = 0; second < 180; second += 1) {
    await page.evaluate((n) => window.hub.note(`t${n % 5}`, `value ${n}`), second);
    await page.clock.runFor(1000);
  }
  const heard = await page.evaluate(() => window.heard.length);
  if (heard < 2 || heard > 4) find('promise 8', `${heard} summaries in three minutes`);
  await context.close();
}

async function forcedColours(browser, base, pages, find) {
  for (const kind of pages.filter((k) => ['home', 'datastream', 'feeds'].includes(k.name))) {
    const page = await open(browser, address(base, 'en', kind), { forcedColors: 'active' });
    const gone = await page.evaluate(() => [...document.querySelectorAll('main h1, main h2, main h3, main p, main td, .chip')]
      .filter((e) => e.checkVisibility() && getComputedStyle(e).color === getComputedStyle(document.body).backgroundColor).length);
    if (gone) find(`forced colours ${kind.name}`, `${gone} texts have the colour of the paper`);
    await page.context().close();
  }
}

// 1280 px at 400 % is a window of 320 px by 225 px: everything that was there is still there.
async function zoom(browser, base, pages, find) {
  for (const kind of pages.filter((k) => !k.map)) {
    const texts = async (width, height) => {
      const page = await open(browser, address(base, 'en', kind), { viewport: { width, height }, javaScriptEnabled: false });
      const found = await page.evaluate(() => [...document.querySelectorAll('main :is(h1, h2, h3, p, dt, dd, a)')]
        .filter((e) => e.checkVisibility({ checkVisibilityCSS: true })).length);
      await page.context().close();
      return found;
    };
    const [wide, narrow] = [await texts(1280, 900), await texts(320, 225)];
    if (narrow < wide) find(`zoom ${kind.name}`, `${wide} texts at 100 %, ${narrow} at 400 %`);
  }
}

// From the address bar to a chart by keyboard alone, the focus always to be seen.
async function keyboard(browser, base, find) {
  const page = await open(browser, `${base}/en/`);
  await page.keyboard.press('Tab');
  if ((await page.evaluate(() => document.activeElement.className)) !== 'skip') find('keyboard', 'the first stop is not the skip link');
  await page.keyboard.press('Enter');
  const go = async (href, where) => {
    for (let stop = 0; stop < 200; stop += 1) {
      await page.keyboard.press('Tab');
      const here = await page.evaluate(() => {
        const e = document.activeElement;
        const style = getComputedStyle(e);
        return { href: e.getAttribute('href') ?? '', ring: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0, name: e.tagName };
      });
      if (here.name === 'BODY') break;
      if (!here.ring && here.name === 'A') find('keyboard', `${where}: no ring around ${here.href}`);
      // A list and what stands in it begin alike.
      if (href === '/en/feeds' ? here.href === href : here.href.includes(href)) {
        await Promise.all([page.waitForURL((url) => url.pathname.includes(href.split('?')[0])), page.keyboard.press('Enter')]);
        return;
      }
    }
    find('keyboard', `${where}: no stop leads to ${href}`);
  };
  await go('/en/feeds', 'home');
  await go('/en/feeds/traffic-detectors', 'feeds');
  await go('/en/things/', 'feed');
  await go('/en/datastreams/', 'thing');
  if (!(await page.locator('figure.chart').count())) find('keyboard', 'the journey ends without a chart');
  await page.context().close();
}

// A layer is shown and hidden by a link, without scripts and with them; the list follows, and so does the address.
async function layers(browser, base, find) {
  for (const javaScriptEnabled of [false, true]) {
    const where = `layers ${javaScriptEnabled ? 'with' : 'without'} scripts`;
    const page = await open(browser, `${base}/en/map?layer=traffic`, { javaScriptEnabled });
    await page.waitForTimeout(javaScriptEnabled ? 1500 : 0);
    const titles = () => page.locator('.places h2').allInnerTexts();
    await page.locator('a[data-layer="air"]').click();
    await page.waitForURL(/layer=air/);
    await page.locator('.places h2').nth(1).waitFor();
    const both = await titles();
    if (both.join() !== 'Traffic,Air') find(where, `the list shows ${both}`);
    await page.locator('a[data-layer="traffic"]').click();
    await page.waitForURL((url) => !url.search.includes('traffic'));
    await page.waitForFunction(() => document.querySelectorAll('.places h2').length === 1);
    const one = await titles();
    if (one.join() !== 'Air') find(where, `the list still shows ${one}`);
    const other = await page.locator('.langs a').first().getAttribute('href');
    if (!other?.endsWith('layer=air')) find(where, `another language leads to ${other}`);
    if (javaScriptEnabled) {
      const focus = await page.evaluate(() => document.activeElement.dataset.layer);
      if (focus !== 'traffic') find(where, `the focus is at ${focus}`);
      await page.goBack();
      await page.waitForFunction(() => document.querySelectorAll('.places h2').length === 2).catch(() => find(where, 'back does not bring the layer back'));
    }
    await page.context().close();
  }
}
