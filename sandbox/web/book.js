// The platform's book: bills as they happen, devices, activation codes.

import { attempt, order } from './api.js';
import { copy, h, replace, toast } from './dom.js';
import { t, yuan } from './text.js';
import * as bill from './bill.js';

let parts;
let wanted = '';
/** The number of the bill that is open. */
let open;

export const search = () => wanted;

export function focusSearch() {
  parts?.search.focus();
}

export function languageChanged() {
  parts = undefined;
}

export function opened(number) {
  if (number) show(number);
}

export function closed(context) {
  open = undefined;
  context.goTo('book');
}

function show(number) {
  open = number;
  bill.choose(number);
}

export function render(panel, state, context) {
  if (!parts || !panel.contains(parts.root)) build(panel, context);
  parts.list.hidden = open !== undefined;
  parts.detail.hidden = open === undefined;
  if (open !== undefined) {
    bill.render(parts.detail, state, context, () => closed(context));
    return;
  }
  replace(parts.bills, bills(state, context));
  replace(parts.devices, devices(state));
  replace(parts.codes, codes(state));
}

function build(panel, context) {
  const input = h('input', {
    type: 'search',
    id: 'search',
    value: wanted,
    placeholder: t('book.search'),
    'aria-label': t('book.search'),
    oninput: () => {
      wanted = input.value;
      context.searched();
    },
  });
  const section = (title, content, ...more) => h('section.card', {}, h('header', {}, h('h2', {}, title), more), content);
  const parts_ = { search: input, bills: h('div'), devices: h('div'), codes: h('div'), detail: h('div') };
  const addDevice = h('button', { type: 'button', id: 'add-device', onclick: () => attempt(newDevice) }, t('book.add_device'));
  const addCode = h('button', { type: 'button', id: 'add-code', onclick: () => attempt(() => order('POST', 'activation-codes', {})) }, t('book.add_code'));
  parts_.list = h(
    'div',
    {},
    section(t('book.bills'), parts_.bills, input),
    h('div.pair', {}, section(t('book.devices'), parts_.devices, addDevice), section(t('book.codes'), parts_.codes, addCode)),
  );
  parts_.root = h('div', {}, parts_.list, parts_.detail);
  parts = parts_;
  replace(panel, parts.root);
}

function bills(state, context) {
  if (state.bills.length === 0) return h('p.empty', {}, t(wanted ? 'book.nothing_found' : 'book.no_bills'));
  const go = (number) => {
    show(number);
    context.goTo('book');
  };
  const row = (one) => [
    h(
      'tr.link',
      { onclick: () => go(one.dm_id) },
      h('td', {}, h('button.plain', { type: 'button', dataset: { key: one.dm_id }, onclick: () => go(one.dm_id) }, one.dm_id)),
      h('td', {}, one.opened.slice(11)),
      h('td.wide', {}, t(`phone.kind.${one.kind}`)),
      h('td.wide', {}, one.device_id),
      h('td.number', {}, yuan(one.total_fen)),
      h('td', {}, bill.badge(one.state)),
      h('td.wide.faint', {}, one.info ?? one.pay_id ?? ''),
    ),
    one.refunds.map((refund) =>
      h(
        'tr.refund',
        { onclick: () => go(one.dm_id) },
        h('td', {}, `↳ ${t('book.refund')}`),
        h('td', {}, refund.time.slice(11)),
        h('td.wide', {}),
        h('td.wide', {}),
        h('td.number', {}, yuan(-refund.refund_fen)),
        h('td', {}, t(`book.by.${refund.by}`)),
        h('td.wide.faint', {}, refund.pay_id),
      ),
    ),
  ];
  const head = ['number', 'time', 'wallet', 'device', 'amount', 'state', 'detail'];
  const wide = ['wallet', 'device', 'detail'];
  return h(
    'table.bills',
    { id: 'bills' },
    h('thead', {}, h('tr', {}, head.map((name) => h(`th${wide.includes(name) ? '.wide' : ''}${name === 'amount' ? '.number' : ''}`, { scope: 'col' }, t(`book.${name}`))))),
    h('tbody', {}, state.bills.map(row)),
  );
}

function devices(state) {
  if (state.devices.length === 0) return h('p.empty', {}, t('book.no_devices'));
  const row = (device) => {
    const button = (name, work) =>
      h('button.small', { type: 'button', dataset: { key: `${name} ${device.device_id}` }, onclick: () => attempt(work) }, t(`book.${name}`));
    return h(
      'li',
      {},
      h('strong', {}, device.device_id),
      h('span.name', {}, device.client_name),
      button('change_key', () => changeKey(device.device_id)),
      button('delete', () => order('DELETE', `devices/${encodeURIComponent(device.device_id)}`)),
    );
  };
  return h('ul.rows', { id: 'devices' }, state.devices.map(row));
}

async function newDevice() {
  const { device_id, key } = await order('POST', 'devices', {});
  await tellKey(device_id, key);
}

async function changeKey(device_id) {
  const key = [...crypto.getRandomValues(new Uint8Array(20))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  await order('PUT', `devices/${encodeURIComponent(device_id)}`, { key });
  await tellKey(device_id, key);
}

/** Shows a key only once, as the platform's own page does. */
async function tellKey(device_id, key) {
  const close = () => dialog.close();
  const copied = async () => {
    await copy(key);
    toast(t('phone.copied'), true);
  };
  const dialog = h(
    'dialog',
    { id: 'key', 'aria-label': t('book.new_key', { device: device_id }), onclose: () => dialog.remove() },
    h('h2', {}, t('book.new_key', { device: device_id })),
    h('p', {}, h('code', {}, key)),
    h('p.hint', {}, t('book.key_once')),
    h('p.buttons', {}, h('button', { type: 'button', onclick: copied }, t('phone.copy')), h('button.main', { type: 'button', onclick: close }, t('close'))),
  );
  document.body.append(dialog);
  dialog.showModal();
}

function codes(state) {
  if (state.activation_codes.length === 0) return h('p.empty', {}, t('book.no_codes'));
  const row = (one) =>
    h(
      'li',
      {},
      h('code', {}, one.code),
      h('span.name', {}, one.used_by ? t('book.used_by', { device: one.used_by }) : t('book.unused')),
      h(
        'button.small',
        {
          type: 'button',
          dataset: { key: `revoke ${one.code}` },
          onclick: () => attempt(() => order('DELETE', `activation-codes/${encodeURIComponent(one.code)}`)),
        },
        t('book.revoke'),
      ),
    );
  return h('ul.rows', { id: 'codes' }, state.activation_codes.map(row));
}
