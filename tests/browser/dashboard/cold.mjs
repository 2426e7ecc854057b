// A cold load as somebody with a token: how long until the first chart, how many bytes, how much moves.
import assert from 'node:assert/strict';
import { withPage } from '../browser.mjs';
import { fact } from './facts.mjs';
import { chart, featured } from './steps.mjs';

const limitMs = 1500;
const fewestLoads = 5;
const mostLoads = 12;
const limitScriptBytes = 150_000;
const limitShift = 0.02;

export async function cold({ url }) {
  const { id, name } = await featured(url);
  const { token } = await (await fetch(new URL('demo/tokens', url), {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ id }),
  })).json();
  const kept = JSON.stringify({ token, name, subject: id, scopes: ['analytics:read'], demoId: id });
  await fact(`a cold load shows the first chart within ${limitMs} ms`, async () => {
    const times = [];
    const drawn = (page) => page.evaluate(() => Math.round(performance.getEntriesByName('chart-drawn')[0].startTime));
    while (times.length < fewestLoads || (Math.min(...times) >= limitMs && times.length < mostLoads))
      times.push(await load(url, id, kept, drawn));
    times.sort((a, b) => a - b);
    // The quickest: what other work on the machine adds to the rest is not the page's.
    assert.ok(times[0] < limitMs, `none of ${times} is under ${limitMs}`);
    return `best ${times[0]}, median ${times[times.length >> 1]} ms of ${times.length}`;
  });
  await fact(`it takes less than ${limitScriptBytes} bytes of script, compressed`, () => load(url, id, kept, async (page, sizes) => {
    await page.locator('.records tbody tr').first().waitFor();
    const sum = (type) => sizes.filter((each) => !type || each.type === type).reduce((all, { bytes }) => all + bytes, 0);
    assert.ok(sum('Script') > 10_000 && sum('Script') < limitScriptBytes, `${sum('Script')} bytes of script`);
    return `${sum('Script')} bytes of script, ${sum('Stylesheet')} of styles, ${sum()} in all, ${sizes.length} requests`;
  }));
  await fact('nothing moves while it loads', () => load(url, id, kept, async (page) => {
    await page.locator('.records tbody tr').first().waitFor();
    const shifts = await page.evaluate(() => new Promise((resolve) => {
      const told = ({ value, sources }) => [value, ...sources.map(({ node }) => node?.className || node?.nodeName)].join(' ');
      new PerformanceObserver((list) => resolve(list.getEntries().filter((entry) => !entry.hadRecentInput).map(told)))
        .observe({ type: 'layout-shift', buffered: true });
      // An observer is not called at all when nothing ever moved.
      requestIdleCallback(() => requestIdleCallback(() => resolve([])));
    }));
    const shift = shifts.reduce((all, text) => all + parseFloat(text), 0);
    assert.ok(shift < limitShift, `layout shift ${shift}: ${shifts.join('; ')}`);
    return `layout shift ${shift.toFixed(4)}`;
  }));
}

/** In a new profile; fn also gets what was transferred, headers included. */
async function load(url, id, kept, fn) {
  let result;
  await withPage('about:blank', async (page) => {
    await page.context().addInitScript((text) => {
      if (location.protocol.startsWith('http')) sessionStorage.setItem('analytics-viewer', text);
    }, kept);
    const sizes = [];
    const types = new Map();
    const wire = await page.context().newCDPSession(page);
    await wire.send('Network.enable');
    wire.on('Network.responseReceived', ({ requestId, type }) => types.set(requestId, type));
    wire.on('Network.loadingFinished', ({ requestId, encodedDataLength: bytes }) => sizes.push({ type: types.get(requestId), bytes }));
    await page.goto(`${url}#/athletes/${id}?metric=volume&weeks=26&zone=UTC&start=MONDAY`);
    await chart(page);
    result = await fn(page, sizes);
  }, {}, url);
  return result;
}
