// Fifty athletes in one request; sorted and searched.
import assert from 'node:assert/strict';
import { withPage } from '../browser.mjs';
import { fact } from './facts.mjs';
import { signIn, sql } from './steps.mjs';

export async function team({ url, connection }) {
  await withPage(url, async (page) => {
    const asked = [];
    page.on('request', (request) => {
      if (request.url().endsWith('/graphql') && request.method() === 'POST') asked.push(JSON.parse(request.postData()));
    });
    const names = () => page.locator('tr[data-athlete] th').allInnerTexts();
    await fact('the team page takes one request and shows how many SQL statements that took', async () => {
      await signIn(page);
      await page.locator('tr[data-athlete]').nth(49).waitFor();
      const of50 = asked.filter(({ variables }) => variables.ids);
      assert.equal(of50.length, 1);
      assert.equal(asked.length, 1, `asked ${asked.length} times`);
      assert.equal(of50[0].variables.ids.length, 50);
      const said = await page.locator('#cost').innerText();
      assert.match(said, /^50 athletes in 1 request, [1-3] SQL statements?$/);
      return said;
    });
    await fact('totals are the database\'s, the largest volume first', async () => {
      const [most] = await sql(connection, `
        select u.display_name from core.users as u join core.sessions as s using (user_id) join core.sets as t using (session_id)
        where not t.is_warmup and s.started_at >= date_trunc('week', now() at time zone 'UTC') - interval '11 weeks'
        group by u.user_id order by sum(t.reps * t.weight_kg) desc nulls last limit 1`);
      assert.equal((await names())[0], most.display_name);
    });
    await fact('a heading sorts, a search narrows, and the address keeps both', async () => {
      await page.getByRole('button', { name: 'Athlete', exact: true }).click();
      const byName = await names();
      assert.deepEqual(byName, byName.toSorted(new Intl.Collator('en-US', { sensitivity: 'base', numeric: true }).compare));
      assert.equal(await page.locator('th[aria-sort]').getAttribute('aria-sort'), 'ascending');
      await page.getByRole('searchbox').fill('chloe');
      await page.waitForFunction(() => document.querySelectorAll('tr[data-athlete]').length < 50);
      const found = await names();
      assert.ok(found.length > 0 && found.every((name) => name.includes('Chloé')), `found ${found}`);
      await page.reload();
      await page.locator('tr[data-athlete]').first().waitFor();
      assert.deepEqual(await names(), found);
    });
  });
}
