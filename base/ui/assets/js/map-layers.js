import { paused, subscribe } from 'causeway/hub';

const SECONDS = 10; // nobody reads a list faster

/**
 * <map-layers list topic>: links that each show or hide a layer of a map, with the state of each. Where scripts run they do
 * it without a new page: the page of the link is fetched, and its parts take the place of ours. The map follows the list
 * (see city-map.js). When its topic says that something changed, list and states are drawn again.
 */
class MapLayers extends HTMLElement {
  connectedCallback() {
    this.addEventListener('click', (event) => {
      const link = event.target.closest('a[data-layer]');
      if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
      event.preventDefault();
      this.go(link.href, link.dataset.layer);
    });
    addEventListener('popstate', () => this.go(location.href));
    this.listen();
  }

  disconnectedCallback() {
    this.end?.();
    clearTimeout(this.waiting);
  }

  listen() {
    this.end?.();
    const topic = this.getAttribute('topic');
    this.end = topic && subscribe(topic, () => this.later());
  }

  later() {
    this.waiting ||= setTimeout(() => {
      this.waiting = 0;
      this.refresh();
    }, SECONDS * 1000);
  }

  async fetch(href) {
    const answer = await fetch(href, { headers: { accept: 'text/html' } }).catch(() => null);
    return answer?.ok ? new DOMParser().parseFromString(await answer.text(), 'text/html') : null;
  }

  /** Puts the parts of another page in the place of ours. */
  take(page, parts) {
    for (const part of parts) {
      document.querySelector(part)?.replaceChildren(...(page.querySelector(part)?.childNodes ?? []));
    }
  }

  async refresh() {
    const list = `#${this.getAttribute('list')}`;
    if (paused() || document.querySelector(list)?.contains(document.activeElement)) return;
    const page = await this.fetch(location.href);
    if (!page) return;
    this.take(page, [list, '.modes']);
    // The links stay, with whoever stands on one of them: only what they say of their layers is new.
    const drawn = page.querySelectorAll('map-layers .small');
    this.querySelectorAll('.small').forEach((state, at) => state.replaceChildren(...(drawn[at]?.childNodes ?? [])));
  }

  async go(href, layer) {
    const page = await this.fetch(href);
    // What cannot be fetched is opened as any link is: the browser says what is wrong.
    if (!page) return location.assign(href);
    if (layer) history.pushState(null, '', href);
    this.take(page, ['map-layers', `#${this.getAttribute('list')}`, '.langs', '.modes', '.map-about', '.filters']);
    document.title = page.title;
    this.setAttribute('topic', page.querySelector('map-layers')?.getAttribute('topic') ?? '');
    this.listen();
    this.querySelector(`[data-layer="${layer}"]`)?.focus();
  }
}

customElements.define('map-layers', MapLayers);
