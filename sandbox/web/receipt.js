// The receipt as a printer prints it, its bytes, and the pop-up of the platform's own client.

import { CONSOLE, attempt, look } from './api.js';
import { h, replace, save } from './dom.js';
import { clock, t } from './text.js';

let chosen;
let paper = '58';
let commands = { n: undefined, list: [] };
let drawn = '';

export function languageChanged() {
  drawn = '';
}

export function opened(n) {
  if (n !== undefined) chosen = n;
}

export function render(panel, state) {
  const receipts = state.requests.filter((row) => row.receipt);
  if (chosen === undefined && receipts.length > 0) chosen = receipts[0].n;
  const redraw = () => {
    drawn = '';
    render(panel, state);
  };
  if (chosen !== undefined && commands.n !== chosen) fetchCommands(chosen, redraw);
  const current = JSON.stringify([receipts, chosen, paper, commands]);
  if (current === drawn && panel.hasChildNodes()) return;
  drawn = current;
  replace(panel, view(receipts, redraw));
}

function fetchCommands(n, redraw) {
  commands = { n, list: [] };
  attempt(async () => {
    const response = await look(`requests/${n}/receipt`);
    if (n !== chosen) return;
    commands = { n, list: response.commands };
    redraw();
  });
}

function view(receipts, redraw) {
  const title = h('h2', {}, t('receipt.title'));
  if (chosen === undefined) return h('section.card', {}, h('header', {}, title), h('p.empty', {}, t('receipt.none')));
  const picture = `${CONSOLE}requests/${chosen}/receipt.svg?paper=${paper}`;
  const select = h(
    'select',
    {
      id: 'receipt-of',
      'aria-label': t('receipt.of'),
      dataset: { key: 'receipt-of' },
      onchange: () => {
        chosen = Number(select.value);
        redraw();
      },
    },
    receipts.map((row) => h('option', { value: row.n, selected: row.n === chosen }, `#${row.n} ${clock(row.at_ms)} ${t(`call.${row.call}`)} ${row.dm_id ?? ''}`)),
  );
  const width = (value) =>
    h(
      'button.switch',
      {
        type: 'button',
        'aria-pressed': String(value === paper),
        id: `paper-${value}`,
        dataset: { key: `paper ${value}` },
        onclick: () => {
          paper = value;
          redraw();
        },
      },
      `${value} mm`,
    );
  const popup = h('img.popup', { src: `${CONSOLE}requests/${chosen}/popup.svg`, alt: t('receipt.popup'), id: 'popup' });
  const popupCard = h('section.card', {}, h('header', {}, h('h2', {}, t('receipt.popup'))), popup);
  // A reprinted receipt has none.
  popup.addEventListener('error', () => popupCard.remove());
  return h(
    'div.receipt',
    {},
    h(
      'section.card.paper',
      {},
      h('header', {}, title, select, h('span.group', {}, width('58'), width('80'))),
      h('div.roll', {}, h('img', { src: picture, alt: t('receipt.title'), id: 'paper', class: `mm${paper}` })),
      h(
        'p.buttons',
        {},
        h('button.small', { type: 'button', dataset: { key: 'png' }, onclick: () => savePicture(picture) }, t('receipt.save_picture')),
        h('a.button.small', { href: `${CONSOLE}requests/${chosen}/receipt.bin`, download: `receipt-${chosen}.bin` }, t('receipt.save_bytes')),
      ),
    ),
    h('div.beside', {}, popupCard, listing()),
  );
}

/** The values of a command in words. */
function inWords({ align, on, dots, ...values }) {
  return {
    ...values,
    align: t(`receipt.align.${align}`),
    on: t(on ? 'receipt.on' : 'receipt.off'),
    dots: dots ?? t('receipt.usual'),
  };
}

function listing() {
  const row = ({ hex, command, ...values }) =>
    h(
      `tr.${command}`,
      {},
      h('td', {}, h('code', {}, hex)),
      h('td', {}, command === 'text' ? h('span.printed', {}, values.text) : t(`receipt.command.${command}`, inWords(values))),
    );
  return h(
    'section.card',
    {},
    h('header', {}, h('h2', {}, t('receipt.bytes'))),
    h('div.scroll', { tabindex: 0 }, h('table.commands', { id: 'commands' }, h('tbody', {}, commands.list.map(row)))),
  );
}

/** As PNG: one pixel is one dot of the printer. */
async function savePicture(address) {
  const image = new Image();
  image.src = address;
  await image.decode();
  const canvas = h('canvas', { width: image.naturalWidth, height: image.naturalHeight });
  canvas.getContext('2d').drawImage(image, 0, 0);
  canvas.toBlob((blob) => save(`receipt-${chosen}.png`, 'image/png', blob));
}
