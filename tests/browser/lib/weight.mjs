// What a page costs on its way, cold and compressed as it was sent.
import { address } from './pages.mjs';

const HOME_BYTES = 60 * 1024;
const SCRIPT_BYTES = 20 * 1024;
// To a map that can be used, the library that draws it among it.
const MAP_BYTES = 480 * 1024;

export async function weight(browser, base, pages, find) {
  for (const kind of pages.filter((k) => !k.status)) {
    const context = await browser.newContext({ viewport: { width: 375, height: 800 } });
    const page = await context.newPage();
    const session = await context.newCDPSession(page);
    await session.send('Network.enable');
    await session.send('Network.setCacheDisabled', { cacheDisabled: true });
    const kinds = new Map();
    const sent = { all: 0, scripts: 0 };
    session.on('Network.responseReceived', ({ requestId, type, response }) => {
      kinds.set(requestId, type);
      const how = Object.entries(response.headers).find(([name]) => name.toLowerCase() === 'content-encoding')?.[1];
      if (['Document', 'Script', 'Stylesheet'].includes(type) && how !== 'br' && response.url.startsWith(base)) find('weight', `${response.url} comes as ${how ?? 'it is'}, not as brotli`);
    });
    session.on('Network.loadingFinished', (event) => {
      sent.all += event.encodedDataLength;
      if (kinds.get(event.requestId) === 'Script') sent.scripts += event.encodedDataLength;
    });
    await page.goto(address(base, 'en', kind), { waitUntil: 'load' });
    await page.waitForTimeout(400);
    if (kind.map) {
      await page.locator('city-map').scrollIntoViewIfNeeded();
      await page.waitForSelector('city-map.drawn canvas', { timeout: 20_000 }).catch(() => find('weight', `${kind.name}: the map is not drawn`));
      await page.waitForTimeout(2000);
      if (sent.all > MAP_BYTES) find('weight', `${kind.name} is ${sent.all} bytes; ${MAP_BYTES} are allowed`);
    }
    if (kind.name === 'home' && sent.all > HOME_BYTES) find('weight', `the front page is ${sent.all} bytes; ${HOME_BYTES} are allowed`);
    if (!kind.map && sent.scripts > SCRIPT_BYTES) find('weight', `${kind.name}: ${sent.scripts} bytes of scripts; ${SCRIPT_BYTES} are allowed`);
    console.log(`weight ${kind.name}: ${sent.all} bytes, scripts ${sent.scripts}`);
    await context.close();
  }
}
