// axe-core on every page, light, dark and on a phone: nothing serious, and no page wider than its window.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { withPage } from '../browser.mjs';
import { fact } from './facts.mjs';
import { featured, openAthlete, signIn } from './steps.mjs';

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const views = {
  light: {},
  dark: { colorScheme: 'dark' },
  phone: { viewport: { width: 390, height: 844 } },
};

export async function access({ url }) {
  const { id } = await featured(url);
  const open = {
    'sign-in': (page) => page.locator('[data-person]').first().waitFor(),
    team: async (page) => {
      await signIn(page);
      await page.locator('tr[data-athlete]').first().waitFor();
    },
    athlete: async (page) => {
      await openAthlete(page, id, 'weeks=26');
      await page.locator('.records tbody tr').first().waitFor();
    },
    'athlete as a table': async (page) => {
      await openAthlete(page, id, 'weeks=12');
      await page.getByRole('radio', { name: 'Table' }).check();
      await page.locator('.chart-box table').waitFor();
    },
    operations: async (page) => {
      await page.getByRole('link', { name: 'Operations' }).click();
      await page.locator('.runs tbody tr').first().waitFor();
    },
  };
  for (const [view, options] of Object.entries(views))
    // A policy that forbids foreign scripts forbids the audit's too.
    await withPage(url, async (page) => {
      for (const [name, show] of Object.entries(open).filter(([each]) => view === 'light' || each !== 'athlete as a table'))
        await fact(`axe finds nothing serious on ${name}, ${view}`, async () => {
          await show(page);
          assert.deepEqual(await serious(page), []);
          assert.equal(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth), false, 'the page scrolls sideways');
        });
    }, { ...options, bypassCSP: true });
}

async function serious(page) {
  if (!await page.evaluate(() => 'axe' in globalThis)) await page.addScriptTag({ path: axe });
  const { violations, passes } = await page.evaluate(() => globalThis.axe.run(document));
  // An audit of nothing finds nothing either.
  for (const rule of ['color-contrast', 'button-name'])
    assert.ok(passes.some(({ id }) => id === rule), `axe did not look at ${rule}`);
  return violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.slice(0, 3).map(({ html }) => html.slice(0, 160)).join(' | ')}`);
}
