// @apollo/client without React: HttpLink with the normalized cache, and GraphQLWsLink for subscriptions.
import { ApolloClient, ApolloLink, CombinedGraphQLErrors, HttpLink, InMemoryCache, gql } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { OperationTypeNode } from 'graphql';
import { firstValueFrom } from 'rxjs';
import { connect } from './socket.mjs';

export function open(url) {
  const socket = connect(url);
  const client = new ApolloClient({
    cache: new InMemoryCache(),
    link: ApolloLink.split(
      ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
      new GraphQLWsLink(socket),
      new HttpLink({ uri: url })),
    defaultOptions: { query: { errorPolicy: 'all' }, mutate: { errorPolicy: 'all' } },
  });
  const result = ({ data, error, extensions }) => {
    if (error && !CombinedGraphQLErrors.is(error)) throw error;
    return { data, errors: error?.errors, extensions };
  };
  return {
    query: async ({ query, variables }) => result(await client.query({ query: gql(query), variables })),
    mutate: async ({ query, variables }) => result(await client.mutate({ mutation: gql(query), variables })),
    event: async ({ query, variables }) =>
      result(await firstValueFrom(client.subscribe({ query: gql(query), variables }))),
    close: () => { client.stop(); return socket.dispose(); },
  };
}
