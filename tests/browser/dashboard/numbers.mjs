// What the athlete's page shows equals what the database holds.
import assert from 'node:assert/strict';
import { withPage } from '../browser.mjs';
import { fact } from './facts.mjs';
import { chart, columns, featured, openAthlete, signIn, sql, weeksSql } from './steps.mjs';

export async function numbers({ url, connection }) {
  const { id, name } = await featured(url);
  await withPage(url, async (page) => {
    await fact('the coach signs in, sees the team, and opens an athlete', async () => {
      await signIn(page);
      await page.locator(`tr[data-athlete="${id}"] a`).click();
      await chart(page);
      assert.equal(await page.locator('h1').innerText(), name);
    });
    for (const [zone, start, shift] of [['UTC', 'MONDAY', 0], ['America/New_York', 'SUNDAY', 1], ['Asia/Tokyo', 'SATURDAY', 2]])
      await fact(`26 weeks of ${zone} from ${start} are the database's`, async () => {
        const expected = new Map((await sql(connection, weeksSql, [id, zone, shift])).map((row) => [row.week, row]));
        for (const metric of ['volume', 'sessions']) {
          await openAthlete(page, id, new URLSearchParams({ metric, weeks: '26', zone, start }).toString());
          const shown = await columns(page);
          assert.equal(shown.size, 26);
          assert.deepEqual([...shown], [...shown.keys()].map((week) => [week, expected.get(week)?.[metric] ?? 0]));
        }
        return `${[...(await columns(page)).values()].reduce((sum, n) => sum + n, 0)} sessions`;
      });
    await fact('a click on a week shows the sessions that made it, and a reload shows the same', async () => {
      await openAthlete(page, id, 'metric=sessions&weeks=12&zone=UTC&start=MONDAY');
      const [week, count] = [...await columns(page)].findLast(([, sessions]) => sessions > 1);
      await page.locator(`.columns button[data-week="${week}"]`).click();
      await page.locator('h2', { hasText: 'Sessions of' }).waitFor();
      const expected = await sql(connection, `
        select session_id from core.sessions
        where user_id = $1 and started_at >= $2::date and started_at < $2::date + 7 order by started_at desc, session_id desc`, [id, week]);
      const shown = async () => {
        await page.locator('tr[data-session]').nth(count - 1).waitFor();
        return page.locator('tr[data-session]').evaluateAll((rows) => rows.map(({ dataset }) => dataset.session));
      };
      assert.deepEqual(await shown(), expected.map((row) => row.session_id));
      await page.reload();
      await chart(page);
      assert.deepEqual(await shown(), expected.map((row) => row.session_id));
      assert.equal(await page.locator('.columns button[aria-pressed="true"]').getAttribute('data-week'), week);
    });
    await fact('the heaviest weights are the database\'s, and lead to their sessions', async () => {
      const [heaviest] = await sql(connection, `
        select e.name, max(t.weight_kg) as kg
        from core.sets as t join core.sessions as s using (session_id) join core.exercises as e using (exercise_id)
        where s.user_id = $1 and not t.is_warmup group by e.name having max(t.weight_kg) > 0 order by 2 desc, 1 limit 1`, [id]);
      const row = page.locator('.records tr', { has: page.locator('th', { hasText: heaviest.name }) });
      const cell = row.locator('[data-head="Heaviest weight"]').first();
      assert.match(await cell.innerText(), new RegExp(`^${heaviest.kg.toLocaleString('en', { maximumFractionDigits: 1 })} kg`));
      await cell.locator('a').click();
      const title = page.locator('h2', { hasText: 'Sessions of' });
      await title.waitFor();
      assert.match(page.url(), /week=\d{4}-\d\d-\d\d/);
    });
    await fact('the same is there as a table', async () => {
      await openAthlete(page, id, 'metric=volume&weeks=12&zone=UTC&start=MONDAY');
      const shown = [...await columns(page)].at(-1);
      await page.getByRole('radio', { name: 'Table' }).check();
      const first = page.locator('.chart-box tbody tr').first();
      await first.waitFor();
      assert.match(await first.innerText(), new RegExp(`${Math.round(shown[1]).toLocaleString('en')} kg`));
      assert.equal(await page.locator('.chart-box tbody tr').count(), 12);
    });
  });
}
