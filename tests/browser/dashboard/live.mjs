// What is written by somebody else appears by itself, and the badge says so while it is missing.
import assert from 'node:assert/strict';
import { withPage } from '../browser.mjs';
import { fact } from './facts.mjs';
import { badge, columns, featured, openAthlete, signIn, sql, withConnection } from './steps.mjs';

const limitMs = 2000;

/** A set of 1,000 kg in the athlete's latest session. */
const insertSet = `
  insert into core.sets (session_id, exercise_id, set_index, reps, weight_kg)
  select s.session_id, (select exercise_id from core.exercises order by 1 limit 1), 900, 10, 100
  from core.sessions as s where s.user_id = $1 order by s.started_at desc limit 1`;

export async function live({ url, connection }) {
  const { id } = await featured(url);
  await withPage(url, async (page) => {
    await signIn(page, id);
    await openAthlete(page, id, 'metric=volume&weeks=12&zone=UTC&start=MONDAY');
    await page.evaluate(() => {
      globalThis.neverReloaded = true;
      globalThis.states = [];
      const element = document.querySelector('.badge');
      new MutationObserver(() => globalThis.states.push(element.dataset.state)).observe(element, { attributes: true });
    });
    // The subscription is there once a drain reaches the page; until then a change is seen only by the second's poll.
    await page.waitForFunction(() => performance.getEntriesByType('resource').some(({ name }) => name.includes('dist-')));

    for (const round of [1, 2, 3])
      await fact(`a set inserted by SQL appears within ${limitMs} ms without a reload, badge amber and back (${round} of 3)`, async () => {
        await badge(page, 'fresh');
        await page.evaluate(() => { globalThis.states.length = 0; });
        const before = sum(await columns(page));
        const began = performance.now();
        await sql(connection, insertSet, [id]);
        await page.waitForFunction((volume) => [...document.querySelectorAll('.columns button')]
          .reduce((all, { dataset }) => all + Number(dataset.value), 0) > volume + 999, before, { polling: 20, timeout: 10_000 });
        const took = performance.now() - began;
        await badge(page, 'fresh');
        assert.deepEqual(await page.evaluate(() => [...new Set(globalThis.states)]), ['pending', 'fresh']);
        assert.ok(await page.evaluate(() => globalThis.neverReloaded), 'the page was reloaded');
        assert.ok(took < limitMs, `it took ${took} ms`);
        return `visible after ${Math.round(took)} ms`;
      });

    await fact('while draining is held up the badge counts what is pending, and it is fresh again afterwards', async () => {
      const before = sum(await columns(page));
      await withConnection(connection, async (client) => {
        await client.query("select pg_advisory_lock(analytics.lock_id('drain'))");
        await client.query(insertSet, [id]);
        await badge(page, 'pending');
        await page.locator('.badge', { hasText: /change/ }).waitFor();
        assert.match(await page.locator('.badge').innerText(), /\d+ changes? pending/);
        assert.equal(sum(await columns(page)), before);
      });
      await badge(page, 'fresh');
      assert.equal(Math.round(sum(await columns(page)) - before), 1000);
    });
  });
}

function sum(shown) {
  return [...shown.values()].reduce((all, value) => all + value, 0);
}
