// Screenshots of every page, to be looked at; the README's comes from here too.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { withPage } from '../browser.mjs';
import { badge, featured, openAthlete, signIn } from './steps.mjs';

const views = {
  light: { viewport: { width: 1200, height: 900 } },
  dark: { viewport: { width: 1200, height: 900 }, colorScheme: 'dark' },
  phone: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2 },
};

export async function pictures({ url }, folder) {
  mkdirSync(folder, { recursive: true });
  const { id } = await featured(url);
  for (const [view, options] of Object.entries(views))
    await withPage(url, async (page) => {
      const take = (name) => page.screenshot({ path: join(folder, `${name}-${view}.png`) });
      await page.locator('[data-person]').first().waitFor();
      await take('sign-in');
      await signIn(page);
      await page.locator('tr[data-athlete]').nth(49).waitFor();
      await take('team');
      await openAthlete(page, id, 'metric=volume&weeks=26&zone=UTC&start=MONDAY');
      await page.locator('.records tbody tr').first().waitFor();
      await page.locator('.columns button').nth(-2).click();
      await page.locator('tr[data-session]').first().waitFor();
      await page.mouse.move(0, 0);
      await badge(page, 'fresh');
      await take('athlete');
      await page.getByRole('link', { name: 'Operations' }).click();
      await page.locator('.runs tbody tr').first().waitFor();
      await take('operations');
    }, options);
  console.log(`pictures in ${folder}`);
}
