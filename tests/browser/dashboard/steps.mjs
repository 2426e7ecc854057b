// What several tests do: sign in, wait for what is on screen, ask the database.
import pg from 'pg';

/** Numbers as numbers and days as text: what the page shows. */
pg.types.setTypeParser(pg.types.builtins.NUMERIC, Number);
pg.types.setTypeParser(pg.types.builtins.INT8, Number);
pg.types.setTypeParser(pg.types.builtins.DATE, String);

/** @returns the rows. */
export async function sql(connection, text, values = []) {
  return withConnection(connection, async (client) => (await client.query(text, values)).rows);
}

export async function withConnection(connection, fn) {
  const client = new pg.Client({ connectionString: connection });
  await client.connect();
  try {
    return await fn(client);
  } finally {
    await client.end();
  }
}

/** The athlete that the demo names first. */
export async function featured(url) {
  const { people } = await (await fetch(new URL('demo/people', url))).json();
  return people.find(({ role }) => role === 'athlete');
}

/** As the coach, or as the athlete of that id. */
export async function signIn(page, id = 'coach') {
  await page.locator(`[data-person="${id}"]`).click();
  await page.locator('.viewer').waitFor();
}

/** By a new load, so that no number on screen is that of what was there before. */
export async function openAthlete(page, id, settings = 'weeks=26') {
  const { origin, pathname } = new URL(page.url());
  await page.goto('about:blank');
  await page.goto(`${origin}${pathname}#/athletes/${id}?${settings}`);
  await chart(page);
}

/** Drawn, with its numbers. */
export const chart = (page) => page.locator('.weeks-chart .columns button').first().waitFor();

/** @returns {Promise<Map<string, number>>} by the first day of the week. */
export async function columns(page) {
  return new Map(await page.locator('.weeks-chart .columns button').evaluateAll(
    (all) => all.map(({ dataset }) => [dataset.week, Number(dataset.value)])));
}

export const badge = (page, state) => page.locator(`.badge[data-state="${state}"]`).waitFor();

/** The database's own sums for weeks of an athlete, from the base tables and not from any view of ours. */
export const weeksSql = `
  select date_trunc('week', (s.started_at at time zone $2) + $3 * interval '1 day')::date - $3::int as week,
         count(distinct s.session_id) as sessions,
         coalesce(sum(w.volume), 0) as volume
  from core.sessions as s
  left join lateral (
      select sum(t.reps * t.weight_kg) as volume from core.sets as t where t.session_id = s.session_id and not t.is_warmup) as w on true
  where s.user_id = $1
  group by 1`;
