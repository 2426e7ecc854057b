// Runs the snippets of docs/spa-guide.md, as they are, against a running demo: node guide.mjs URL
// They are one script; the addresses in them are replaced, and a change is made so that the subscription has an event.
import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { WebSocket } from 'ws';

const server = new URL('.', process.argv[2] ?? 'http://127.0.0.1:5080/graphql').href.replace(/\/$/, '');
const guide = readFileSync(new URL('../../docs/spa-guide.md', import.meta.url), 'utf8');
const snippets = [...guide.matchAll(/```js\n([\s\S]*?)```/g)].map(([, code]) => code);
assert.ok(snippets.length >= 6, `${snippets.length} snippets`);

// What follows the subscription waits until it has been heard.
const hearing = snippets.findIndex((code) => code.includes('follow(athlete.id'));
snippets.splice(hearing + 1, 0, `
  while (!globalThis.heard) {
    await ask('mutation ($input: EnqueueRefreshInput!) { enqueueRefresh(input: $input) { enqueued } }', { input: { userId: athlete.id } });
    await new Promise((resolve) => { globalThis.hear = resolve; setTimeout(resolve, 1000); });
  }`);
const script = new URL('./guide.generated.mjs', import.meta.url);
writeFileSync(script, snippets.join('\n').replaceAll('http://localhost:5080', server));

globalThis.WebSocket = WebSocket;
const said = [];
console.log = (...what) => {
  said.push(what);
  if (what[0] !== 'recomputed') return;
  globalThis.heard = true;
  globalThis.hear?.();
};
console.assert = assert;
console.error = (...what) => assert.fail(what.join(' '));
const deadline = setTimeout(() => { process.stderr.write('no end within two minutes\n'); process.exit(1); }, 120_000);
try {
  await import(script);
} finally {
  rmSync(script);
  clearTimeout(deadline);
}
const [weeks, sessions] = said.map(([first]) => first);
assert.equal(weeks.length, 12, 'twelve weeks without a hole');
assert.ok(sessions.length > 0 && sessions[0].startedAt, 'sessions');
assert.deepEqual(said.find(([first]) => first === 'recomputed').length, 2);
assert.ok(said.some(([first]) => /^as of /.test(first?.text)), 'a badge');
process.stdout.write(`guide: ${snippets.length - 1} snippets do what they say\n`);
