// A proxy in front of the server, as deployments have one: under a path of its own, and where wanted with another page.
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { connect } from 'node:net';

/** Runs fn(url) while the proxy serves.
 *  @param prefix Under which the server's addresses are found; begins and ends with a slash.
 *  @param rewrite From the dashboard's page to the one that the browser gets. */
export async function withProxy(server, { prefix = '/', rewrite = (page) => page }, fn) {
  const proxy = createServer((asked, answer) => forward(new URL(server), prefix, rewrite, asked, answer));
  proxy.on('upgrade', (asked, socket) => tunnel(new URL(server), prefix, asked, socket));
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  try {
    return await fn(`http://127.0.0.1:${proxy.address().port}${prefix}`);
  } finally {
    proxy.closeAllConnections();
    proxy.close();
  }
}

const inner = (path, prefix) => `/${path.slice(prefix.length)}`;

function forward({ hostname: host, port }, prefix, rewrite, asked, answer) {
  if (!asked.url.startsWith(prefix)) return answer.writeHead(404).end();
  const path = inner(asked.url, prefix);
  const headers = { ...asked.headers };
  if (path === '/') delete headers['accept-encoding'];
  asked.pipe(request({ host, port, method: asked.method, headers, path }, async (answered) => {
    answer.writeHead(answered.statusCode, answered.headers);
    if (path !== '/') return answered.pipe(answer);
    const page = (await answered.toArray()).join('');
    answer.end(rewrite(page));
  }));
}

function tunnel({ hostname: host, port }, prefix, asked, socket) {
  const server = connect(port, host, () => {
    const { rawHeaders: raw } = asked;
    const lines = raw.flatMap((name, at) => (at % 2 === 0 ? [`${name}: ${raw[at + 1]}`] : []));
    server.write(`${[`GET ${inner(asked.url, prefix)} HTTP/1.1`, ...lines].join('\r\n')}\r\n\r\n`);
    server.pipe(socket).pipe(server);
  });
  for (const end of [server, socket]) end.on('error', () => { server.destroy(); socket.destroy(); });
}
