// @urql/core: queries and mutations by fetch, subscriptions over graphql-ws.
import { Client, fetchExchange, subscriptionExchange } from '@urql/core';
import { pipe, take, toPromise } from 'wonka';
import { connect } from './socket.mjs';

export function open(url) {
  const socket = connect(url);
  const client = new Client({
    url,
    exchanges: [fetchExchange, subscriptionExchange({
      forwardSubscription: (request) => ({
        subscribe: (sink) => ({ unsubscribe: socket.subscribe({ ...request, query: request.query ?? '' }, sink) }),
      }),
    })],
  });
  const result = ({ data, error, extensions }) => {
    if (error?.networkError) throw error.networkError;
    return { data, errors: error?.graphQLErrors, extensions };
  };
  return {
    query: async ({ query, variables }) => result(await client.query(query, variables).toPromise()),
    mutate: async ({ query, variables }) => result(await client.mutation(query, variables).toPromise()),
    event: async ({ query, variables }) =>
      result(await pipe(client.subscription(query, variables), take(1), toPromise)),
    close: () => socket.dispose(),
  };
}
