/** <theme-switch>: as on this device, light or dark; kept on this device. */
class ThemeSwitch extends HTMLElement {
  connectedCallback() {
    const { label, auto, light, dark } = this.dataset;
    const box = document.createElement('fieldset');
    const legend = document.createElement('legend');
    legend.textContent = label;
    box.append(legend);
    const now = document.documentElement.dataset.theme ?? 'auto';
    for (const [value, words] of Object.entries({ auto, light, dark })) {
      const choice = document.createElement('label');
      const input = document.createElement('input');
      Object.assign(input, { type: 'radio', name: 'theme', value, checked: value === now });
      input.addEventListener('change', () => choose(value));
      choice.append(input, words);
      box.append(choice);
    }
    this.replaceChildren(box);
  }
}

function choose(value) {
  const { dataset } = document.documentElement;
  if (value === 'auto') delete dataset.theme;
  else dataset.theme = value;
  try {
    if (value === 'auto') localStorage.removeItem('theme');
    else localStorage.setItem('theme', value);
  } catch {
    // Nothing is kept in a private window; the choice holds for this page.
  }
  document.dispatchEvent(new Event('themechange'));
}

customElements.define('theme-switch', ThemeSwitch);
