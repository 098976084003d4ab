// One bill: its entry in the book, and each request and response behind it.

import { attempt, look, order } from './api.js';
import { h, replace } from './dom.js';
import { t, yuan } from './text.js';
import { requestItem } from './requests.js';

let number;
let detail;
/** The state for which the detail was fetched. */
let fetchedFor = '';

export const badge = (state) => h(`span.state.${state}`, {}, t(`state.${state}`));

export function choose(chosen) {
  if (chosen !== number) detail = undefined;
  number = chosen;
  fetchedFor = '';
}

export function render(element, state, context, close) {
  const row = state.bills.find((one) => one.dm_id === number);
  const about = state.requests.filter((one) => one.dm_id === number || one.auth_code === (detail ?? {}).bill?.auth_code);
  const current = JSON.stringify([number, row, about]);
  const draw = () => replace(element, kept(element, view(state, context, close)));
  if (current !== fetchedFor) {
    fetchedFor = current;
    attempt(async () => {
      const found = await look(`bills/${number}`);
      if (found.bill.dm_id !== number) return;
      detail = found;
      draw();
    });
  } else if (!element.hasChildNodes()) draw();
  if (!detail) draw();
}

/** Keeps the first card if its content is unchanged, so that its buttons stay usable while requests come in. */
function kept(element, [card, ...others]) {
  const there = element.firstElementChild;
  return [there?.isEqualNode(card) ? there : card, ...others];
}

function view(state, context, close) {
  const back = h('button.quiet', { type: 'button', id: 'back', dataset: { key: 'back' }, onclick: close }, `← ${t('book.back')}`);
  if (!detail) return [h('section.card', {}, h('header', {}, back))];
  const { bill, requests } = detail;
  const back_fen = bill.refunds.reduce((sum, refund) => sum + refund.refund_fen, 0);
  const facts = [
    ['amount', yuan(bill.total_fen)],
    ['wallet', `${t(`phone.kind.${bill.kind}`)} #${bill.wallet_id}`],
    ['auth_code', bill.auth_code],
    ['device', `${bill.device_id} · ${bill.shop} · ${bill.till}`],
    ['opened', bill.opened],
    ['paid_at', bill.pay_time],
    ['pay_id', bill.pay_id],
    ['why', bill.info],
    ['refundable', bill.state === 'paid' ? yuan(bill.total_fen - back_fen) : undefined],
  ];
  return [
    h(
      'section.card',
      {},
      h('header', {}, back, h('h2', {}, bill.dm_id), badge(bill.state)),
      h('dl.facts', {}, facts.filter(([, value]) => value).map(([name, value]) => [h('dt', {}, t(`book.${name}`)), h('dd', {}, value)])),
      lines(bill),
      actions(bill, bill.total_fen - back_fen),
    ),
    h(
      'section.card',
      {},
      h('header', {}, h('h2', {}, t('book.made_by'))),
      requests.length === 0
        ? h('p.empty', {}, t('book.no_requests'))
        : h('ol.requests', { id: 'bill-requests' }, requests.map((request) => requestItem(request, context, request))),
    ),
  ];
}

function lines(bill) {
  const paid = bill.state === 'paid' ? [[bill.pay_time, t('state.paid'), bill.total_fen, bill.pay_id]] : [];
  const refunds = bill.refunds.map((refund) => [
    refund.time,
    `${t('book.refund')} · ${t(`book.by.${refund.by}`)}`,
    -refund.refund_fen,
    refund.pay_id,
  ]);
  const all = [...paid, ...refunds];
  if (all.length === 0) return undefined;
  return h(
    'table.lines',
    {},
    h('tbody', {}, all.map(([time, what, fen, id]) => h('tr', {}, h('td', {}, time), h('td', {}, what), h('td.number', {}, yuan(fen)), h('td.wide.faint', {}, id)))),
  );
}

/** Changes by the merchant's back office or the tester. */
function actions(bill, refundable) {
  const set = (state) => attempt(() => order('POST', `bills/${bill.dm_id}/state`, { state }));
  const button = (name, work) => h('button.small', { type: 'button', dataset: { key: name }, onclick: work }, t(`book.${name}`));
  const refund = () => {
    const text = prompt(t('book.refund_how_much'), (refundable / 100).toFixed(2));
    const fen = Math.round(Number(text) * 100);
    if (text !== null && fen > 0) attempt(() => order('POST', `bills/${bill.dm_id}/refund`, { refund_fen: fen }));
  };
  return h(
    'p.buttons',
    {},
    bill.state === 'paid' && refundable > 0 && button('back_office_refund', refund),
    bill.state !== 'paid' && button('make_paid', () => set('paid')),
    bill.state !== 'failed' && bill.refunds.length === 0 && button('make_failed', () => set('failed')),
  );
}
