// Behind a proxy that serves the whole under a path, as deployments do: pages, API and socket are found all the same.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { connect } from 'node:net';
import { withPage } from '../browser.mjs';
import { fact } from './facts.mjs';
import { badge, featured, openAthlete, signIn } from './steps.mjs';

const prefix = '/training/';

export async function underPrefix({ url }) {
  const { id } = await featured(url);
  const proxy = await proxyTo(new URL(url));
  try {
    await withPage(`http://127.0.0.1:${proxy.address().port}${prefix}`, async (page) => {
      await fact('behind a path prefix everything is found, the socket too', async () => {
        const sockets = [];
        page.on('websocket', (socket) => sockets.push(socket.url()));
        await signIn(page);
        await openAthlete(page, id);
        await badge(page, 'fresh');
        while (sockets.length === 0) await page.waitForEvent('websocket');
        assert.ok(sockets.every((address) => address.endsWith(`${prefix}graphql`)), sockets.join());
      });
    });
  } finally {
    proxy.closeAllConnections();
    proxy.close();
  }
}

async function proxyTo({ hostname: host, port }) {
  const inner = (path) => `/${path.slice(prefix.length)}`;
  const proxy = createServer((asked, answer) => {
    if (!asked.url.startsWith(prefix)) return answer.writeHead(404).end();
    const { method, headers } = asked;
    asked.pipe(request({ host, port, method, headers, path: inner(asked.url) }, (answered) => {
      answer.writeHead(answered.statusCode, answered.headers);
      answered.pipe(answer);
    }));
  });
  proxy.on('upgrade', (asked, socket) => {
    const server = connect(port, host, () => {
      const { rawHeaders: raw } = asked;
      const lines = raw.flatMap((name, at) => (at % 2 === 0 ? [`${name}: ${raw[at + 1]}`] : []));
      server.write(`${[`GET ${inner(asked.url)} HTTP/1.1`, ...lines].join('\r\n')}\r\n\r\n`);
      server.pipe(socket).pipe(server);
    });
    for (const end of [server, socket]) end.on('error', () => { server.destroy(); socket.destroy(); });
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  return proxy;
}
