// The kinds of pages, and the settings in which each is looked at.

export const LANGS = ['en', 'zh-hant', 'zh-hans'];
const WIDTHS = [320, 375, 1440];

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
  return [
    { name: 'home', path: '/', live: true, figures: true },
    { name: 'map', path: '/map?feed=car-parks', live: true, figures: true, map: true },
    { name: 'thing', path: `/things/${detector}`, live: true, figures: true },
    { name: 'lamppost', path: `/things/${lamppost}`, live: true, figures: true },
    { name: 'datastream', path: `/datastreams/${series}`, live: true, figures: true },
    { name: 'feeds', path: '/feeds', live: true, figures: true },
    { name: 'feed', path: '/feeds/air-quality', figures: true },
    { name: 'design', path: '/design', figures: true, map: true },
    { name: 'developers', path: '/developers' },
    { name: 'about', path: '/about' },
    { name: 'wrong', path: '/wrong?page=/en/map' },
    { name: 'problem', path: '/nowhere', status: 404 },
  ];
}

/**
 * Nine settings that cover every pair of (language, width, scripts, theme): an orthogonal array of nine runs, with the
 * two-valued factors spread over it.
 */
export function settings() {
  const runs = [];
  for (let a = 0; a < 3; a += 1) {
    for (let b = 0; b < 3; b += 1) {
      runs.push({ lang: LANGS[a], width: WIDTHS[b], scripts: (a + b) % 3 !== 1 || b === 2, theme: (a + 2 * b) % 3 === 0 || a === b ? 'dark' : 'light' });
    }
  }
  return runs;
}

export const address = (base, lang, kind) => `${base}/${lang}${kind.path}`;
