// Every request and response verbatim, with the sign computed step by step.

import { attempt, look } from './api.js';
import { h, replace } from './dom.js';
import { clock, has, t } from './text.js';

/** The requests that are unfolded. */
const unfolded = new Set();
/** Fetched details by number, each with the row for which it was fetched. */
const details = new Map();
let asked = '';
let wanted;

export function languageChanged() {
  asked = '';
}

export function opened(n) {
  if (n === undefined) return;
  wanted = n;
  unfolded.add(n);
}

export function render(panel, state, context) {
  const rows = state.requests;
  for (const row of rows) if (unfolded.has(row.n)) fetchDetail(row, () => render(panel, state, context));
  const current = JSON.stringify([rows, [...unfolded], rows.map((row) => details.has(row.n))]);
  if (current === asked && panel.hasChildNodes()) return;
  asked = current;
  replace(
    panel,
    h(
      'section.card',
      {},
      h('header', {}, h('h2', {}, t('requests.title')), h('p.hint', {}, t('requests.hint'))),
      rows.length === 0
        ? h('p.empty', {}, t('requests.none'))
        : h('ol.requests', { id: 'requests' }, rows.map((row) => requestItem(row, context, details.get(row.n)?.detail, () => render(panel, state, context)))),
    ),
  );
  if (wanted !== undefined) {
    panel.querySelector(`[data-n="${wanted}"]`)?.scrollIntoView({ block: 'start' });
    wanted = undefined;
  }
}

function fetchDetail(row, draw) {
  const key = JSON.stringify(row);
  if (details.get(row.n)?.key === key) return;
  details.set(row.n, { key, detail: details.get(row.n)?.detail });
  attempt(async () => {
    const detail = await look(`requests/${row.n}`);
    details.set(row.n, { key, detail });
    asked = '';
    draw();
  });
}

/** A request that can be unfolded, which calls `unfold`. */
export function requestItem(row, context, detail, unfold) {
  const body = h('div.detail', {}, detail && unfolded.has(row.n) ? requestDetail(detail, context) : undefined);
  const item = h('details', { open: unfolded.has(row.n) }, summary(row), body);
  item.addEventListener('toggle', () => {
    if (item.open === unfolded.has(row.n)) return;
    if (!item.open) {
      unfolded.delete(row.n);
      return;
    }
    unfolded.add(row.n);
    if (detail) replace(body, requestDetail(detail, context));
    else unfold?.();
  });
  return h('li', { dataset: { n: row.n } }, item);
}

const mood = (row) => {
  if (row.waiting) return 'waiting';
  if (row.status === null) return 'lost';
  if (row.status !== 200) return 'failed';
  return { 1: 'paid', 0: 'failed', '-1': 'paying' }[row.ok] ?? (row.fault ? 'failed' : 'plain');
};

function outcome(row) {
  if (row.waiting) return t('requests.waiting');
  if (row.status === null) return t('requests.nothing_sent');
  if (row.status !== 200) return `HTTP ${row.status}`;
  return row.ok === null ? t('requests.responseed') : `ok=${row.ok} ${row.info ?? ''}`;
}

function summary(row) {
  return h(
    'summary',
    { dataset: { key: `request ${row.n}` } },
    h('span.n', {}, `#${row.n}`),
    h('span.time', {}, clock(row.at_ms)),
    h('strong', {}, t(`call.${row.call}`)),
    h('span.amount', {}, row.amount ? `¥${row.amount}` : ''),
    h('span.about', {}, row.dm_id ?? row.auth_code ?? ''),
    row.fault && h('span.fault', {}, t(`fault.${row.fault}.name`)),
    h(`span.state.${mood(row)}`, {}, outcome(row)),
  );
}

function requestDetail(detail, context) {
  return [
    h('p.what', {}, what(detail)),
    block(t('requests.request'), [
      raw([detail.request.line, ...detail.request.headers.map(([name, value]) => `${name}: ${value}`), '', detail.request.body].join('\n').trimEnd()),
      table(detail.params),
    ]),
    detail.sign && sign(detail),
    detail.meant !== null && block(t('requests.meant'), raw(detail.meant)),
    response(detail),
    h(
      'p.buttons',
      {},
      detail.receipt &&
        h('button.small', { type: 'button', dataset: { key: `receipt ${detail.n}` }, onclick: () => context.goTo('receipt', detail.n) }, t('requests.show_receipt')),
    ),
  ];
}

function what(detail) {
  const refused = detail.acted && detail.fault === null && detail.ok === '0' && detail.response?.elements[0]?.attributes.every(([name]) => name !== 'dm_id');
  const acted = t(refused ? 'requests.refused' : detail.acted ? 'requests.acted' : 'requests.not_acted');
  if (!detail.fault) return acted;
  return `${t(`fault.${detail.fault}.name`)}. ${acted} ${t(`fault.${detail.fault}.till`)}`;
}

const block = (title, ...content) => h('section', {}, h('h3', {}, title), content);
const raw = (text) => h('pre', { tabindex: 0 }, text);
const table = (pairs) =>
  pairs.length > 0 && h('table.pairs', {}, h('tbody', {}, pairs.map(([name, value]) => h('tr', {}, h('th', { scope: 'row' }, name), h('td', {}, value)))));

function response(detail) {
  if (!detail.response) {
    return block(t('requests.response'), h('p', {}, t(detail.waiting ? 'requests.waiting' : 'requests.nothing_sent')));
  }
  const { status, content_type, bytes, body, elements } = detail.response;
  const decoded = elements.flatMap((element) => [
    ...element.attributes.map(([name, value]) => [`${element.name} ${name}`, value]),
    ...(element.text.trim() === '' ? [] : [[element.name, element.text.trim()]]),
  ]);
  return block(
    t('requests.response'),
    h('p.hint', {}, `HTTP ${status} · ${content_type} · ${bytes} B`),
    ['reset_after', 'truncated'].includes(detail.fault) && h('p.mistake', {}, t(`requests.${detail.fault}`, { n: detail.ordered_fault.bytes })),
    raw(body),
    decoded.length > 0 && h('details.decoded', {}, h('summary', {}, t('requests.decoded')), table(decoded)),
  );
}

function sign(detail) {
  const { text, expected, sent, right, mistake } = detail.sign;
  const secret = detail.call === 'time' ? 'sign.steps.public' : 'sign.steps.key';
  const step = (title, content) => h('li', {}, title, content);
  return h(
    `section.sign.${right ? 'right' : 'wrong'}`,
    {},
    h('h3', {}, t('sign.title'), ' ', h(`span.state.${right ? 'paid' : 'failed'}`, {}, t(right ? 'sign.right' : 'sign.wrong'))),
    mistake && h('p.mistake', {}, t(`sign.mistake.${mistake}`)),
    h(
      'ol.steps',
      {},
      step(t(has(`sign.steps.${detail.call}`) ? `sign.steps.${detail.call}` : 'sign.steps.sorted'), raw(text)),
      step(t(secret)),
      step(t('sign.steps.hash'), raw(expected ?? '?')),
      step(t('sign.steps.sent'), raw(sent === '' ? t('sign.steps.none') : sent)),
    ),
  );
}
