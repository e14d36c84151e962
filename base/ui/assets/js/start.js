// The only module that every page loads. A page is complete without it; each part is fetched only where the page has it.
const parts = {
  'live-control': 'causeway/live',
  'live-number': 'causeway/live',
  'live-list': 'causeway/live',
  'relative-time': 'causeway/relative-time',
  'theme-switch': 'causeway/theme-switch',
  'time-chart': 'causeway/time-chart',
  'city-map': 'causeway/city-map',
  'map-layers': 'causeway/map-layers',
};
const wanted = new Set();
for (const [element, module] of Object.entries(parts)) {
  if (document.querySelector(element)) wanted.add(module);
}
for (const module of wanted) import(module);

// htmx serves forms and links that ask for a part of a page; most pages have none.
if (document.querySelector('[hx-get],[hx-post],[hx-boost],[hx-sse\\:connect]')) {
  import('htmx.org').then(async ({ default: htmx }) => {
    if (!document.querySelector('[hx-sse\\:connect]')) return;
    await import('htmx.org/sse');
    htmx.process(document.body);
  });
}
