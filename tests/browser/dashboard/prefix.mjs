// Behind a proxy that serves the whole under a path, as deployments do: pages, API and socket are found all the same.
import assert from 'node:assert/strict';
import { withPage } from '../browser.mjs';
import { withProxy } from '../proxy.mjs';
import { fact } from './facts.mjs';
import { badge, featured, openAthlete, signIn } from './steps.mjs';

const prefix = '/training/';

export async function underPrefix({ url }) {
  const { id } = await featured(url);
  await withProxy(url, { prefix }, (outside) => withPage(outside, async (page) => {
    await fact('behind a path prefix everything is found, the socket too', async () => {
      const sockets = [];
      page.on('websocket', (socket) => sockets.push(socket.url()));
      await signIn(page);
      await openAthlete(page, id);
      await badge(page, 'fresh');
      while (sockets.length === 0) await page.waitForEvent('websocket');
      assert.ok(sockets.every((address) => address.endsWith(`${prefix}graphql`)), sockets.join());
    });
  }));
}
