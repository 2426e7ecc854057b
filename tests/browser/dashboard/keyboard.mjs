// The whole way from signing in to a week's sessions without a pointer.
import assert from 'node:assert/strict';
import { withPage } from '../browser.mjs';
import { fact } from './facts.mjs';
import { chart, featured } from './steps.mjs';

const mostTabs = 60;

export async function keyboard({ url }) {
  const { id } = await featured(url);
  await withPage(url, async (page) => {
    await page.locator('[data-person]').first().waitFor();
    /** Presses Tab until the focus is there, and demands that it can be seen. */
    const tabTo = async (selector) => {
      for (let n = 0; n < mostTabs; n++) {
        await page.keyboard.press('Tab');
        const there = await page.evaluate((wanted) => {
          const focused = document.activeElement;
          const near = [focused, focused?.parentElement, focused?.nextElementSibling].filter(Boolean);
          return focused?.matches(wanted) ? near.some((e) => getComputedStyle(e).outlineStyle !== 'none') ? 'seen' : 'unseen' : '';
        }, selector);
        assert.notEqual(there, 'unseen', `the focus on ${selector} cannot be seen`);
        if (there) return;
      }
      assert.fail(`${selector} is not within ${mostTabs} tabs`);
    };
    await fact('keys alone sign in, skip to the content, choose a measure, walk the weeks and open one', async () => {
      await tabTo(`[data-person="${id}"]`);
      await page.keyboard.press('Enter');
      await chart(page);
      await page.reload();
      await chart(page);
      await tabTo('.skip');
      await page.keyboard.press('Enter');
      assert.equal(await page.evaluate(() => document.activeElement.id), 'content');
      await tabTo('.total input');
      await page.keyboard.press('ArrowRight');
      await page.locator('h2', { hasText: 'Distance by week' }).waitFor();
      await tabTo('.columns button');
      const last = await page.evaluate(() => document.activeElement.dataset.week);
      await page.keyboard.press('ArrowLeft');
      await page.keyboard.press('ArrowLeft');
      const chosen = await page.evaluate(() => document.activeElement.dataset.week);
      assert.equal((Date.parse(last) - Date.parse(chosen)) / 86_400_000, 14);
      assert.match(await page.evaluate(() => document.activeElement.getAttribute('aria-label')), /^Week of .+: [\d.,]+ km, \d+ sessions?$/);
      await page.keyboard.press('Enter');
      await page.locator('h2', { hasText: 'Sessions of' }).waitFor();
      assert.match(page.url(), new RegExp(`week=${chosen}`));
      await page.keyboard.press('Home');
      assert.equal(await page.evaluate(() => document.activeElement === document.querySelector('.columns button')), true);
    });
    await fact('the focus goes to the heading of the next page', async () => {
      await page.getByRole('link', { name: 'Operations' }).press('Enter');
      await page.locator('h1', { hasText: 'Operations' }).waitFor();
      await page.waitForFunction(() => document.activeElement?.tagName === 'H1');
      assert.equal(await page.title(), 'Operations – Training analytics');
    });
  });
}
