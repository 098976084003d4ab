// Fault injection: each fault of the sandbox as a switch, and the platform's own settings.

import { attempt, order } from './api.js';
import { h, replace } from './dom.js';
import { t } from './text.js';

const CALLS = ['micropay', 'query', 'refund', 'read', 'config', 'time', 'activate', 'reprint', 'any'];

/** The faults in the order of the page: the fault to send, and the call that it is mainly meant for. */
const GROUPS = {
  network: [
    [{ kind: 'response_lost' }, 'micropay'],
    [{ kind: 'request_lost' }, 'micropay'],
    [{ kind: 'late', ms: 5000 }, 'micropay'],
    [{ kind: 'delay', ms: 8000 }, 'micropay'],
    [{ kind: 'delay_before', ms: 8000 }, 'micropay'],
    [{ kind: 'held' }, 'micropay'],
    [{ kind: 'reset_after', bytes: 40 }, 'micropay'],
    [{ kind: 'truncated', bytes: 40 }, 'micropay'],
    [{ kind: 'trickle', ms_per_byte: 5 }, 'query'],
    [{ kind: 'delivered_twice' }, 'micropay'],
    [{ kind: 'leftover', body: '<dm ok="1" info="支付成功" dm_id="dm1" total="1.00" />' }, 'query'],
  ],
  middle: [
    [{ kind: 'html' }, 'micropay'],
    [{ kind: 'html_after' }, 'micropay'],
    [{ kind: 'redirect', location: 'http://127.0.0.1:9/login' }, 'micropay'],
    [{ kind: 'status', code: 502 }, 'micropay'],
    [{ kind: 'garbage' }, 'query'],
    [{ kind: 'gbk' }, 'query'],
    [{ kind: 'huge', bytes: 20000000 }, 'query'],
    [{ kind: 'response', body: '<dm ok="0" info="系统维护中" />' }, 'query'],
    [{ kind: 'response_after', body: '<dm ok="0" info="系统繁忙" />' }, 'micropay'],
  ],
  platform: [
    [{ kind: 'says', ok: '0', info: '网络超时，请稍后查询支付结果', dm_id: '', acts_ms: 3000 }, 'micropay'],
    [{ kind: 'stale', ms: 600000 }, 'read'],
    [{ kind: 'back_office', refund_fen: 100 }, 'read'],
    [{ kind: 'still_paying' }, 'query'],
    [{ kind: 'not_found' }, 'query'],
    [{ kind: 'wrong_total', total: '9999.99' }, 'query'],
    [{ kind: 'wrong_order', dm_id: 'dm1' }, 'query'],
    [{ kind: 'sign_error' }, 'query'],
    [{ kind: 'sign_error_after' }, 'micropay'],
    [{ kind: 'device_error' }, 'query'],
  ],
};

/** The fields of each fault. Empty ones are left out. */
const FIELDS = { says: ['ok', 'info', 'dm_id', 'acts_ms'], stale: ['ms'], back_office: ['refund_fen'], leftover: ['body'] };

/** The suggestions for a field: one sentence of each kind that tills have to distinguish. */
const OFFERED = {
  ok: ['0', '-1', '1'],
  dm_id: ['own', 'dm1'],
  info: [
    '网络超时，请稍后查询支付结果', '查询失败，请稍后重试', '该订单已支付', '每个二维码仅限使用一次，请刷新再试', '用户支付中，需要输入密码', '签名错误', '二维码已过期，请用户在微信上刷新后再试',
    '余额不足', '支付失败', '支付失败:银行系统异常', '订单不存在', '订单未支付', '没有听说过', '退款处理中，请稍后查询', '超过退款期限', '退款金额超出',
  ],
};

/** The call chosen for each fault, and the values of its fields. */
const targets = new Map();
const entered = new Map();
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
      if (!was) await order('POST', 'faults', { on, times, fault: filledIn(fault) });
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
    h('div.fault-text', {}, h('strong', {}, t(`fault.${kind}.name`)), h('p', {}, t(`fault.${kind}.what`)), h('p.advice', {}, t(`fault.${kind}.till`)), fields(fault)),
    h('div.fault-switches', {}, select, next, all),
  );
}

/** The fault with its fields, without the empty ones. */
function filledIn(fault) {
  const all = { ...fault, ...entered.get(fault.kind) };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ''));
}

function fields(fault) {
  const names = FIELDS[fault.kind] ?? [];
  const field = (name) => {
    const isNumber = typeof fault[name] === 'number';
    const id = `${fault.kind}-${name}`;
    const input = h('input', {
      id,
      class: isNumber || name === 'ok' ? 'short' : undefined,
      type: isNumber ? 'number' : 'text',
      min: isNumber ? '0' : undefined,
      list: OFFERED[name] && `${id}-offered`,
      value: entered.get(fault.kind)?.[name] ?? fault[name],
      onchange: () => {
        const value = isNumber && input.value !== '' ? Number(input.value) : input.value;
        entered.set(fault.kind, { ...entered.get(fault.kind), [name]: value });
      },
    });
    const offered = OFFERED[name] && h('datalist', { id: `${id}-offered` }, OFFERED[name].map((value) => h('option', { value })));
    return h('label', {}, t(`trouble.field.${name}`), input, offered);
  };
  return names.length > 0 && h('p.fault-fields', {}, names.map(field));
}

function ordered(faults) {
  if (faults.length === 0) return h('p.empty', {}, t('trouble.none'));
  const item = (one) =>
    h(
      'li',
      {},
      h('strong', {}, t(`fault.${one.fault.kind}.name`)),
      one.fault.info && h('span', {}, one.fault.info),
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
  const lines = (count) =>
    h(
      'button.switch',
      { type: 'button', 'aria-pressed': String((current.refund_lines ?? 1) === count), dataset: { key: `lines ${count}` }, onclick: () => change({ refund_lines: count }) },
      String(count),
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
    h(
      'li',
      {},
      h('div.fault-text', {}, h('strong', {}, t('trouble.setting.refund_lines.name')), h('p.advice', {}, t('trouble.setting.refund_lines.till'))),
      h('div.fault-switches', {}, [1, 2, 3].map(lines)),
    ),
    ['strict_wallets', 'allow_code_reuse', 'own_device_only', 'bill_pay_id'].map(flag),
  );
}
