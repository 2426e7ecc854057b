// Outside the demo: a pasted token, and a team that the browser keeps.
import assert from 'node:assert/strict';
import { withPage } from '../browser.mjs';
import { withProxy } from '../proxy.mjs';
import { fact } from './facts.mjs';
import { badge, chart, featured } from './steps.mjs';

export async function token({ url }) {
  const { id, name } = await featured(url);
  const lent = async (who) => (await (await fetch(new URL('demo/tokens', url), {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ id: who }),
  })).json()).token;
  // The page as every server but the demo's writes it.
  const rewrite = (page) => page.replace('data-demo="yes"', 'data-demo="no"');
  await withProxy(url, { rewrite }, (outside) => withPage(outside, async (page) => {
    const asked = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    const paste = async (text) => {
      await page.getByLabel('Bearer token').fill(text);
      await page.getByRole('button', { name: 'Sign in' }).click();
    };
    await fact('what is no token is refused with a word on what one looks like', async () => {
      await paste('hunter2');
      await page.getByRole('alert').filter({ hasText: 'no JSON Web Token' }).waitFor();
    });
    await fact('an athlete comes in by a pasted token and sees their own training', async () => {
      await paste(`Bearer ${await lent(id)}`);
      await chart(page);
      await badge(page, 'fresh');
      assert.equal(await page.locator('h1').innerText(), name);
      await page.getByRole('button', { name: 'Sign out' }).click();
    });
    await fact('a coach keeps a list of athletes by their ids', async () => {
      await paste(await lent('coach'));
      await page.getByRole('link', { name: 'Team' }).click();
      await page.getByLabel(/^Ids/).fill(`the first: ${id.toUpperCase()}`);
      await page.getByRole('button', { name: 'Add' }).click();
      await page.locator(`tr[data-athlete="${id}"]`).waitFor();
      assert.equal(await page.locator(`tr[data-athlete="${id}"] th`).innerText(), name);
    });
    await fact('no request asks for what only the demo has', async () => {
      assert.deepEqual(asked.filter((path) => path.includes('/demo/')), []);
    });
  }));
}
