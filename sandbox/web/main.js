// Assembles the page, keeps it up to date, and handles the keyboard.

import { follow } from './api.js';
import { byId, h, replace } from './dom.js';
import { choose, current, other, t } from './text.js';
import * as book from './book.js';
import * as checklist from './checklist.js';
import * as phone from './phone.js';
import * as receipt from './receipt.js';
import * as requests from './requests.js';
import * as trouble from './trouble.js';

const TABS = { book, requests, trouble, receipt, checklist };

let state;
/** How far the sandbox's real clock is ahead of the browser's. */
let ahead = 0;
let open = location.hash.slice(1) in TABS ? location.hash.slice(1) : 'book';
let live = false;

const now = () => Date.now() + ahead;

const context = { now, goTo, searched: () => refresh() };

function words() {
  document.documentElement.lang = current() === 'zh' ? 'zh-CN' : 'en';
  document.title = t('title');
  for (const element of document.querySelectorAll('[data-text]')) element.textContent = t(element.dataset.text);
  byId('language').textContent = t(`language.${other()}`);
}

function tabs() {
  const faults = state?.faults.length ?? 0;
  const tab = (name, index) =>
    h(
      'button',
      {
        type: 'button',
        role: 'tab',
        id: `tab-${name}`,
        'aria-selected': String(name === open),
        'aria-controls': `panel-${name}`,
        tabindex: name === open ? 0 : -1,
        title: String(index + 1),
        dataset: { key: name },
        onclick: () => goTo(name),
      },
      t(`tabs.${name}`),
      name === 'trouble' && faults > 0 && h('span.badge', {}, faults),
    );
  replace(byId('tabs'), Object.keys(TABS).map(tab));
}

function goTo(name, ...more) {
  open = name;
  history.replaceState(null, '', `#${name}`);
  for (const other of Object.keys(TABS)) byId(`panel-${other}`).hidden = other !== name;
  TABS[name].opened?.(...more);
  render();
}

function status() {
  const line = byId('live');
  line.textContent = t(live ? 'live' : 'lost');
  line.classList.toggle('off', !live);
}

function render() {
  tabs();
  status();
  if (!state) return;
  byId('base').textContent = state.base;
  phone.render(byId('phone'), state, context);
  TABS[open].render(byId(`panel-${open}`), state, context);
}

const refresh = follow(
  () => ({ search: book.search(), ...phone.wanted() }),
  (newest, serverNow) => {
    state = newest;
    ahead = serverNow - Date.now();
    live = true;
    render();
  },
  () => {
    live = false;
    status();
  },
);

byId('language').addEventListener('click', () => {
  choose(other());
  words();
  for (const part of [phone, ...Object.values(TABS)]) part.languageChanged?.();
  render();
});

byId('tabs').addEventListener('keydown', (event) => {
  const names = Object.keys(TABS);
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  goTo(names[(names.indexOf(open) + step + names.length) % names.length]);
  byId(`tab-${open}`).focus();
});

/** Handles single-key shortcuts, unless somebody is typing. */
document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === 'Escape') return TABS[open].closed?.(context);
  if (event.target.closest('input:not([type=radio]), textarea, select')) return;
  const name = Object.keys(TABS)[Number(event.key) - 1];
  if (name) return goTo(name);
  if (event.key === 'n') return phone.fresh(context);
  if (event.key === 'c') return phone.copyDigits();
  if (event.key === '/') {
    event.preventDefault();
    goTo('book');
    book.focusSearch();
  }
});

setInterval(() => phone.tick(context), 250);

words();
goTo(open);
