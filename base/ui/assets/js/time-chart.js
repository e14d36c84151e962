import { subscribe } from 'causeway/hub';

/**
 * <time-chart>: the server's drawing stays until somebody points at it or gives it focus; then uPlot takes over, with
 * the figures of the table beside it. Drag to zoom, double click to see everything, arrow keys to read value by value.
 */
class TimeChart extends HTMLElement {
  connectedCallback() {
    this.plot = this.querySelector('.plot');
    if (!this.plot) return;
    this.plot.tabIndex = 0;
    this.plot.setAttribute('role', 'group');
    this.plot.setAttribute('aria-label', this.closest('figure')?.querySelector('figcaption')?.textContent ?? '');
    const open = () => this.open();
    this.plot.addEventListener('pointerenter', open, { once: true });
    this.plot.addEventListener('focus', open, { once: true });
    this.plot.addEventListener('keydown', (event) => this.step(event));
    const topic = this.getAttribute('topic');
    if (topic) this.end = subscribe(topic, (message) => this.add(message));
    this.repaint = () => this.chart && this.draw();
    document.addEventListener('themechange', this.repaint);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', this.repaint);
  }

  disconnectedCallback() {
    this.end?.();
    this.chart?.destroy();
    document.removeEventListener('themechange', this.repaint);
    matchMedia('(prefers-color-scheme: dark)').removeEventListener('change', this.repaint);
  }

  /** The table's rows as one list of times and one list of values for each series. */
  read() {
    const names = new Map();
    const at = new Map();
    for (const row of this.closest('figure').querySelectorAll('tbody tr')) {
      const time = Date.parse(row.querySelector('time')?.dateTime) / 1000;
      if (Number.isNaN(time)) continue;
      const number = row.querySelector('data');
      const name = row.cells.length > 2 && row.cells[1] !== number?.closest('td') ? row.cells[1].textContent : '';
      if (!names.has(name)) names.set(name, names.size);
      if (!at.has(time)) at.set(time, []);
      at.get(time)[names.get(name)] = number ? Number(number.value) : null;
    }
    const times = [...at.keys()].sort((a, b) => a - b);
    const data = [times, ...[...names.values()].map((index) => times.map((time) => at.get(time)[index] ?? null))];
    return { names: [...names.keys()], data };
  }

  async open() {
    if (this.opened) return;
    this.opened = true;
    const { names, data } = this.read();
    // A table that holds only the latest rows would show less than the drawing: then the drawing stays.
    const shown = this.closest('figure').querySelector('caption .muted');
    if (shown || !data[0]?.length) return;
    const sheet = document.createElement('link');
    Object.assign(sheet, { rel: 'stylesheet', href: import.meta.resolve('uplot/style') });
    const styled = new Promise((done) => (sheet.onload = sheet.onerror = done));
    document.head.append(sheet);
    const [{ default: UPlot }] = await Promise.all([import('uplot'), styled]);
    Object.assign(this, { UPlot, names, data });
    this.draw();
  }

  draw() {
    const { UPlot, names, data, plot } = this;
    const look = getComputedStyle(document.documentElement);
    const colour = (name) => look.getPropertyValue(name).trim();
    const zone = this.getAttribute('zone') || undefined;
    const lang = document.documentElement.lang;
    const places = Number(this.getAttribute('decimals') ?? 1);
    const unit = this.getAttribute('unit') ?? '';
    const long = new Intl.DateTimeFormat(lang, { timeZone: zone, dateStyle: 'medium', timeStyle: 'short' });
    const day = new Intl.DateTimeFormat(lang, { timeZone: zone, day: 'numeric', month: 'short' });
    const clock = new Intl.DateTimeFormat(lang, { timeZone: zone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
    const number = new Intl.NumberFormat(lang, { maximumFractionDigits: places });
    const longest = Number(this.getAttribute('longest'));
    const kind = this.getAttribute('kind');
    const font = `12px ${look.getPropertyValue('--sans')}`;
    const axis = { font, stroke: colour('--muted'), grid: { stroke: colour('--line'), width: 1 }, ticks: { show: false } };
    const dashes = [[], [7, 4], [2, 4], [10, 3, 2, 3]];
    const series = names.map((name, index) => ({
      label: name || unit,
      stroke: colour(`--series-${(index % 4) + 1}`),
      width: 2,
      dash: dashes[index % 4],
      points: { show: false },
      value: (_, value) => (value == null ? '–' : `${number.format(value)} ${unit}`),
      gaps: (u, s, from, to, nulls) => {
        const [xs, ys] = [u.data[0], u.data[s]];
        const known = [];
        for (let i = from; i <= to; i++) if (ys[i] != null) known.push(i);
        const wide = known.flatMap((i, n) => {
          const before = known[n - 1];
          if (before === undefined || xs[i] - xs[before] <= longest) return [];
          return [[u.valToPos(xs[before], 'x', true), u.valToPos(xs[i], 'x', true)].map(Math.round)];
        });
        return wide.length ? wide : nulls;
      },
      paths: kind === 'step' ? UPlot.paths.stepped({ align: 1 }) : kind === 'bar' ? UPlot.paths.bars({ align: 1 }) : undefined,
      fill: kind === 'bar' ? colour(`--series-${(index % 4) + 1}`) : undefined,
    }));
    const height = plot.clientHeight;
    this.chart?.destroy();
    plot.querySelector('svg')?.remove();
    this.chart = new UPlot(
      {
        width: plot.clientWidth,
        height: Math.max(220, height - 30),
        tzDate: (seconds) => UPlot.tzDate(new Date(seconds * 1000), zone ?? 'UTC'),
        series: [{ label: '', value: (_, time) => (time == null ? '–' : long.format(time * 1000)) }, ...series],
        axes: [
          { ...axis, space: 80, values: (u, at) => this.labels(u, at, day, clock) },
          { ...axis, size: 56, values: (_, at) => at.map((value) => number.format(value)) },
        ],
        scales: kind === 'bar' ? { y: { range: (u, low, high) => [Math.min(0, low), high * 1.05] } } : {},
      },
      data,
      plot,
    );
    this.sized ??= new ResizeObserver(() => {
      this.chart.setSize({ width: plot.clientWidth, height: this.chart.height });
    });
    this.sized.observe(plot);
  }

  labels(u, at, day, clock) {
    const span = u.scales.x.max - u.scales.x.min;
    return at.map((time) => {
      const text = clock.format(time * 1000);
      return span > 172_800 || text === '00:00' ? day.format(time * 1000) : text;
    });
  }

  step(event) {
    const move = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!move || !this.chart) return;
    event.preventDefault();
    const last = this.data[0].length - 1;
    const index = Math.min(last, Math.max(0, (this.chart.cursor.idx ?? (move < 0 ? last + 1 : -1)) + move));
    this.chart.setCursor({ left: this.chart.valToPos(this.data[0][index], 'x'), top: 10 });
  }

  add({ value, time }) {
    const seconds = Date.parse(time) / 1000;
    if (!this.chart || value == null || !(seconds > this.data[0].at(-1))) return;
    this.data.forEach((list, index) => list.push(index === 0 ? seconds : index === 1 ? value : null));
    this.chart.setData(this.data);
  }
}

customElements.define('time-chart', TimeChart);
