// Calls of the sandbox.

import { toast } from './dom.js';
import { t } from './text.js';

const CONTROL = '/_sandbox/';
export const CONSOLE = '/_sandbox/console/api/';

async function call(method, address, body, signal) {
  const options = { method, signal, headers: {} };
  if (body !== undefined) {
    options.headers['Content-Type'] = 'application/json';
    options.body = JSON.stringify(body);
  }
  const response = await fetch(address, options);
  const text = await response.text();
  if (!response.ok) throw new Error(reason(text) ?? `${response.status}`);
  return text === '' ? undefined : JSON.parse(text);
}

function reason(text) {
  try {
    return JSON.parse(text).error;
  } catch {
    return text || undefined;
  }
}

export const look = (path, signal) => call('GET', CONSOLE + path, undefined, signal);

/** Makes a call of the control API. Throws an error whose message is meant for people. */
export const order = (method, path, body) => call(method, CONTROL + path, body);

/** Makes a call of the console's own API. */
export const tell = (method, path, body) => call(method, CONSOLE + path, body);

/** Runs an action, and shows the reason if it fails. */
export async function attempt(work) {
  try {
    return await work();
  } catch (error) {
    toast(t('failed', { why: error.message }));
    return undefined;
  }
}

/**
 * Follows the state of the sandbox: `show(state, now)` for each new one, `lost()` while it cannot be reached.
 * `wanted()` returns which bills and which wallet to include; call the returned function when that changes.
 */
export function follow(wanted, show, lost) {
  let version = '';
  let waiting = new AbortController();
  let changed = false;
  const round = async () => {
    try {
      const query = new URLSearchParams({ version: changed ? '' : version, ...wanted() });
      changed = false;
      const response = await look(`state?${query}`, waiting.signal);
      version = response.version;
      show(response.state, response.now_ms);
    } catch (error) {
      if (error.name !== 'AbortError') {
        lost();
        version = '';
        await new Promise((resolve) => setTimeout(resolve, 1000));
      }
    }
    setTimeout(round, 0);
  };
  round();
  return () => {
    changed = true;
    waiting.abort();
    waiting = new AbortController();
  };
}
