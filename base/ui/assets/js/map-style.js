/**
 * The look of our base map, from the colours of the page. Layer names are those of Shortbread where it has one:
 * land, boundaries, streets, railways, place_labels. No glyphs and no sprite: labels come from the reader's own fonts.
 */
const WATER = ['bay', 'reservoir', 'channel'];
// Points rather than areas: they have a mark, and their name stands under it.
const MARKED = ['station', 'hospital', 'pier', 'control-point', 'landmark', 'peak'];

const kind = (kinds, yes, no) => ['match', ['get', 'kind'], kinds, yes, no];
const grows = (...stops) => ['interpolate', ['exponential', 1.4], ['zoom'], ...stops];

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
      ...ways(from, colour),
      ...names(from, colour, ['coalesce', ['get', `name_${lang}`], ['get', 'name']]),
    );
  }
  return { version: 8, sources, layers };
}

/** Roads with an edge, railways as a dark line with sleepers of paper, trams as a thin one. */
function ways(from, colour) {
  const round = { 'line-cap': 'round', 'line-join': 'round' };
  const width = grows(9, kind('trunk', 1.4, 0.7), 12, kind('trunk', 3.4, 2), 15, kind('trunk', 9, 6));
  const edge = grows(9, kind('trunk', 2, 1), 12, kind('trunk', 5, 3), 15, kind('trunk', 11, 7.5));
  const train = ['match', ['get', 'kind'], ['train', 'high-speed'], true, false];
  return [
    from('streets', { id: 'street_edges', type: 'line', layout: round, paint: { 'line-color': colour('--map-edge'), 'line-width': edge } }),
    from('streets', { type: 'line', layout: round, paint: { 'line-color': colour('--map-road'), 'line-width': width } }),
    from('railways', { type: 'line', layout: round, paint: { 'line-color': colour('--map-rail'), 'line-width': grows(9, kind(['train', 'high-speed'], 1, 0.6), 12, kind(['train', 'high-speed'], 1.8, 0.9), 15, kind(['train', 'high-speed'], 3.4, 1.6)) } }),
    from('railways', { id: 'sleepers', type: 'line', minzoom: 11, filter: train, paint: { 'line-color': colour('--map-land'), 'line-width': grows(11, 0.5, 15, 1.8), 'line-dasharray': [3, 3] } }),
  ];
}

function names(from, colour, name) {
  const halo = { 'text-halo-color': kind(WATER, colour('--map-water'), colour('--map-land')), 'text-halo-width': 1.7 };
  const along = (layer, ink) => from(layer, {
    id: `${layer}_names`, type: 'symbol', minzoom: 12,
    layout: { 'symbol-placement': 'line', 'text-field': name, 'text-size': 11, 'symbol-spacing': 320, 'text-max-angle': 35 },
    paint: { 'text-color': ink, 'text-halo-color': colour('--map-land'), 'text-halo-width': 1.5 },
  });
  return [
    from('place_labels', {
      id: 'place_marks', type: 'circle', filter: ['match', ['get', 'kind'], MARKED, true, false],
      paint: { 'circle-radius': 2.6, 'circle-color': colour('--map-land'), 'circle-stroke-width': 1.4, 'circle-stroke-color': colour('--map-rail') },
    }),
    along('streets', colour('--muted')),
    along('railways', colour('--muted')),
    from('place_labels', {
      type: 'symbol',
      layout: {
        'text-field': name,
        'text-size': ['interpolate', ['linear'], ['zoom'], 9, ['match', ['get', 'rank'], 1, 13, 11], 14, ['match', ['get', 'rank'], [1, 2], 17, 3, 14, 12]],
        'text-letter-spacing': kind(WATER, 0.08, 0),
        'text-max-width': 8,
        'text-anchor': kind(MARKED, 'top', 'center'),
        'text-offset': kind(MARKED, ['literal', [0, 0.45]], ['literal', [0, 0]]),
        'symbol-sort-key': ['coalesce', ['get', 'rank'], 9],
      },
      paint: {
        'text-color': ['match', ['get', 'kind'], WATER, colour('--accent'), ['park'], colour('--good'), MARKED, colour('--muted'), colour('--ink')],
        ...halo,
      },
    }),
  ];
}

/** Pictures of the states: the shapes of the status chips, so that colour is never alone. What is as it should be has the
 * colour of its layer. */
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
  for (const series of [1, 2, 3, 4]) {
    draw[`good-${series}`] = draw.good;
    fills[`good-${series}`] = `--series-${series}`;
  }
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
