/**
 * The look of our base map, from the colours of the page. Layer names are those of Shortbread where it has one:
 * land, boundaries, streets, place_labels. No glyphs and no sprite: labels come from the reader's own fonts.
 */
export function style({ tiles, zoom, lang }) {
  const look = getComputedStyle(document.documentElement);
  const colour = (name) => look.getPropertyValue(name).trim();
  const from = (layer, rest) => ({ id: layer, source: 'base', 'source-layer': layer, ...rest });
  const layers = [{ id: 'water', type: 'background', paint: { 'background-color': colour('--map-water') } }];
  const sources = {};
  if (tiles) {
    sources.base = { type: 'vector', tiles: [new URL(tiles, location.href).href.replaceAll('%7B', '{').replaceAll('%7D', '}')], maxzoom: zoom };
    layers.push(
      from('land', { type: 'fill', paint: { 'fill-color': colour('--map-land'), 'fill-outline-color': colour('--edge') } }),
      from('boundaries', { type: 'line', paint: { 'line-color': colour('--edge'), 'line-width': 1, 'line-dasharray': [4, 3] } }),
      from('streets', { type: 'line', paint: { 'line-color': colour('--raised'), 'line-width': ['interpolate', ['linear'], ['zoom'], 10, 1, 15, 6] } }),
      from('place_labels', {
        type: 'symbol',
        layout: {
          'text-field': ['coalesce', ['get', `name_${lang}`], ['get', 'name']],
          'text-size': ['interpolate', ['linear'], ['zoom'], 9, 11, 14, 15],
          'symbol-sort-key': ['coalesce', ['get', 'rank'], 9],
        },
        paint: { 'text-color': colour('--ink'), 'text-halo-color': colour('--map-land'), 'text-halo-width': 1.7 },
      }),
    );
  }
  return { version: 8, sources, layers };
}

/** Pictures of the states: the shapes of the status chips, so that colour is never alone. */
export function shapes() {
  const look = getComputedStyle(document.documentElement);
  const colour = (name) => look.getPropertyValue(name).trim();
  const draw = {
    good: (c) => c.arc(18, 18, 10, 0, 7),
    notice: (c) => [[18, 5], [31, 28], [5, 28]].forEach(([x, y], i) => (i ? c.lineTo(x, y) : c.moveTo(x, y))),
    bad: (c) => [[18, 4], [32, 18], [18, 32], [4, 18]].forEach(([x, y], i) => (i ? c.lineTo(x, y) : c.moveTo(x, y))),
    unknown: (c) => (c.arc(18, 18, 10, 0, 7), c.moveTo(22, 18), c.arc(18, 18, 4, 0, 7, true)),
  };
  const fills = { good: '--accent', notice: '--notice', bad: '--bad', unknown: '--quiet' };
  return Object.entries(draw).map(([state, path]) => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 36, height: 36 });
    const pen = canvas.getContext('2d');
    pen.beginPath();
    path(pen);
    pen.closePath();
    Object.assign(pen, { fillStyle: colour(fills[state]), strokeStyle: colour('--paper'), lineWidth: 4, lineJoin: 'round' });
    pen.stroke();
    pen.fill('evenodd');
    return [`state-${state}`, pen.getImageData(0, 0, 36, 36)];
  });
}
