import { subscribe } from 'causeway/hub';

const DASHES = [[], [7, 4], [2, 4], [10, 3, 2, 3]];
const DOUBTFUL = ['suspect', 'estimated'];
const LIVE_POINTS = 2000; // points kept while a chart follows its datastream: a screen shows no more

/**
 * <time-chart>: the server's drawing stays until somebody points at it or gives it focus; then uPlot takes over with
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
    this.sized?.disconnect();
    this.chart?.destroy();
    document.removeEventListener('themechange', this.repaint);
    matchMedia('(prefers-color-scheme: dark)').removeEventListener('change', this.repaint);
  }

  number(name, fallback = NaN) {
    return this.hasAttribute(name) ? Number(this.getAttribute(name)) : fallback;
  }

  /** The table's rows: times, one list of values for each series, the written times, and the doubtful ones. */
  read() {
    const names = new Map();
    const at = new Map();
    this.written = new Map();
    this.doubts = [];
    for (const row of this.closest('figure').querySelectorAll('tbody tr')) {
      const when = row.querySelector('time');
      const time = Date.parse(when?.dateTime) / 1000;
      if (Number.isNaN(time)) continue;
      this.written.set(time, when.textContent);
      const number = row.querySelector('data');
      // With several series the second cell names the one that the row belongs to.
      const named = this.closest('figure').querySelector('.key .trace') !== null;
      const name = named ? row.cells[1].textContent : '';
      if (!names.has(name)) names.set(name, names.size);
      if (!at.has(time)) at.set(time, []);
      at.get(time)[names.get(name)] = number ? Number(number.value) : null;
      if (DOUBTFUL.includes(number?.dataset.quality)) this.doubts.push(time);
    }
    this.doubts.sort((a, b) => a - b);
    const times = [...at.keys()].sort((a, b) => a - b);
    this.names = [...names.keys()];
    this.data = [times, ...this.names.map((name) => times.map((time) => at.get(time)[names.get(name)] ?? null))];
  }

  async open() {
    if (this.opened) return;
    this.opened = true;
    // A table that holds only the latest rows would show less than the drawing: then the drawing stays.
    if (this.closest('figure').querySelector('caption .muted')) return;
    this.read();
    if (!this.data[0].length) return;
    const sheet = document.createElement('link');
    Object.assign(sheet, { rel: 'stylesheet', href: import.meta.resolve('uplot/style') });
    const styled = new Promise((done) => (sheet.onload = sheet.onerror = done));
    document.head.append(sheet);
    const [{ default: UPlot }] = await Promise.all([import('uplot'), styled]);
    this.UPlot = UPlot;
    this.draw();
  }

  draw() {
    const { UPlot, names, data, plot } = this;
    const look = getComputedStyle(document.documentElement);
    const colour = (name) => look.getPropertyValue(name).trim();
    const zone = this.getAttribute('zone') || undefined;
    const tag = document.documentElement.lang;
    // English without a region would put the month before the day, which the server never does.
    const lang = tag === 'en' ? 'en-GB' : tag;
    const format = (parts) => new Intl.DateTimeFormat(lang, { timeZone: zone, ...parts });
    const day = format({ day: 'numeric', month: 'short' });
    const clock = format({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
    const number = new Intl.NumberFormat(lang, { maximumFractionDigits: this.number('decimals', 1) });
    const kind = this.getAttribute('kind');
    const width = this.number('width', 0);
    const font = `13px ${look.getPropertyValue('--sans')}`;
    const axis = { font, stroke: colour('--muted'), grid: { stroke: colour('--line'), width: 1 }, ticks: { show: false } };
    const paths = {
      step: () => UPlot.paths.stepped({ align: 1 }),
      bar: () => UPlot.paths.bars({ align: 1, size: [0.86] }),
    };
    const bars = kind === 'bar';
    const series = names.map((name, index) => {
      const ink = colour(`--series-${(index % 4) + 1}`);
      return {
        label: name,
        stroke: ink,
        fill: bars && ink,
        width: 2,
        dash: bars ? [] : DASHES[index % 4],
        points: { show: false },
        gaps: (u, s, from, to) => this.gaps(u, s, from, to),
        paths: paths[kind]?.(),
      };
    });
    const height = Math.max(230, plot.clientHeight - 26);
    this.chart?.destroy();
    plot.replaceChildren();
    this.readout = plot.appendChild(document.createElement('p'));
    this.chart = new UPlot(
      {
        width: plot.clientWidth,
        height,
        legend: { show: false },
        tzDate: (seconds) => UPlot.tzDate(new Date(seconds * 1000), zone ?? 'UTC'),
        series: [{}, ...series],
        axes: [
          { ...axis, space: 80, values: (u, at) => labels(u, at, day, clock) },
          { ...axis, size: 56, values: (_, at) => at.map((value) => number.format(value)) },
        ],
        scales: {
          x: { range: (_, low, high) => [low, bars ? high + width : high] },
          y: { range: (_, low, high) => this.range(low, high, bars) },
        },
        hooks: {
          drawClear: [(u) => this.grounds(u, colour)],
          setCursor: [(u) => this.tell(u, number)],
        },
      },
      data,
      plot,
    );
    this.sized?.disconnect();
    this.sized = new ResizeObserver(() => this.chart.setSize({ width: plot.clientWidth, height }));
    this.sized.observe(plot);
  }

  range(low, high, bars) {
    const [bottom, top] = [Math.min(low, this.number('low', low)), Math.max(high, this.number('high', high))];
    const room = (top - bottom || Math.abs(top) || 1) * 0.06;
    return [bars || (bottom > 0 && bottom < top / 2) ? Math.min(0, bottom) : bottom - room, top + room];
  }

  /** Times without values longer than the datastream allows stay empty. */
  gaps(u, s, from, to) {
    const [xs, ys, longest] = [u.data[0], u.data[s], this.number('longest', Infinity)];
    const found = [];
    let before = -1;
    for (let i = from; i <= to; i++) {
      if (ys[i] == null) continue;
      if (before >= 0 && xs[i] - xs[before] > longest) {
        found.push([xs[before], xs[i]].map((time) => Math.round(u.valToPos(time, 'x', true))));
      }
      before = i;
    }
    return found;
  }

  /** The usual range and the doubtful times, behind the traces. */
  grounds(u, colour) {
    const { ctx, bbox } = u;
    const [low, high] = [this.number('low'), this.number('high')];
    ctx.save();
    if (!Number.isNaN(low)) {
      const [top, bottom] = [u.valToPos(high, 'y', true), u.valToPos(low, 'y', true)];
      ctx.fillStyle = colour('--band');
      ctx.fillRect(bbox.left, Math.max(top, bbox.top), bbox.width, Math.min(bottom, bbox.top + bbox.height) - Math.max(top, bbox.top));
    }
    ctx.fillStyle = colour('--notice');
    ctx.globalAlpha = 0.14;
    const longest = this.number('longest', Infinity);
    let start = 0;
    this.doubts.forEach((time, index) => {
      const next = this.doubts[index + 1];
      if (next !== undefined && next - time <= longest) return;
      const clamp = (value) => Math.min(bbox.left + bbox.width, Math.max(bbox.left, u.valToPos(value, 'x', true)));
      const [left, right] = [clamp(this.doubts[start]), clamp(time)];
      ctx.fillRect(left, bbox.top, Math.max(right - left, 2), bbox.height);
      start = index + 1;
    });
    ctx.restore();
  }

  tell(u, number) {
    const { idx } = u.cursor;
    const time = idx == null ? undefined : u.data[0][idx];
    if (time === undefined) {
      this.readout.textContent = '';
      return;
    }
    const unit = this.getAttribute('unit');
    const values = this.names.map((name, index) => {
      const value = u.data[index + 1][idx];
      return `${name} ${value == null ? '–' : number.format(value).replace('-', '−')} ${unit}`.trim();
    });
    this.readout.textContent = [this.written.get(time) ?? '', ...values].join(' · ');
  }

  step(event) {
    const move = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!move || !this.chart) return;
    event.preventDefault();
    this.readout.setAttribute('role', 'status');
    const last = this.data[0].length - 1;
    const index = Math.min(last, Math.max(0, (this.chart.cursor.idx ?? (move < 0 ? last + 1 : -1)) + move));
    this.chart.setCursor({ left: this.chart.valToPos(this.data[0][index], 'x'), top: -10 });
  }

  add({ value, time, at }) {
    const seconds = Date.parse(time) / 1000;
    if (!this.chart || value == null || !(seconds > this.data[0].at(-1))) return;
    this.data.forEach((list, index) => {
      list.push(index === 0 ? seconds : index === 1 ? value : null);
      if (list.length > LIVE_POINTS) list.shift();
    });
    if (at) this.written.set(seconds, at);
    this.chart.setData(this.data);
  }
}

function labels(u, at, day, clock) {
  const long = u.scales.x.max - u.scales.x.min > 172_800; // s: beyond two days the date says more than the hour
  return at.map((time) => {
    const text = clock.format(time * 1000);
    return long || text === '00:00' ? day.format(time * 1000) : text;
  });
}

customElements.define('time-chart', TimeChart);
