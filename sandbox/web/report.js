// The checklist as a self-contained file, to be kept or printed.

import { attempt } from './api.js';
import { h, save } from './dom.js';
import { clock, current, t } from './text.js';

/** A step in words. */
export function stepText({ what, detail }) {
  return t(`step.${what}`, { detail: what === 'response_lost' ? t(`fault.${detail}.name`) : detail });
}

const MARKS = { open: '○', seen: '✓', by_hand: '✓', wrong: '✕' };

export function saveReport(state) {
  return attempt(async () => {
    const style = await (await fetch('report.css')).text();
    // The page's policy forbids inline styles, so only the file gets one. Text from tills is escaped by then.
    const report = page(state).documentElement.outerHTML.replace('</head>', () => `<style>${style}</style></head>`);
    save(`wsy-checklist-${new Date().toISOString().slice(0, 10)}.html`, 'text/html', `<!DOCTYPE html>\n${report}\n`);
  });
}

function page(state) {
  const report = document.implementation.createHTMLDocument(t('checklist.title'));
  report.documentElement.lang = current() === 'zh' ? 'zh-CN' : 'en';
  report.head.prepend(h('meta', { charset: 'utf-8' }));
  const good = state.cases.filter((one) => one.verdict === 'seen' || one.verdict === 'by_hand').length;
  report.body.append(
    h('h1', {}, t('checklist.title')),
    h('p', {}, `${new Date().toLocaleString(report.documentElement.lang)} · ${state.base} · ${t('checklist.score', { good, all: state.cases.length })}`),
    h('p', {}, state.devices.map((device) => `${device.device_id} ${device.client_name}`).join(' · ')),
    h('table', {}, h('tbody', {}, state.cases.map(row))),
    h('p', {}, t('checklist.basis')),
  );
  return report;
}

function row(one) {
  const step = (step) => h('li', {}, `${clock(step.at_ms)} ${stepText(step)} (#${step.n})`);
  return h(
    `tr.${one.verdict}`,
    {},
    h('td.mark', {}, MARKS[one.verdict]),
    h('td', {}, h('strong', {}, t(`case.${one.name}.name`)), h('br'), t(`verdict.${one.verdict}`)),
    h('td', {}, t(`case.${one.name}.till`), one.steps.length > 0 && h('ol', {}, one.steps.map(step))),
  );
}
