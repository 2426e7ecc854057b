// graphql-request: queries and mutations by fetch; it has no subscriptions.
import { ClientError, GraphQLClient } from 'graphql-request';

export function open(url) {
  const client = new GraphQLClient(url);
  const run = ({ query, variables }) => client.rawRequest(query, variables).catch((error) => {
    if (!(error instanceof ClientError)) throw error;
    return error.response;
  });
  return { query: run, mutate: run, close() {} };
}
