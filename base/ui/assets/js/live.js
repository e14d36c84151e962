import { note, pause, paused, speaker, subscribe, watch } from 'causeway/hub';

/** <live-number topic decimals label>: a number that follows its datastream. */
class LiveNumber extends HTMLElement {
  connectedCallback() {
    const topic = this.getAttribute('topic');
    if (topic) this.end = subscribe(topic, (message) => this.show(message));
  }

  disconnectedCallback() {
    this.end?.();
  }

  show({ value, text, time, when, state }) {
    const places = Number(this.getAttribute('decimals') ?? 1);
    const lang = document.documentElement.lang;
    const number = value == null ? '–' : value.toLocaleString(lang, { maximumFractionDigits: places }).replace('-', '−');
    const shown = text ?? number;
    const changed = this.textContent !== shown;
    this.textContent = shown;
    const tile = this.closest('[data-tile]');
    if (tile && state) tile.dataset.state = state;
    const place = tile?.querySelector('.when');
    if (place && (when || time)) place.replaceChildren(when ?? age(time));
    if (!changed) return;
    const area = this.closest('.figure') ?? this;
    area.classList.remove('changed');
    requestAnimationFrame(() => area.classList.add('changed'));
    const label = this.getAttribute('label');
    if (label) note(this.getAttribute('topic'), `${label}: ${area.textContent.trim()}`);
  }
}

/** An age that stays right: what the server writes as `Reader::ago`. */
function age(time) {
  const moment = Object.assign(document.createElement('time'), { dateTime: time });
  const element = document.createElement('relative-time');
  element.append(moment);
  queueMicrotask(() => element.refresh?.());
  return element;
}

/**
 * <live-list topic src also>: a part of the page that the server draws again when one of its topics says so, and other
 * parts, by their ids, that change with it.
 */
class LiveList extends HTMLElement {
  connectedCallback() {
    const topics = this.getAttribute('topic').split(' ').filter(Boolean);
    const ends = topics.map((topic) => subscribe(topic, () => this.later()));
    this.end = () => ends.forEach((end) => end());
  }

  disconnectedCallback() {
    this.end?.();
    clearTimeout(this.waiting);
  }

  // A burst of changes is one request, and a steady flow one every ten seconds: nobody reads a list faster.
  later() {
    if (this.waiting) return;
    const since = Date.now() - (this.loaded ?? 0);
    this.waiting = setTimeout(() => {
      this.waiting = 0;
      this.loaded = Date.now();
      this.load();
    }, Math.max(800, 10_000 - since));
  }

  async load() {
    if (paused() || this.contains(document.activeElement)) return;
    const answer = await fetch(this.getAttribute('src'), { headers: { accept: 'text/html' } }).catch(() => null);
    if (!answer?.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const fresh = this.id ? page.getElementById(this.id) : null;
    this.replaceChildren(...(fresh ?? page.body).childNodes);
    for (const id of (this.getAttribute('also') ?? '').split(' ').filter(Boolean)) {
      const part = document.getElementById(id);
      const drawn = page.getElementById(id);
      if (part && drawn && !part.contains(document.activeElement)) part.replaceChildren(...drawn.childNodes);
    }
  }
}

/** <live-control>: says whether the page updates itself, and stops it. */
class LiveControl extends HTMLElement {
  connectedCallback() {
    const { stop, go, on, off, lost } = this.dataset;
    const words = { on, off, lost };
    this.innerHTML = '<span><span class="live-dot"></span><span></span></span><button type="button" class="second small"></button><p class="unseen" role="status"></p>';
    const [status, button, spoken] = this.children;
    button.addEventListener('click', () => pause(!paused()));
    speaker((summary) => (spoken.textContent = summary));
    this.end = watch((state) => {
      this.dataset.state = state;
      status.lastChild.textContent = words[state];
      button.textContent = state === 'off' ? go : stop;
    });
  }

  disconnectedCallback() {
    this.end?.();
    speaker(null);
  }
}

customElements.define('live-number', LiveNumber);
customElements.define('live-list', LiveList);
customElements.define('live-control', LiveControl);
