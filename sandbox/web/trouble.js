// Trouble, to order: each fault of the sandbox as a switch, and the platform's own settings.

import { attempt, order } from './api.js';
import { h, replace } from './dom.js';
import { t } from './text.js';

const CALLS = ['micropay', 'query', 'refund', 'read', 'config', 'time', 'activate', 'reprint', 'any'];

/** The faults in the order of the page: what is sent for each, and the call that it is meant for first of all. */
const GROUPS = {
  network: [
    [{ kind: 'answer_lost' }, 'micropay'],
    [{ kind: 'request_lost' }, 'micropay'],
    [{ kind: 'late', ms: 5000 }, 'micropay'],
    [{ kind: 'delay', ms: 8000 }, 'micropay'],
    [{ kind: 'delay_before', ms: 8000 }, 'micropay'],
    [{ kind: 'held' }, 'micropay'],
    [{ kind: 'reset_after', bytes: 40 }, 'micropay'],
    [{ kind: 'truncated', bytes: 40 }, 'micropay'],
    [{ kind: 'trickle', ms_per_byte: 5 }, 'query'],
    [{ kind: 'delivered_twice' }, 'micropay'],
  ],
  middle: [
    [{ kind: 'html' }, 'micropay'],
    [{ kind: 'html_after' }, 'micropay'],
    [{ kind: 'redirect', location: 'http://127.0.0.1:9/login' }, 'micropay'],
    [{ kind: 'status', code: 502 }, 'micropay'],
    [{ kind: 'garbage' }, 'query'],
    [{ kind: 'gbk' }, 'query'],
    [{ kind: 'huge', bytes: 20000000 }, 'query'],
    [{ kind: 'answer', body: '<dm ok="0" info="系统维护中" />' }, 'query'],
    [{ kind: 'answer_after', body: '<dm ok="0" info="系统繁忙" />' }, 'micropay'],
  ],
  platform: [
    [{ kind: 'still_paying' }, 'query'],
    [{ kind: 'not_found' }, 'query'],
    [{ kind: 'wrong_total', total: '9999.99' }, 'query'],
    [{ kind: 'wrong_order', dm_id: 'dm1' }, 'query'],
    [{ kind: 'sign_error' }, 'query'],
    [{ kind: 'sign_error_after' }, 'micropay'],
    [{ kind: 'device_error' }, 'query'],
  ],
};

/** The call chosen for each fault. */
const targets = new Map();
let parts;

export function languageChanged() {
  parts = undefined;
}

export function render(panel, state) {
  if (!parts || !panel.contains(parts.root)) build(panel);
  replace(parts.ordered, ordered(state.faults));
  replace(parts.settings, settings(state.settings));
  for (const [kind, show] of parts.rows) show(state.faults.filter((one) => one.fault.kind === kind));
}

function build(panel) {
  const ordered = h('div');
  const settingsBox = h('div');
  const rows = new Map();
  const group = ([name, faults]) =>
    h(
      'section.card',
      {},
      h('header', {}, h('h2', {}, t(`trouble.group.${name}`))),
      h('ul.faults', {}, faults.map(([fault, usual]) => row(fault, usual, rows))),
    );
  const root = h(
    'div',
    {},
    h('section.card', {}, h('header', {}, h('h2', {}, t('trouble.ordered')), h('p.hint', {}, t('trouble.hint'))), ordered),
    Object.entries(GROUPS).map(group),
    h('section.card', {}, h('header', {}, h('h2', {}, t('trouble.settings'))), settingsBox),
  );
  parts = { root, ordered, settings: settingsBox, rows };
  replace(panel, root);
}

function row(fault, usual, rows) {
  const { kind } = fault;
  const target = () => targets.get(kind) ?? usual;
  let orders = [];
  const matching = (times) => orders.some((one) => one.on === target() && (one.times === null) === (times === null));
  const toggle = (times) =>
    attempt(async () => {
      const on = target();
      const was = matching(times);
      await order('DELETE', `faults/${on}/${kind}`);
      if (!was) await order('POST', 'faults', { on, times, fault });
    });
  const button = (name, times) =>
    h('button.switch', { type: 'button', 'aria-pressed': 'false', id: `${name}-${kind}`, onclick: () => toggle(times) }, t(`trouble.${name}`));
  const next = button('next', 1);
  const all = button('all', null);
  const show = (newest) => {
    orders = newest;
    next.setAttribute('aria-pressed', String(matching(1)));
    all.setAttribute('aria-pressed', String(matching(null)));
  };
  const select = h(
    'select',
    {
      'aria-label': t('trouble.on'),
      id: `on-${kind}`,
      onchange: () => {
        targets.set(kind, select.value);
        show(orders);
      },
    },
    CALLS.map((call) => h('option', { value: call, selected: call === target() }, t(`call.${call}`))),
  );
  rows.set(kind, show);
  return h(
    'li',
    {},
    h('div.fault-text', {}, h('strong', {}, t(`fault.${kind}.name`)), h('p', {}, t(`fault.${kind}.what`)), h('p.advice', {}, t(`fault.${kind}.till`))),
    h('div.fault-switches', {}, select, next, all),
  );
}

function ordered(faults) {
  if (faults.length === 0) return h('p.empty', {}, t('trouble.none'));
  const item = (one) =>
    h(
      'li',
      {},
      h('strong', {}, t(`fault.${one.fault.kind}.name`)),
      h('span.name', {}, `${t(`call.${one.on}`)} · ${one.times === null ? t('trouble.all') : t('trouble.times', { n: one.times })}${one.skip ? ` · ${t('trouble.skip', { n: one.skip })}` : ''}`),
      h(
        'button.small',
        { type: 'button', dataset: { key: `off ${one.on} ${one.fault.kind}` }, onclick: () => attempt(() => order('DELETE', `faults/${one.on}/${one.fault.kind}`)) },
        t('trouble.off'),
      ),
    );
  const clear = h('button', { type: 'button', id: 'clear-faults', dataset: { key: 'clear' }, onclick: () => attempt(() => order('DELETE', 'faults')) }, t('trouble.clear'));
  return [h('ul.rows', { id: 'ordered' }, faults.map(item)), h('p.buttons', {}, clear)];
}

function settings(current) {
  const change = (changes) => attempt(() => order('PUT', 'settings', changes));
  const skews = [-3600, 0, 3600, 86400];
  const skew = (seconds) =>
    h(
      'button.switch',
      { type: 'button', 'aria-pressed': String(current.clock_skew_s === seconds), dataset: { key: `skew ${seconds}` }, onclick: () => change({ clock_skew_s: seconds }) },
      t(`trouble.skew.${seconds}`),
    );
  const flag = (name) =>
    h(
      'li',
      {},
      h('div.fault-text', {}, h('strong', {}, t(`trouble.setting.${name}.name`)), h('p.advice', {}, t(`trouble.setting.${name}.till`))),
      h(
        'div.fault-switches',
        {},
        h(
          'button.switch',
          { type: 'button', 'aria-pressed': String(current[name]), dataset: { key: name }, onclick: () => change({ [name]: !current[name] }) },
          t(current[name] ? 'trouble.is_on' : 'trouble.is_off'),
        ),
      ),
    );
  return h(
    'ul.faults',
    {},
    h(
      'li',
      {},
      h('div.fault-text', {}, h('strong', {}, t('trouble.setting.clock.name')), h('p.advice', {}, t('trouble.setting.clock.till'))),
      h('div.fault-switches', {}, skews.map(skew)),
    ),
    ['strict_wallets', 'allow_code_reuse'].map(flag),
  );
}
