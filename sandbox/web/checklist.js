// The cases that every till must handle, each judged by what a till really did.

import { attempt, order, tell } from './api.js';
import { h, replace, toast } from './dom.js';
import { clock, t } from './text.js';
import * as phone from './phone.js';
import { saveReport, stepText } from './report.js';

const MARKS = { open: '○', seen: '✓', by_hand: '✓', wrong: '✕' };

/** Sets a case up, where a button can do so. The code comes last, because a till may scan it at once. */
const ARRANGE = {
  paid: (context) => phone.take('pays', context),
  declined: (context) => phone.take('declines', context),
  password: (context) => phone.take('asks', context),
  cancelled: (context) => phone.take('asks', context),
  recovery: (context) => phone.take('asks', context),
  lost_response: async (context) => {
    await order('POST', 'faults', { on: 'micropay', fault: { kind: 'response_lost' } });
    await phone.take('pays', context);
  },
  lost_refund: () => order('POST', 'faults', { on: 'refund', fault: { kind: 'response_lost' } }),
  device_deleted: () => order('POST', 'faults', { on: 'any', fault: { kind: 'device_error' } }),
  clock_wrong: async (context) => {
    await order('PUT', 'settings', { clock_skew_s: 3600 });
    await phone.take('pays', context);
  },
};

let drawn = '';

export function languageChanged() {
  drawn = '';
}

export function render(panel, state, context) {
  const current = JSON.stringify([state.cases, state.settings.clock_skew_s]);
  if (current === drawn && panel.hasChildNodes()) return;
  drawn = current;
  const good = state.cases.filter((one) => one.verdict === 'seen' || one.verdict === 'by_hand').length;
  const button = (name, work) => h('button', { type: 'button', id: `checklist-${name}`, dataset: { key: name }, onclick: work }, t(`checklist.${name}`));
  replace(
    panel,
    h(
      'section.card',
      {},
      h('header', {}, h('h2', {}, t('checklist.title')), h('p.score', {}, t('checklist.score', { good, all: state.cases.length }))),
      h('p.hint', {}, t('checklist.hint')),
      h('ol.cases', { id: 'cases' }, state.cases.map((one) => caseItem(one, state, context))),
      h('p.buttons', {}, button('save', () => saveReport(state)), button('print', () => print()), button('restart', () => attempt(() => tell('POST', 'checklist/restart')))),
    ),
  );
}

function caseItem(one, state, context) {
  const arrange = ARRANGE[one.name];
  return h(
    `li.case.${one.verdict}`,
    { dataset: { case: one.name, verdict: one.verdict } },
    h('span.mark', { 'aria-hidden': 'true' }, MARKS[one.verdict]),
    h(
      'div',
      {},
      h('h3', {}, t(`case.${one.name}.name`), ' ', h('small', {}, t(`verdict.${one.verdict}`))),
      h('p', {}, t(`case.${one.name}.how`)),
      h('p.advice', {}, t(`case.${one.name}.till`)),
      one.steps.length > 0 && h('ol.steps', {}, one.steps.map((step) => stepItem(step, context))),
      h(
        'p.buttons',
        {},
        arrange &&
          h(
            'button.small',
            { type: 'button', dataset: { key: `arrange ${one.name}` }, onclick: () => attempt(async () => {
              await arrange(context);
              toast(t('checklist.arranged'), true);
            }) },
            t('checklist.arrange'),
          ),
        one.name === 'clock_wrong' &&
          state.settings.clock_skew_s !== 0 &&
          h('button.small', { type: 'button', dataset: { key: 'clock right' }, onclick: () => attempt(() => order('PUT', 'settings', { clock_skew_s: 0 })) }, t('checklist.clock_right')),
        one.name === 'second_scan' && secondScan(one),
      ),
    ),
  );
}

/** A till that knows the code refuses it without a request to the platform, so only its cashier can see that. */
function secondScan(one) {
  if (one.verdict === 'seen') return undefined;
  const said = one.verdict === 'by_hand';
  const say = () => attempt(() => tell('PUT', 'checklist/second_scan', { refused_at_till: !said }));
  return h('button.small', { type: 'button', 'aria-pressed': String(said), dataset: { key: 'second_scan' }, onclick: say }, t('checklist.refused_at_till'));
}

function stepItem(step, context) {
  const go = h('button.plain', { type: 'button', dataset: { key: `step ${step.n} ${step.what}` }, onclick: () => context.goTo('requests', step.n) }, `#${step.n}`);
  return h('li', {}, h('span.time', {}, clock(step.at_ms)), ' ', stepText(step), ' ', go);
}
