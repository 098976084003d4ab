// The customer's phone: a payment code to be scanned, and the question for the password.

import { CONSOLE, attempt, order } from './api.js';
import { byId, copy, h, replace, toast } from './dom.js';
import { t, yuan } from './text.js';

const CODE_MS = 120000;
const PASSWORD_MS = 60000;
const TRY_AGAIN_MS = 5000;
/** After this time the page must know the wallet behind a code. */
const KNOWN_AFTER_MS = 3000;
const RICH_FEN = 100000;
const BEHAVIOURS = {
  pays: { kind: 'pays' },
  asks: { kind: 'asks_phone', ms: PASSWORD_MS },
  declines: { kind: 'declines' },
};

const chosen = { kind: 'wechat', money: 'rich', behaviour: 'asks' };
/** The wallets on this phone, one for each kind and balance. */
const wallets = new Map();
/** The code that is shown: { auth_code, wallet_id, until }. */
let code;
let asking = false;
let drawn = '';

/** Shows a fresh code. */
export async function fresh(context) {
  if (asking) return;
  asking = true;
  const { kind, money, behaviour } = chosen;
  const purse = `${kind} ${money}`;
  const wanted = { kind, behaviour: BEHAVIOURS[behaviour], expires_in_ms: CODE_MS };
  const known = wallets.get(purse);
  const issued = await attempt(async () => {
    if (known !== undefined) {
      try {
        return await order('POST', 'auth-codes', { ...wanted, wallet_id: known });
      } catch {
        // The sandbox was restarted with a new book.
      }
    }
    return order('POST', 'auth-codes', { ...wanted, balance_fen: money === 'rich' ? RICH_FEN : 0 });
  });
  asking = false;
  if (!issued) {
    if (code) Object.assign(code, { issued: context.now(), until: context.now() + TRY_AGAIN_MS });
    return;
  }
  wallets.set(purse, issued.wallet_id);
  code = { ...issued, issued: context.now(), until: context.now() + CODE_MS };
  last.unknown = false;
  drawn = '';
  context.searched();
  last.render?.();
}

export async function copyDigits() {
  if (!code) return;
  await copy(code.auth_code);
  toast(t('phone.copied'), true);
}

const last = {};

/** The wallet to include in the state. */
export const wanted = () => (code ? { code: code.auth_code } : {});

export function languageChanged() {
  drawn = '';
}

export function render(element, state, context) {
  last.render = () => render(element, state, context);
  if (!code && !asking) fresh(context);
  const bill = code && state.bills.find((bill) => bill.auth_code === code.auth_code);
  const refused = code && !bill && state.requests.find((one) => one.auth_code === code.auth_code && one.ok === '0');
  const wallet = state.wallet?.wallet_id === code?.wallet_id ? state.wallet : undefined;
  last.unknown = state.wallet === null;
  const picture = JSON.stringify([code, bill, refused, wallet, chosen]);
  if (picture === drawn) return;
  drawn = picture;
  replace(
    element,
    h('h2', { id: 'phone-title' }, t('phone.title')),
    choices(context),
    h(
      `div.phone.${chosen.kind}`,
      { id: 'phone-screen', 'aria-live': 'polite' },
      h('div.phone-bar', {}, t(`phone.kind.${chosen.kind}`), h('span', {}, wallet && yuan(wallet.balance_fen))),
      screen(bill, refused, context),
    ),
    h('p.hint', {}, t(`phone.hint.${chosen.behaviour}`)),
  );
  tick(context);
}

function choices(context) {
  const choice = (name, values) =>
    h(
      'fieldset.choice',
      {},
      h('legend', {}, t(`phone.${name}.title`)),
      values.map((value) =>
        h(
          'label',
          {},
          h('input', {
            type: 'radio',
            name,
            value,
            checked: chosen[name] === value,
            dataset: { key: `${name} ${value}` },
            onchange: () => {
              chosen[name] = value;
              fresh(context);
            },
          }),
          h('span', {}, t(`phone.${name}.${value}`)),
        ),
      ),
    );
  return h(
    'div.choices',
    {},
    choice('kind', ['wechat', 'alipay']),
    choice('money', ['rich', 'poor']),
    choice('behaviour', ['asks', 'pays', 'declines']),
  );
}

function screen(bill, refused, context) {
  if (!code) return h('div.phone-body', {}, t('phone.wait'));
  if (bill?.state === 'paying') return question(bill, context);
  if (bill) return result(bill, context);
  if (refused) return refusal(refused, context);
  return symbols(context);
}

function symbols(context) {
  const symbol = (name, size) =>
    h(`img.${name}`, {
      src: `${CONSOLE}symbols/${code.auth_code}/${name}.svg`,
      alt: t(`phone.${name}`, { code: code.auth_code }),
      id: name,
      ...size,
    });
  const digits = code.auth_code.replace(/(.{4})(?=.)/g, '$1 ');
  return h(
    'div.phone-body',
    {},
    symbol('barcode', { width: 308, height: 96 }),
    h(
      'button.digits',
      { type: 'button', id: 'digits', title: t('phone.copy'), dataset: { key: 'digits', code: code.auth_code }, onclick: copyDigits },
      digits,
    ),
    symbol('qr', { width: 203, height: 203 }),
    h('p.countdown', {}, t('phone.valid'), ' ', h('span', { id: 'countdown' })),
    h('button.quiet', { type: 'button', id: 'fresh', dataset: { key: 'fresh' }, onclick: () => fresh(context) }, t('phone.fresh')),
  );
}

function question(bill, context) {
  const answer = (answer) => attempt(() => order('POST', `bills/${bill.dm_id}/phone`, { answer }));
  const asks = chosen.behaviour === 'asks';
  return h(
    'div.phone-body.question',
    {},
    h('p.shop', {}, bill.shop),
    h('p.till', {}, bill.till),
    h('p.amount', {}, yuan(bill.total_fen)),
    h('p', {}, t(asks ? 'phone.password' : 'phone.paying')),
    h('p.dots', { 'aria-hidden': 'true' }, '● ● ● ● ● ●'),
    h('button.confirm', { type: 'button', id: 'confirm', dataset: { key: 'confirm' }, onclick: () => answer('confirm') }, t('phone.confirm')),
    h('button.quiet', { type: 'button', id: 'cancel', dataset: { key: 'cancel' }, onclick: () => answer('cancel') }, t('phone.cancel')),
    bill.due_ms && h('p.countdown', {}, t('phone.runs_out'), ' ', h('span', { id: 'countdown', dataset: { until: bill.due_ms } })),
  );
}

function result(bill, context) {
  const paid = bill.state === 'paid';
  const back = bill.refunds.reduce((sum, refund) => sum + refund.refund_fen, 0);
  return ended(
    paid ? 'good' : 'bad',
    [
      h('p.mark', { 'aria-hidden': 'true' }, paid ? '✓' : '✕'),
      h('p.verdict', {}, t(paid ? 'phone.paid' : 'phone.not_paid')),
      h('p.amount', {}, yuan(bill.total_fen)),
      h('p.shop', {}, bill.shop),
      !paid && h('p', {}, bill.info),
      back > 0 && h('p.back', {}, t('phone.refunded', { amount: yuan(back) })),
    ],
    context,
  );
}

function refusal(request, context) {
  return ended(
    'bad',
    [h('p.mark', { 'aria-hidden': 'true' }, '✕'), h('p.verdict', {}, t('phone.refused')), h('p', {}, request.info)],
    context,
  );
}

function ended(mood, content, context) {
  const again = h('button.confirm', { type: 'button', id: 'fresh', dataset: { key: 'fresh' }, onclick: () => fresh(context) }, t('phone.fresh'));
  const digits = h('button.digits.used', { type: 'button', title: t('phone.copy'), dataset: { key: 'digits' }, onclick: copyDigits }, t('phone.used', { code: code.auth_code }));
  return h(`div.phone-body.${mood}`, {}, content, again, digits);
}

/** Counts down, and takes a fresh code when the shown one has run out. */
export function tick(context) {
  // A restarted sandbox does not know this phone's code.
  if (code && last.unknown && context.now() - code.issued > KNOWN_AFTER_MS) fresh(context);
  const element = byId('countdown');
  if (!element || !code) return;
  const until = Number(element.dataset.until ?? code.until);
  const left = Math.max(0, Math.ceil((until - context.now()) / 1000));
  element.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`;
  if (left === 0 && element.dataset.until === undefined) fresh(context);
}

/** Selects this customer, with money, and shows a fresh code. */
export async function take(behaviour, context) {
  Object.assign(chosen, { behaviour, money: 'rich' });
  await fresh(context);
}
