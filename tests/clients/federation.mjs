// Composes the service with a second subgraph and asks across both: node federation.mjs URL USER-ID
// Exit 1 when they do not compose, or when the batch of users does not reach the service as one request.
//
// The gateway is GraphQL Tools' (MIT), whose planner reads the same supergraph; @apollo/gateway is under the Elastic
// License, and so is its composition: @theguild/federation-composition (MIT) stands in for it. The overrides of
// package.json keep to releases that run on Node.js 20.
import assert from 'node:assert/strict';
import { composeServices } from '@theguild/federation-composition';
import { buildHTTPExecutor } from '@graphql-tools/executor-http';
import { getStitchedSchemaFromSupergraphSdl } from '@graphql-tools/federation';
import { buildSchema, execute, graphql, parse } from 'graphql';

const [url, userId] = process.argv.slice(2);
assert.ok(url && userId, 'give the address of the service and the id of a user');
setTimeout(() => { console.error('no answer within two minutes'); process.exit(1); }, 120_000).unref();

async function post(query, variables) {
  const response = await fetch(url, {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ query, variables }),
  });
  const answer = await response.json();
  assert.ok(!answer.errors, JSON.stringify(answer.errors));
  return answer.data;
}

// A team that names its users by id, one of them twice and one whom nobody knows: since the fields of a user are
// non-null, that element is null, and the list has to allow it.
const nobody = '00000000-0000-0000-0000-000000000000';
const team = [userId, nobody, userId].map((id, n) => ({ __typename: 'User', id, nickname: `No. ${n}` }));
const teamSdl = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
  type Query { team: [User]! }
  type User @key(fields: "id") { id: ID! nickname: String! }`;
const teamSchema = buildSchema(teamSdl.replace(/^.*@link.*$/m, '').replace('@key(fields: "id")', ''));
const executeTeam = ({ document, variables }) =>
  execute({ schema: teamSchema, document, variableValues: variables, rootValue: { team } });

const { _service: { sdl } } = await post('{ _service { sdl } }');
const composed = composeServices([
  { name: 'analytics', typeDefs: parse(sdl), url },
  { name: 'team', typeDefs: parse(teamSdl), url: 'http://team.invalid' },
]);
assert.ok(composed.supergraphSdl, (composed.errors ?? []).map((error) => error.message).join('\n'));

const requests = [];
const executeAnalytics = buildHTTPExecutor({
  endpoint: url,
  fetch: (address, options) => {
    requests.push(JSON.parse(options.body));
    return fetch(address, options);
  },
});
const schema = getStitchedSchemaFromSupergraphSdl({
  supergraphSdl: composed.supergraphSdl,
  onSubschemaConfig: (subschema) => {
    subschema.executor = subschema.name.toLowerCase() === 'team' ? executeTeam : executeAnalytics;
  },
});

const weeks = `weeklyAggregates(from: $from, to: $to) {
  nodes { weekStart sessionCount totalDistanceM } freshness { source } }`;
const range = '$from: Date!, $to: Date!';
const days = (ago) => new Date(Date.now() - ago * 86_400_000).toISOString().slice(0, 10);
const variables = { from: days(21), to: days(0) };
const answer = await graphql({
  schema,
  source: `query (${range}) { team { nickname displayName ${weeks} } }`,
  variableValues: variables,
});

assert.equal(requests.length, 1, `one request for the batch, not ${requests.length}: ${JSON.stringify(requests)}`);
assert.match(requests[0].query, /_entities/);
assert.deepEqual(answer.errors?.map((error) => error.extensions.code), ['NOT_FOUND'], JSON.stringify(answer.errors));

const direct = await post(
  `query (${range}, $id: ID!) { user(id: $id) { displayName ${weeks} } }`, { ...variables, id: userId });
const trained = direct.user.weeklyAggregates.nodes.some((week) => week.sessionCount > 0);
assert.ok(trained, 'the user trained in none of the weeks');
// Plain copies: results of graphql-js have no prototype.
assert.deepEqual(JSON.parse(JSON.stringify(answer.data)), {
  team: [
    { nickname: 'No. 0', ...direct.user },
    null,
    { nickname: 'No. 2', ...direct.user },
  ],
});
console.log('federation: composed; three users of another subgraph answered by one request');
