const STEPS = [[60, 1, 'second'], [5400, 60, 'minute'], [129_600, 3600, 'hour'], [5_184_000, 86_400, 'day']];
const elements = new Set();
// A simulated city may have a clock of its own, which goes faster than the reader's.
const { now, speed } = document.body.dataset;
const read = Date.now();
const clock = () => (now ? Date.parse(now) + (Date.now() - read) * speed : Date.now());
const format = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: 'always' });

/** <relative-time><time datetime>: an age that stays right. After sixty days the date stays as the server wrote it. */
class RelativeTime extends HTMLElement {
  connectedCallback() {
    elements.add(this);
  }

  disconnectedCallback() {
    elements.delete(this);
  }

  refresh() {
    const time = this.querySelector('time');
    const old = (clock() - Date.parse(time?.dateTime)) / 1000;
    const step = STEPS.find(([below]) => old < below);
    if (!step) return;
    const text = format.format(-Math.max(1, Math.floor(old / step[1])), step[2]);
    // As the server writes it: no space between figures and Chinese characters.
    time.textContent = text.replace(/(?<=\d) (?=\p{Script=Han})/u, '');
  }
}

const all = () => elements.forEach((element) => element.refresh());
customElements.define('relative-time', RelativeTime);

// Text may only move by itself where a pause control can stop it; elsewhere ages are set right when one comes back.
document.addEventListener('visibilitychange', () => document.hidden || all());
const control = document.querySelector('live-control');
if (control) setInterval(() => control.dataset.state === 'off' || document.hidden || all(), 10_000);
