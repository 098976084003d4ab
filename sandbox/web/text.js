// The page's texts, in the chosen language.

import { en } from './en.js';
import { zh } from './zh.js';

const LANGUAGES = { zh, en };
const KEPT = 'wsy-language';

let language = remembered() ?? (navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en');

function remembered() {
  const kept = localStorage.getItem(KEPT);
  return kept in LANGUAGES ? kept : undefined;
}

export const current = () => language;
export const other = () => (language === 'zh' ? 'en' : 'zh');

export function choose(chosen) {
  language = chosen;
  localStorage.setItem(KEPT, chosen);
}

/** The text for a key such as `phone.title`, with `{name}` filled in. A key without a text is shown as it is. */
export function t(key, values = {}) {
  const words = key.split('.').reduce((table, part) => table?.[part], LANGUAGES[language]);
  if (typeof words !== 'string') return key;
  return words.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/** Whether this key has a text. */
export const has = (key) => t(key) !== key;

/** Fen as yuan. */
export function yuan(fen) {
  const sign = fen < 0 ? '-' : '';
  const whole = Math.abs(fen);
  return `${sign}¥${Math.floor(whole / 100)}.${String(whole % 100).padStart(2, '0')}`;
}

/** The time of day by this machine's clock. */
export function clock(ms) {
  const at = new Date(ms);
  return [at.getHours(), at.getMinutes(), at.getSeconds()].map((n) => String(n).padStart(2, '0')).join(':');
}
