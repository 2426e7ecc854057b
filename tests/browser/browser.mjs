// A page in a Chromium of its own, and what must not happen in it: a request to another host, an error in the console,
// anything that the page's policy forbids.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'];

/** Opens the address in a fresh profile, runs fn(page) and asserts that nothing went wrong meanwhile. */
export async function withPage(url, fn) {
  const browser = await chromium.launch({ executablePath: executable(), args: flags });
  try {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    const page = await context.newPage();
    const wrong = watch(page, new URL(url).host);
    await page.addInitScript(() => addEventListener('securitypolicyviolation', (event) =>
      console.error(`forbidden by ${event.violatedDirective}: ${event.blockedURI} (${event.sourceFile})`)));
    await page.goto(url);
    // What went wrong is often why fn failed.
    await fn(page).catch((error) => { throw new Error([error.message, ...wrong].join('\n'), { cause: error }); });
    assert.deepEqual(wrong, []);
  } finally {
    await browser.close();
  }
}

function watch(page, host) {
  const wrong = [];
  const ofHost = (address) => {
    const { protocol, host: asked } = new URL(address);
    if (/^(http|ws)s?:$/.test(protocol) && asked !== host) wrong.push(`asked another host: ${address}`);
  };
  page.on('request', (request) => ofHost(request.url()));
  page.on('websocket', (socket) => ofHost(socket.url()));
  page.on('pageerror', (error) => wrong.push(`raised: ${error.stack ?? error}`));
  page.on('console', (message) => {
    if (message.type() === 'error') wrong.push(`console: ${message.text()} (${message.location().url})`);
  });
  return wrong;
}

function executable() {
  const usual = ['chromium', 'chromium-browser', 'google-chrome'].map((name) => `/usr/bin/${name}`);
  const found = [process.env.ANALYTICS_CHROMIUM, ...usual].find((path) => path && existsSync(path));
  assert.ok(found, 'no Chromium: install one, or name it in ANALYTICS_CHROMIUM');
  return found;
}
