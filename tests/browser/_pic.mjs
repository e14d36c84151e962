import { chromium } from 'playwright-core';
const list = JSON.parse(process.argv[2]);
const b = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox','--disable-gpu','--force-color-profile=srgb','--enable-unsafe-swiftshader'] });
for (const o of list) {
  const c = await b.newContext({ viewport: { width: o.width ?? 1440, height: o.height ?? 900 }, colorScheme: o.theme ?? 'light', forcedColors: o.forced ? 'active' : 'none', reducedMotion: 'reduce' });
  const p = await c.newPage();
  const t = Date.now();
  await p.goto(o.url, { waitUntil: 'load' });
  if (o.wait) await p.waitForTimeout(o.wait);
  if (o.script) await p.evaluate(o.script);
  if (o.print) await p.emulateMedia({ media: 'print' });
  await p.screenshot({ path: o.out, fullPage: o.full ?? true });
  console.log(o.out, Date.now() - t);
  await c.close();
}
await b.close();
