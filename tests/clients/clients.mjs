// Runs a query, a mutation, two mistakes and a subscription with each client: node clients.mjs URL USER-ID
// clients/*.mjs open one each, as { query, mutate, event, close }: the first three take { query, variables } and give
// { data, errors, extensions }; event is the first one of a subscription, absent where the client has none.
// Exit 1 when a client gets anything else, or nothing within two minutes.
import assert from 'node:assert/strict';
import { askForRefresh, hearOfRefresh } from './clients/event.mjs';

const url = process.argv[2] ?? 'http://127.0.0.1:5000/graphql';
const userId = process.argv[3];
assert.ok(userId, 'give the id of a user as the second argument');
const deadline = setTimeout(() => { console.error('no answer within two minutes'); process.exit(1); }, 120_000);

const user = 'query ($userId: ID!) { user(id: $userId) { id displayName } }';
const weeks = `query ($userId: ID!, $from: Date!, $to: Date!) {
  weeklyAggregates(userId: $userId, from: $from, to: $to) { nodes { weekStart } } }`;

for (const name of ['graphql-ws', 'graphql-sse', 'urql', 'apollo', 'graphql-request']) {
  const { open } = await import(`./clients/${name}.mjs`);
  const client = open(url);

  const answer = await client.query({ query: user, variables: { userId } });
  assert.equal(answer.data?.user.id, userId, JSON.stringify(answer));
  assert.ok(answer.data.user.displayName);

  const invalid = await client.query({ query: '{ nothing }' });
  assert.equal(invalid.errors?.[0].extensions.code, 'GRAPHQL_VALIDATION_FAILED', JSON.stringify(invalid));

  const refused = await client.query({ query: weeks, variables: { userId, from: '2020-01-06', to: '2026-01-05' } });
  assert.equal(refused.errors?.[0].extensions.code, 'LIMIT_EXCEEDED', JSON.stringify(refused));

  await askForRefresh(client, userId);
  if (client.event) {
    const heard = await hearOfRefresh(client, userId);
    assert.equal(heard.data?.aggregatesRefreshed.userId, userId, JSON.stringify(heard));
    assert.match(heard.extensions?.eventId, /^\d+$/);
  }
  await client.close();
  console.log(`${name}: a query, two mistakes and a mutation${client.event ? ', a subscription' : ''} as expected`);
}
clearTimeout(deadline);
