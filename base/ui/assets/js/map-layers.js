/**
 * <map-layers list>: links that each show or hide a layer of a map. Where scripts run they do it without a new page: the
 * page of the link is fetched, and its parts take the place of ours. The map follows the list (see city-map.js).
 */
class MapLayers extends HTMLElement {
  connectedCallback() {
    this.addEventListener('click', (event) => {
      const link = event.target.closest('a[data-layer]');
      if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
      event.preventDefault();
      this.go(link.href, link.dataset.layer, true);
    });
    addEventListener('popstate', () => this.go(location.href));
  }

  async go(href, layer, isNew) {
    const answer = await fetch(href, { headers: { accept: 'text/html' } }).catch(() => null);
    // What cannot be fetched is opened as any link is: the browser says what is wrong.
    if (!answer?.ok) return location.assign(href);
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    if (isNew) history.pushState(null, '', href);
    const list = document.getElementById(this.getAttribute('list'));
    const fresh = page.getElementById(this.getAttribute('list'));
    if (!list || !fresh) return location.assign(href);
    // The list takes other topics: an element that is new subscribes by itself.
    list.replaceWith(document.importNode(fresh, true));
    this.replaceChildren(...page.querySelector('map-layers').childNodes);
    for (const part of ['.langs', '.modes', '.map-about', '.filters']) {
      document.querySelector(part)?.replaceChildren(...(page.querySelector(part)?.childNodes ?? []));
    }
    document.title = page.title;
    this.dispatchEvent(new CustomEvent('layers', { bubbles: true }));
    this.querySelector(`[data-layer="${layer}"]`)?.focus();
  }
}

customElements.define('map-layers', MapLayers);
