// The only module that every page loads. A page is complete without it; each part is fetched only where the page has it.
const parts = {
  'live-control': 'live',
  'live-number': 'live',
  'live-list': 'live',
  'relative-time': 'relative-time',
  'theme-switch': 'theme-switch',
  'time-chart': 'time-chart',
  'city-map': 'city-map',
  'map-layers': 'map-layers',
};
for (const element in parts) {
  if (document.querySelector(element)) import(`causeway/${parts[element]}`);
}

// htmx serves forms and links that ask for a part of a page; most pages have none.
if (document.querySelector('[hx-get],[hx-post],[hx-boost],[hx-sse\\:connect]')) {
  import('htmx.org').then(async ({ default: htmx }) => {
    if (!document.querySelector('[hx-sse\\:connect]')) return;
    await import('htmx.org/sse');
    htmx.process(document.body);
  });
}
