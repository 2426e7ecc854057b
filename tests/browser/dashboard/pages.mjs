// Sessions page by page, onward and back, by the buttons and by the browser's own.
import assert from 'node:assert/strict';
import { withPage } from '../browser.mjs';
import { fact } from './facts.mjs';
import { featured, openAthlete, signIn, sql } from './steps.mjs';

export async function pages({ url, connection }) {
  const { id } = await featured(url);
  await withPage(url, async (page) => {
    await signIn(page, id);
    await openAthlete(page, id);
    const rows = await sql(connection,
      'select session_id from core.sessions where user_id = $1 order by started_at desc, session_id desc limit 40', [id]);
    const expected = rows.map((row) => row.session_id);
    const shows = async (from) => {
      await page.locator(`tr[data-session="${expected[from]}"]`).waitFor();
      const shown = await page.locator('tr[data-session]').evaluateAll((all) => all.map(({ dataset }) => dataset.session));
      assert.deepEqual(shown, expected.slice(from, from + 10));
    };
    await fact('four pages of sessions, in the database\'s order', async () => {
      await shows(0);
      for (const from of [10, 20, 30]) {
        await page.getByRole('button', { name: 'Older' }).click();
        await shows(from);
      }
    });
    await fact('and back: by a button, by the browser, by a reload', async () => {
      await page.getByRole('button', { name: 'Newer' }).click();
      await shows(20);
      await page.goBack();
      await shows(30);
      await page.goBack();
      await shows(20);
      await page.reload();
      await shows(20);
    });
  });
}
