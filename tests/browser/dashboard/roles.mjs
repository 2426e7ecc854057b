// What the operations page shows, and that each viewer is offered what they may do and nothing else.
import assert from 'node:assert/strict';
import { withPage } from '../browser.mjs';
import { fact } from './facts.mjs';
import { featured, signIn } from './steps.mjs';

export async function roles({ url }) {
  const { id } = await featured(url);
  await withPage(url, async (page) => {
    await fact('an athlete is offered their own training and a refresh of it', async () => {
      await signIn(page, id);
      await page.locator('.weeks-chart').waitFor();
      assert.deepEqual(await page.locator('.top-bar nav a').allInnerTexts(), ['My training', 'Operations']);
      await page.getByRole('link', { name: 'Operations' }).click();
      await page.getByRole('button', { name: 'Recompute my aggregates' }).click();
      await page.locator('.said', { hasText: 'staged' }).waitFor();
      assert.equal(await page.getByRole('button', { name: /Full refresh/ }).count(), 0);
      assert.equal(await page.locator('.runs').count(), 0);
    });
    await fact('signing out forgets the token', async () => {
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.locator('[data-person]').first().waitFor();
      assert.equal(await page.evaluate(() => sessionStorage.length), 0);
    });
    await fact('the coach has an athlete recomputed, and it appears among the runs', async () => {
      await signIn(page);
      await page.getByRole('link', { name: 'Operations' }).click();
      await page.locator('.runs tbody tr').first().waitFor();
      await page.getByRole('button', { name: 'Recompute this athlete' }).click();
      await page.locator('.said', { hasText: 'staged' }).waitFor();
      await page.locator('.runs tbody tr', { hasText: 'Drain' }).first().waitFor();
    });
    await fact('the coach has everything refreshed, after being asked once more', async () => {
      const full = page.locator('.runs tbody tr', { hasText: 'Full refresh' }).filter({ hasText: 'done' });
      const before = await full.count();
      await page.getByRole('button', { name: 'Full refresh…' }).click();
      await page.getByRole('button', { name: 'Refresh everything' }).click();
      await full.nth(before).waitFor();
      await page.locator('.figure-card', { hasText: 'Last full refresh' }).filter({ hasText: 'succeeded' }).waitFor();
    });
  });
}
