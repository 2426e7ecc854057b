// graphql-ws: everything over one WebSocket.
import { first } from './first.mjs';
import { connect } from './socket.mjs';

export function open(url) {
  const client = connect(url);
  // Errors in place of a result are raised, as a list.
  const run = (operation) => first(client.iterate(operation)).catch((errors) => {
    if (!Array.isArray(errors)) throw errors;
    return { errors };
  });
  return { query: run, mutate: run, event: run, close: () => client.dispose() };
}
