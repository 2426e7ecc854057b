// Failures: an error with its code and a way to try again; a server that stops, and one that comes back.
import assert from 'node:assert/strict';
import { withPage } from '../browser.mjs';
import { fact } from './facts.mjs';
import { badge, chart, columns, featured, openAthlete, signIn } from './steps.mjs';

const refused = /Failed to load resource|WebSocket connection/;

export async function failures({ url }) {
  const { id } = await featured(url);
  await withPage(url, async (page) => {
    await signIn(page);
    await page.locator('tr[data-athlete]').first().waitFor();
    await fact('an error shows its message, code and trace id, and goes away on another try', async () => {
      await page.route('**/graphql', (route) => (route.request().postDataJSON().variables?.from ? route.fulfill({
        json: { errors: [{ message: 'It did not work.', extensions: { code: 'INTERNAL', traceId: '00ff' } }] },
      }) : route.continue()));
      await page.evaluate((hash) => { location.hash = hash; }, `#/athletes/${id}`);
      const alert = page.getByRole('alert');
      await alert.waitFor();
      assert.match(await alert.innerText(), /It did not work\.[\s\S]*INTERNAL[\s\S]*00ff/);
      await page.unroute('**/graphql');
      await alert.getByRole('button', { name: 'Try again' }).click();
      await chart(page);
      assert.equal(await page.getByRole('alert').count(), 0);
    });
    await fact('somebody who does not exist is said not to', async () => {
      await page.evaluate(() => { location.hash = '#/athletes/00000000-0000-4000-8000-000000000000'; });
      await page.locator('h1', { hasText: 'Unknown athlete' }).waitFor();
      await page.locator('.empty').first().waitFor();
    });
  });
}

export async function outage({ url, demo }) {
  const { id } = await featured(url);
  await withPage(url, async (page, forgive) => {
    await signIn(page);
    await openAthlete(page, id, 'weeks=12&zone=UTC');
    const before = await columns(page);
    forgive(refused);
    await fact('the page says so when the server stops, and keeps what it shows', async () => {
      await demo.stop();
      await page.locator('.offline[data-reachable="false"]').waitFor();
      assert.match(await page.locator('.offline').innerText(), /does not answer/);
      assert.deepEqual(await columns(page), before);
    });
    await fact('and goes on by itself when the server is back', async () => {
      await demo.start();
      const began = performance.now();
      await page.locator('.offline[data-reachable="true"]').waitFor({ state: 'attached' });
      await badge(page, 'fresh');
      assert.equal(await page.getByRole('alert').count(), 0);
      assert.deepEqual(await columns(page), before);
      return `${Math.round(performance.now() - began)} ms after it serves`;
    });
  });
}
