// Runs a query, a mistake and a subscription with graphql-ws and graphql-sse: node clients.mjs URL USER-ID
// A refresh of that user is asked for, and the event it makes is waited for.
// Exit 1 when a client gets anything else, or nothing within two minutes.
import assert from 'node:assert/strict';
import { createClient as createSocketClient } from 'graphql-ws';
import { createClient as createStreamClient } from 'graphql-sse';
import WebSocket from 'ws';

const url = process.argv[2] ?? 'http://127.0.0.1:5000/graphql';
const deadline = setTimeout(() => { console.error('no answer within two minutes'); process.exit(1); }, 120_000);

const clients = {
  'graphql-ws': createSocketClient({ url: url.replace(/^http/, 'ws'), webSocketImpl: WebSocket, retryAttempts: 0 }),
  'graphql-sse': createStreamClient({ url, retryAttempts: 0 }),
};

async function post(query, variables) {
  const response = await fetch(url, {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ query, variables }),
  });
  return response.json();
}

// The first result, or the errors that stand in its place: one client gives them as a result, the other raises them.
async function first(client, operation, subscribed) {
  const results = client.iterate(operation);
  const next = results.next();
  if (subscribed) await subscribed(next);
  try {
    return (await next).value;
  } catch (errors) {
    if (!Array.isArray(errors)) throw errors;
    return { errors };
  } finally {
    await results.return();
  }
}

const query = `subscription ($userId: ID!) { aggregatesRefreshed(userId: $userId) { userId weeks } }`;
const userId = process.argv[3];
assert.ok(userId, 'give the id of a user as the second argument');

for (const [name, client] of Object.entries(clients)) {
  assert.deepEqual(await first(client, { query: '{ __typename }' }), { data: { __typename: 'Query' } });

  const refused = await first(client, { query: '{ nothing }' });
  assert.equal(refused.errors[0].extensions.code, 'GRAPHQL_VALIDATION_FAILED');

  // Nothing says when a subscription has begun: it is asked again until the event is there.
  const heard = await first(client, { query, variables: { userId } }, async (event) => {
    let ended = false;
    event.finally(() => { ended = true; }).catch(() => {});
    while (!ended) {
      const asked = await post(`mutation ($input: EnqueueRefreshInput!) { enqueueRefresh(input: $input) { enqueued } }`,
        { input: { userId } });
      assert.ok(!asked.errors, JSON.stringify(asked.errors));
      await Promise.race([event.catch(() => {}), new Promise((resolve) => setTimeout(resolve, 500))]);
    }
  });
  assert.equal(heard.data.aggregatesRefreshed.userId, userId, JSON.stringify(heard));
  assert.match(heard.extensions.eventId, /^\d+$/);
  console.log(`${name}: a query, a mistake and a subscription as expected`);
  await client.dispose();
}
clearTimeout(deadline);
