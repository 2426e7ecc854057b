// Waits for an event, whichever client listens: a refresh of the user is asked for until one is there.
import assert from 'node:assert/strict';

const subscription = 'subscription ($userId: ID!) { aggregatesRefreshed(userId: $userId) { userId weeks } }';
const mutation = 'mutation ($input: EnqueueRefreshInput!) { enqueueRefresh(input: $input) { enqueued } }';

export async function askForRefresh(client, userId) {
  const { data, errors } = await client.mutate({ query: mutation, variables: { input: { userId } } });
  assert.ok(!errors, JSON.stringify(errors));
  assert.ok(data.enqueueRefresh.enqueued >= 1, JSON.stringify(data));
}

export async function hearOfRefresh(client, userId) {
  let ended = false;
  const event = client.event({ query: subscription, variables: { userId } }).finally(() => { ended = true; });
  // It is awaited below, whatever is raised in between.
  event.catch(() => {});
  // Nothing says when a subscription has begun.
  while (!ended) {
    await askForRefresh(client, userId);
    await Promise.race([event.catch(() => {}), new Promise((resolve) => setTimeout(resolve, 500))]);
  }
  return event;
}
