// A page in a Chromium of its own, and what must not happen in it: a request to another host, an error in the console,
// anything that the page's policy forbids.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'];

/** Opens the address in a fresh profile, runs fn(page, forgive) and asserts that nothing went wrong meanwhile.
 *  forgive(pattern) lets errors that match pass from then on: a server that is stopped cannot be asked without one.
 *  @param options Of the browser's context, such as colorScheme or viewport.
 *  @param origin Whose host may be asked, where fn opens the address itself. */
export async function withPage(url, fn, options = {}, origin = url) {
  const browser = await chromium.launch({ executablePath: executable(), args: flags });
  try {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
    const page = await context.newPage();
    const forgiven = [];
    const wrong = watch(page, new URL(origin).host, forgiven);
    await page.addInitScript(() => addEventListener('securitypolicyviolation', (event) =>
      console.error(`forbidden by ${event.violatedDirective}: ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`)));
    await page.goto(url);
    // What went wrong is often why fn failed.
    await fn(page, (pattern) => forgiven.push(pattern))
      .catch((error) => { throw new Error([error.message, ...wrong].join('\n'), { cause: error }); });
    assert.deepEqual(wrong, []);
  } finally {
    await browser.close();
  }
}

function watch(page, host, forgiven) {
  const wrong = [];
  const note = (text) => {
    if (!forgiven.some((pattern) => pattern.test(text))) wrong.push(text);
  };
  const ofHost = (address) => {
    const { protocol, host: asked } = new URL(address);
    if (/^(http|ws)s?:$/.test(protocol) && asked !== host) wrong.push(`asked another host: ${address}`);
  };
  page.on('request', (request) => ofHost(request.url()));
  page.on('websocket', (socket) => ofHost(socket.url()));
  page.on('pageerror', (error) => wrong.push(`raised: ${error.name}: ${error.message} ${error.stack}`));
  page.on('console', (message) => {
    if (message.type() === 'error') note(`console: ${message.text()} (${message.location().url})`);
  });
  return wrong;
}

function executable() {
  const found = [process.env.ANALYTICS_CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
    .find((path) => path && existsSync(path));
  assert.ok(found, 'no Chromium: install one, or name it in ANALYTICS_CHROMIUM');
  return found;
}
