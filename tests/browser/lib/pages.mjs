// The kinds of pages, and the settings in which each is looked at.

/** The address of each language, and what its pages say they are written in. */
export const LANGS = { en: 'en-HK', 'zh-hant': 'zh-Hant-HK', 'zh-hans': 'zh-Hans-HK' };

/** What the operator's requests carry. */
export const asOperator = () => ({ authorization: `Bearer ${process.env.CAUSEWAY_TEST_OPERATOR_KEY}` });

const FACTORS = { lang: Object.keys(LANGS), width: [320, 375, 1440], scripts: [true, false], theme: ['light', 'dark'] };

/** One address of each kind, found by the API as a program would. */
export async function kinds(base) {
  const json = async (path) => (await fetch(base + path)).json();
  const first = async (feed, what) => {
    // A simulated city fills itself in its first seconds.
    for (let patience = 0; patience < 120; patience += 1) {
      const filter = encodeURIComponent(`startswith(properties/slug,'${feed}/')`);
      const found = (await json(`/sta/v1.1/${what}?$top=1&$filter=${filter}`)).value?.[0]?.properties?.slug;
      if (found) return found;
      await new Promise((done) => setTimeout(done, 500));
    }
    throw new Error(`no ${what} of ${feed}`);
  };
  const detector = await first('traffic-detectors', 'Things');
  const lamppost = await first('smart-lampposts', 'Things');
  const series = await first('traffic-detectors', 'Datastreams');
  // A device of the registry: the lamppost itself.
  const registered = await fetch(`${base}/api/devices`, {
    method: 'POST', headers: { ...asOperator(), 'content-type': 'application/json' },
    body: JSON.stringify({ device: lamppost, name: 'Lamppost', label: 'public', serial: 'A1', model: 'Mark 1', silence_seconds: 600 }),
  });
  // Devices that come by MQTT are registered by themselves.
  if (registered.status !== 201 && registered.status !== 409) throw new Error(`no device: ${await registered.text()}`);
  const alert = await raised(base, json);
  return [
    { name: 'home', path: '/', live: true, figures: true },
    { name: 'map', path: '/map?feed=car-parks', live: true, figures: true, map: true },
    { name: 'search', path: '/search' },
    { name: 'search-found', path: '/search?q=mong%20kok' },
    { name: 'near', path: '/near/mong-kok', figures: true },
    { name: 'initiatives', path: '/initiatives' },
    { name: 'initiative', path: '/initiatives/sm01' },
    { name: 'initiative-begun', path: '/initiatives/sm18', live: true, figures: true },
    { name: 'chapter', path: '/chapters/smart-mobility', live: true, figures: true },
    { name: 'progress', path: '/initiatives/progress', live: true, figures: true },
    { name: 'counted', path: '/initiatives/counted' },
    { name: 'map-layers', path: '/map?layer=traffic&layer=air&layer=lampposts&area=yau-tsim-mong', live: true, figures: true, map: true },
    { name: 'districts', path: '/districts', figures: true },
    { name: 'district', path: '/districts/yau-tsim-mong', live: true, figures: true },
    { name: 'visitors', path: '/visitors', figures: true },
    { name: 'visitor-point', path: '/visitors/lo-wu', live: true, figures: true },
    { name: 'thing', path: `/things/${detector}`, live: true, figures: true },
    { name: 'lamppost', path: `/things/${lamppost}`, live: true, figures: true },
    { name: 'datastream', path: `/datastreams/${series}`, live: true, figures: true, charts: 1 },
    { name: 'feeds', path: '/feeds', live: true, figures: true },
    { name: 'feed', path: '/feeds/air-quality', figures: true },
    { name: 'devices', path: '/devices', figures: true },
    { name: 'device', path: `/devices/${lamppost}`, live: true, figures: true },
    { name: 'device-operator', path: `/devices/${lamppost}`, live: true, figures: true, operator: true },
    { name: 'alerts', path: '/alerts', live: true },
    { name: 'alert', path: `/alerts/${alert}` },
    { name: 'alert-operator', path: `/alerts/${alert}`, operator: true },
    { name: 'register-device', path: '/register-device', operator: true },
    { name: 'design', path: '/design', figures: true, charts: 4 },
    { name: 'developers', path: '/developers' },
    { name: 'about', path: '/about' },
    { name: 'wrong', path: '/wrong?page=/en/map' },
    { name: 'problem', path: '/nowhere', status: 404 },
  ];
}

/** An alert: a station says that the air is very bad, as no simulated one does. */
async function raised(base, json) {
  const headers = { ...asOperator(), 'content-type': 'application/json' };
  const found = await json(`/sta/v1.1/Datastreams?$top=1&$filter=${encodeURIComponent("startswith(properties/slug,'air-quality/') and endswith(properties/slug,'/aqhi')")}`);
  // The clock of a demonstration is its own.
  const [, now] = (await (await fetch(`${base}/en/about`)).text()).match(/data-now="([^"]+)"/);
  const said = await fetch(`${base}/sta/v1.1/Datastreams(${found.value[0]['@iot.id']})/Observations`, {
    method: 'POST', headers, body: JSON.stringify({ phenomenonTime: now, result: 9 }),
  });
  if (said.status !== 201) throw new Error(`the station is not heard: ${await said.text()}`);
  for (let patience = 0; patience < 60; patience += 1) {
    const [first] = (await json('/api/alerts?rule=air-very-high')).alerts;
    if (first) return first.id;
    await new Promise((done) => setTimeout(done, 500));
  }
  throw new Error('no alert');
}

/**
 * Nine settings: every language at every width, the two-valued factors spread over them so that every pair occurs. All
 * thirty-six where somebody has the time.
 */
export function settings() {
  if (process.env.CAUSEWAY_TEST_EVERY_SETTING) {
    return Object.entries(FACTORS).reduce((all, [name, values]) => all.flatMap((one) => values.map((value) => ({ ...one, [name]: value }))), [{}]);
  }
  return FACTORS.lang.flatMap((lang, a) => FACTORS.width.map((width, b) => ({
    lang,
    width,
    scripts: b !== (a + 1) % 3,
    theme: a === b || (a === 2 && b === 0) ? 'dark' : 'light',
  })));
}

/** The pairs of values of two factors that no setting has. */
export function uncovered(runs) {
  const names = Object.keys(FACTORS);
  const pairs = names.flatMap((one, at) => names.slice(at + 1).map((other) => [one, other]));
  return pairs.flatMap(([one, other]) => FACTORS[one].flatMap((a) => FACTORS[other]
    .filter((b) => !runs.some((run) => run[one] === a && run[other] === b))
    .map((b) => `${one} ${a} with ${other} ${b}`)));
}

export const address = (base, lang, kind) => `${base}/${lang}${kind.path}`;

/** Whether a request is for the event stream; `live` also begins the names of files. */
export const isStream = (request) => new URL(request.url()).pathname.endsWith('/live');
