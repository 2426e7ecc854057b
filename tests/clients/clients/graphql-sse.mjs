// graphql-sse in distinct connections mode: each operation is an event stream of its own.
import { createClient } from 'graphql-sse';
import { first } from './first.mjs';

export function open(url) {
  const client = createClient({ url, retryAttempts: 0 });
  const run = (operation) => first(client.iterate(operation));
  return { query: run, mutate: run, event: run, close: () => client.dispose() };
}
