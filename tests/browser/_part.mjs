import { chromium } from 'playwright-core';
import { kinds, settings, uncovered } from './lib/pages.mjs';
const [base, ...parts] = process.argv.slice(2);
const findings = [];
const find = (where, what) => console.log(`${where}: ${what}`);
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox','--disable-gpu','--force-color-profile=srgb','--enable-unsafe-swiftshader'] });
const pages = await kinds(base);
console.log(uncovered(settings()));
for (const part of parts) { const m = await import(`./lib/${part}.mjs`); await m[part](browser, base, pages, find); console.log('done', part); }
await browser.close();
