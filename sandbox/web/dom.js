// Makes elements. Text only ever becomes a text node, so nothing that a till sends can become markup.

/** An element: `h('button.small', { onclick, disabled: true }, 'text', child, [more])`. */
export function h(selector, properties, ...children) {
  const [name, ...classes] = selector.split('.');
  const element = document.createElement(name || 'div');
  if (classes.length > 0) element.className = classes.join(' ');
  for (const [key, value] of Object.entries(properties ?? {})) set(element, key, value);
  append(element, children);
  return element;
}

function set(element, key, value) {
  if (value === undefined || value === null || value === false) return;
  if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
  else if (key === 'dataset') Object.assign(element.dataset, value);
  else if (key === 'value' || key === 'checked') element[key] = value;
  else element.setAttribute(key, value === true ? '' : String(value));
}

function append(element, children) {
  for (const child of children.flat(Infinity)) {
    if (child === undefined || child === null || child === false) continue;
    element.append(child instanceof Node ? child : String(child));
  }
}

/** Replaces the children of an element, and keeps the focus where it was. */
export function replace(element, ...children) {
  const active = document.activeElement;
  const key = element.contains(active) ? active.dataset.key : undefined;
  element.replaceChildren();
  append(element, children);
  if (key === undefined) return;
  for (const candidate of element.querySelectorAll('[data-key]')) {
    if (candidate.dataset.key === key) {
      candidate.focus({ preventScroll: true });
      return;
    }
  }
}

export const byId = (id) => document.getElementById(id);

/** Shows a message for a few seconds. */
export function toast(text, good = false) {
  const box = byId('toast');
  box.textContent = text;
  box.className = good ? 'good' : '';
  box.hidden = false;
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => (box.hidden = true), 6000);
}

/** Copies text, even if the browser withholds the clipboard from a page without TLS. */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const field = h('textarea', { readonly: true, class: 'unseen' }, text);
    document.body.append(field);
    field.select();
    document.execCommand('copy');
    field.remove();
  }
}

/** Downloads bytes or text as a file. */
export function save(name, type, content) {
  const address = URL.createObjectURL(new Blob([content], { type }));
  const link = h('a', { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 60000);
}
