// What people come for, from the front page to the answer: by keyboard alone, without scripts, and from the accessibility
// tree alone (what a screen reader is told, and nothing else).
//
// A step is [what, name, more]: `link` follows a link of that name; `fill` types into a field; `choose` takes an option of
// a list; `press` presses a button; `see` finds words on the page; `get` asks for what a link leads to and holds its type.

const JOURNEYS = {
  'is the air near my school normal': [
    ['link', 'Is the air fine?'], ['link', /Mong Kok.* air station/], ['link', 'Air quality health index'],
    ['see', /Too little history|usual/i],
  ],
  'which car park near Mong Kok has room': [
    ['fill', /know or do/, 'mongkok'], ['press', 'Search'], ['link', 'Mong Kok'], ['link', 'Mong Kok car park'], ['see', /Spaces free/],
  ],
  'what is known of an initiative that was due in 2022, and from whom': [
    ['link', 'Initiatives'], ['choose', 'Against its date', 'Date passed, not known'], ['press', 'Show'],
    ['link', 'Live arrival times of green minibuses'], ['see', /by 2022/], ['see', /Source:/],
  ],
  'last month of readings as a file': [
    ['fill', /know or do/, 'nathan road'], ['press', 'Search'], ['link', /Nathan Road/], ['link', 'Mean speed'], ['link', '30 days'],
    ['get', 'CSV', /^text\/csv/],
  ],
  'follow an initiative': [
    ['fill', /know or do/, 'SM08'], ['press', 'Search'], ['link', 'Live arrival times of green minibuses'],
    ['get', 'Atom feed', /^application\/atom\+xml/],
  ],
  'how is my district': [['link', 'Districts'], ['link', 'Sha Tin'], ['see', /Sha Tin/]],
  'just arrived, and which way': [['link', 'Visitors'], ['link', 'Lo Wu'], ['see', /Say it, or show it|唔該/]],
  'is anything silent': [['link', 'Sources'], ['see', /Working/], ['link', /^Traffic detectors/], ['see', /Simulat/]],
  'why two hundred': [['link', 'Initiatives'], ['link', 'How we counted'], ['see', /162 entries come of the 144 points/]],
  'in another script': [['link', '繁體中文'], ['fill', /知道/, '旺角'], ['press', '搜尋'], ['link', '旺角'], ['see', /旺角附近/]],
  'tell that something is wrong': [['link', 'How are the roads?'], ['link', 'Something wrong here?'], ['see', /\/en\/map/]],
  'how does the plan go': [['link', 'Initiatives'], ['link', 'How the plan goes'], ['see', /The mission/], ['see', /Gone quiet/]],
  'build with it': [['link', 'Get the data'], ['get', /OpenAPI/, /json/]],
};

const WAYS = { keyboard: { javaScriptEnabled: true }, 'no scripts': { javaScriptEnabled: false }, tree: { javaScriptEnabled: false } };

export async function journeys(browser, base, find) {
  for (const [way, options] of Object.entries(WAYS)) {
    for (const [name, steps] of Object.entries(JOURNEYS)) {
      const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
      const page = await context.newPage();
      page.setDefaultTimeout(15_000);
      await page.goto(`${base}/en/`, { waitUntil: 'load' });
      for (const [index, step] of steps.entries()) {
        const fault = await (way === 'keyboard' ? byKeyboard : way === 'tree' ? byTree : plainly)(page, step).catch((e) => e.message.split('\n')[0]);
        if (!fault) continue;
        find(`journey "${name}", ${way}`, `step ${index + 1}, ${step[0]} ${step[1]}, at ${new URL(page.url()).pathname}: ${fault}`);
        break;
      }
      await context.close();
    }
  }
}

const exact = (name) => (typeof name === 'string' ? { name, exact: true } : { name });
const hears = (text, name) => (typeof name === 'string' ? text.trim() === name : name.test(text));

/** The type of what an address answers with, or what is wrong with it. */
async function got(page, href, type) {
  const response = await page.request.get(new URL(href, page.url()).href);
  const found = response.headers()['content-type'] ?? '';
  return response.ok() && type.test(found) ? '' : `${response.status()} ${found}`;
}

async function plainly(page, [what, name, more]) {
  const main = page.locator('body');
  if (what === 'see') return (name.test(await main.innerText()) ? '' : 'not on the page');
  if (what === 'fill') await page.getByRole('searchbox', exact(name)).fill(more);
  if (what === 'choose') await page.getByLabel(name).selectOption({ label: more });
  if (what === 'press') await Promise.all([page.waitForLoadState('load'), page.getByRole('button', exact(name)).last().click()]);
  if (what === 'link') await Promise.all([page.waitForLoadState('load'), page.getByRole('link', exact(name)).first().click()]);
  if (what === 'get') return got(page, await page.getByRole('link', exact(name)).first().getAttribute('href'), more);
  return '';
}

/** Stops at what the keyboard can reach until one is meant; says what is wrong where none is. */
async function stopAt(page, wanted) {
  await page.evaluate(() => document.activeElement?.blur?.());
  for (let stop = 0; stop < 900; stop += 1) {
    await page.keyboard.press('Tab');
    const here = await page.evaluate(() => {
      const e = document.activeElement;
      const style = getComputedStyle(e);
      const label = e.labels?.[0]?.textContent ?? e.getAttribute('aria-label') ?? e.textContent ?? '';
      return { tag: e.tagName, name: label.trim(), href: e.getAttribute('href'), ring: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0 };
    });
    if (here.tag === 'BODY' && stop > 0) return { fault: 'no stop of this name' };
    if (wanted(here)) return here.ring ? here : { fault: 'the focus cannot be seen' };
  }
  return { fault: 'not reached in 900 stops' };
}

async function byKeyboard(page, [what, name, more]) {
  if (what === 'see') return plainly(page, [what, name, more]);
  const tags = { link: ['A'], get: ['A'], press: ['BUTTON'], fill: ['INPUT'], choose: ['SELECT'] }[what];
  const here = await stopAt(page, (stop) => tags.includes(stop.tag) && hears(stop.name, name));
  if (here.fault) return here.fault;
  if (what === 'get') return got(page, here.href, more);
  if (what === 'fill' || what === 'choose') {
    await page.keyboard.type(more);
    return '';
  }
  const before = page.url();
  await page.keyboard.press('Enter');
  await page.waitForURL((url) => url.href !== before);
  await page.waitForLoadState('load');
  return '';
}

/** Knows nothing but the tree: each line is a role and a name, and under a link its address. */
async function byTree(page, [what, name, more]) {
  const lines = (await page.locator('body').ariaSnapshot()).split('\n');
  if (what === 'see') return hears('', name) || lines.some((line) => name.test(line)) ? '' : 'not in the tree';
  const role = { link: 'link', get: 'link', press: 'button', fill: 'searchbox', choose: 'combobox' }[what];
  const at = lines.findLastIndex((line) => {
    const found = line.match(new RegExp(`^\\s*- ${role} "(.*?)"`));
    return found && hears(found[1].replaceAll('\\"', '"'), name);
  });
  if (at < 0) return `no ${role} of this name in the tree`;
  if (role !== 'link') return plainly(page, [what, name, more]);
  const first = lines.findIndex((line) => {
    const found = line.match(/^\s*- link "(.*?)"/);
    return found && hears(found[1].replaceAll('\\"', '"'), name);
  });
  const href = lines[first + 1]?.match(/\/url: (.*)$/)?.[1].replaceAll('"', '');
  if (!href) return 'the link has no address in the tree';
  if (what === 'get') return got(page, href, more);
  await page.goto(new URL(href, page.url()).href, { waitUntil: 'load' });
  return '';
}
