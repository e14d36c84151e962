// The only module that every page loads. A page is complete without it; each part is fetched only where the page has it.
const parts = ['live-control', 'live-number', 'live-list', 'relative-time', 'theme-switch', 'time-chart', 'city-map', 'map-layers'];
for (const part of parts) {
  if (document.querySelector(part)) import(`causeway/${part.startsWith('live-') ? 'live' : part}`);
}

// htmx serves forms and links that ask for a part of a page; most pages have none.
if (document.querySelector('[hx-get],[hx-post],[hx-boost],[hx-sse\\:connect]')) {
  import('htmx.org').then(async ({ default: htmx }) => {
    if (!document.querySelector('[hx-sse\\:connect]')) return;
    await import('htmx.org/sse');
    htmx.process(document.body);
  });
}
