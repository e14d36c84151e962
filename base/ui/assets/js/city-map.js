const ICONS = {
  in: 'M5 12h14M12 5v14', out: 'M5 12h14', north: 'M6 15l6-6 6 6', south: 'M6 9l6 6 6-6', west: 'M15 6l-6 6 6 6',
  east: 'M9 6l6 6-6 6', reset: 'M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5',
};
const STEP = 140; // px that an arrow button moves: about a third of the narrowest map
const MANY = 120; // places whose marks are drawn smaller while the whole city is seen
const KNOWN = ['good', 'notice', 'bad'];

/** The picture of a state; a good one has the colour of its layer. */
function icon(state, series) {
  if (!KNOWN.includes(state)) return 'state-unknown';
  return state === 'good' && series ? `state-good-${series}` : `state-${state}`;
}

/**
 * <city-map>: takes the place of the drawn locator once it comes near the window. Its places are the items of the list
 * beside it, which stays complete and in step: choose one here and it is marked there.
 */
class CityMap extends HTMLElement {
  connectedCallback() {
    if (!this.hasAttribute('tiles')) return;
    const near = new IntersectionObserver((seen) => {
      if (!seen.some((one) => one.isIntersecting)) return;
      near.disconnect();
      this.open().catch((fault) => this.fail(fault));
    }, { rootMargin: '200px' });
    near.observe(this);
  }

  disconnectedCallback() {
    this.map?.remove();
    document.removeEventListener('themechange', this.restyle);
    matchMedia('(prefers-color-scheme: dark)').removeEventListener('change', this.restyle);
  }

  fail(fault) {
    this.classList.remove('drawn');
    this.querySelector('.city-map-stage')?.remove();
    this.querySelector('.map-buttons')?.remove();
    this.say(this.dataset.failed);
    console.warn('city-map:', fault);
  }

  say(text) {
    this.status ??= this.appendChild(Object.assign(document.createElement('p'), { className: 'unseen' }));
    this.status.setAttribute('role', 'status');
    this.status.textContent = text;
  }

  async open() {
    this.say(this.dataset.loading);
    const sheet = document.createElement('link');
    Object.assign(sheet, { rel: 'stylesheet', href: this.getAttribute('sheet') });
    const styled = new Promise((done) => (sheet.onload = sheet.onerror = done));
    document.head.append(sheet);
    const [library, look] = await Promise.all([import('maplibre-gl'), import('causeway/map-style'), styled]);
    // The worker is a module of our own address; no blob, so that the policy stays strict.
    library.setWorkerUrl(import.meta.resolve('maplibre-gl/worker'));
    const [west, south, east, north] = this.getAttribute('box').split(',').map(Number);
    this.bounds = [[west, south], [east, north]];
    const stage = document.createElement('div');
    stage.className = 'city-map-stage';
    this.append(stage);
    this.classList.add('drawn');
    const sans = getComputedStyle(document.documentElement).getPropertyValue('--sans');
    const style = () => look.style({
      tiles: this.getAttribute('tiles'), zoom: Number(this.getAttribute('tiles-zoom')), lang: this.getAttribute('lang-key'),
    });
    const map = new library.Map({
      container: stage, style: style(), bounds: this.bounds, fitBoundsOptions: { padding: 24 },
      localIdeographFontFamily: sans, attributionControl: false, dragRotate: false, pitchWithRotate: false,
      cooperativeGestures: matchMedia('(pointer: coarse)').matches, locale: { 'Map.Title': this.getAttribute('label') },
    });
    this.map = map;
    map.touchZoomRotate.disableRotation();
    map.on('style.load', () => this.fill(look));
    map.once('load', () => this.say(''));
    map.on('error', (event) => console.warn('city-map:', event.error?.message));
    map.on('click', 'places', (event) => this.choose(event.features[0], library));
    map.on('mouseenter', 'places', () => (map.getCanvas().style.cursor = 'pointer'));
    map.on('mouseleave', 'places', () => (map.getCanvas().style.cursor = ''));
    this.restyle = () => map.setStyle(style(), { diff: false });
    document.addEventListener('themechange', this.restyle);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', this.restyle);
    this.buttons();
    this.follow();
    document.addEventListener('layers', () => this.follow());
  }

  /** Draws what the list says, now and whenever it changes. */
  follow() {
    const { map } = this;
    const list = document.getElementById(this.getAttribute('places'));
    const draw = () => map.getSource('places')?.setData(this.read());
    this.watch?.disconnect();
    if (!list) return;
    draw();
    this.watch = new MutationObserver(draw);
    this.watch.observe(list, { childList: true, subtree: true });
    // Whoever goes through the list by keyboard or pointer sees where each place is.
    for (const kind of ['focusin', 'pointerover']) {
      list.addEventListener(kind, (event) => this.mark(event.target.closest('li')?.id));
    }
  }

  read() {
    const items = document.getElementById(this.getAttribute('places'))?.querySelectorAll('li[data-lon]') ?? [];
    return {
      type: 'FeatureCollection',
      features: [...items].map(({ id, dataset: { lon, lat, place, series, says } }) => ({
        type: 'Feature',
        geometry: { type: 'Point', coordinates: [Number(lon), Number(lat)] },
        properties: { id, says: says ?? '', icon: icon(place, series) },
      })),
    };
  }

  fill(look) {
    const { map } = this;
    for (const [name, image] of look.shapes()) if (!map.hasImage(name)) map.addImage(name, image, { pixelRatio: 2 });
    const data = this.read();
    map.addSource('places', { type: 'geojson', data });
    // A few places are easily seen; hundreds would cover the city.
    const far = data.features.length > MANY ? 0.55 : 0.85;
    const colours = getComputedStyle(document.documentElement);
    const [ink, paper] = ['--ink', '--paper'].map((name) => colours.getPropertyValue(name).trim());
    map.addLayer({
      id: 'marked', type: 'circle', source: 'places', filter: ['==', ['get', 'id'], ''],
      paint: { 'circle-radius': 13, 'circle-opacity': 0, 'circle-stroke-width': 3, 'circle-stroke-color': ink },
    });
    map.addLayer({
      id: 'places', type: 'symbol', source: 'places',
      // Names of places stay readable among many marks: they are drawn above and never give way. A figure under a mark does.
      layout: {
        'icon-image': ['get', 'icon'], 'icon-allow-overlap': true, 'icon-ignore-placement': true,
        'icon-size': ['interpolate', ['linear'], ['zoom'], 9, far, 14, 1.1],
        'text-field': ['get', 'says'], 'text-optional': true, 'text-size': 12, 'text-anchor': 'top', 'text-offset': [0, 0.7],
      },
      paint: { 'text-color': ink, 'text-halo-color': paper, 'text-halo-width': 1.8 },
    }, map.getLayer('place_labels') ? 'place_labels' : undefined);
  }

  mark(id) {
    if (this.map?.getLayer('marked')) this.map.setFilter('marked', ['==', ['get', 'id'], id ?? '']);
  }

  choose(feature, library) {
    const item = document.getElementById(feature.properties.id);
    if (!item) return;
    item.parentElement.querySelectorAll('[aria-current]').forEach((other) => other.removeAttribute('aria-current'));
    item.setAttribute('aria-current', 'true');
    item.scrollIntoView({ block: 'nearest' });
    this.mark(item.id);
    const content = document.createElement('div');
    content.append(...[...item.childNodes].map((node) => node.cloneNode(true)));
    this.popup?.remove();
    this.popup = new library.Popup({ maxWidth: '18rem', offset: 18 }).setLngLat(feature.geometry.coordinates).setDOMContent(content).addTo(this.map);
  }

  buttons() {
    const { map } = this;
    const quick = matchMedia('(prefers-reduced-motion: reduce)').matches ? { duration: 0 } : {};
    const act = {
      in: () => map.zoomIn(quick), out: () => map.zoomOut(quick), reset: () => map.fitBounds(this.bounds, { padding: 24, ...quick }),
      north: () => map.panBy([0, -STEP], quick), south: () => map.panBy([0, STEP], quick),
      west: () => map.panBy([-STEP, 0], quick), east: () => map.panBy([STEP, 0], quick),
    };
    const pad = document.createElement('div');
    pad.className = 'map-buttons';
    for (const name of ['in', 'out', 'reset', 'west', 'north', 'south', 'east']) {
      const button = Object.assign(document.createElement('button'), { type: 'button', title: this.dataset[name] });
      button.setAttribute('aria-label', this.dataset[name]);
      button.dataset.move = name;
      const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
      svg.setAttribute('viewBox', '0 0 24 24');
      const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
      path.setAttribute('d', ICONS[name]);
      svg.append(path);
      button.append(svg);
      button.addEventListener('click', act[name]);
      pad.append(button);
    }
    this.append(pad);
  }
}

customElements.define('city-map', CityMap);
