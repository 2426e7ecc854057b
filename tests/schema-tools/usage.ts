// How a TypeScript client uses the documents that codegen generates; it is compiled, never run.
// Each line under @ts-expect-error must not compile: what it gets wrong is what the types are there for.
import { print } from 'graphql';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import {
  AggregatesRefreshedDocument, AthleteChartDocument, AthleteRecordsDocument, AthleteWeeksDocument, TeamWeeksDocument,
} from '../../artifacts/graphql/graphql';

async function run<Result, Variables>(
  document: TypedDocumentNode<Result, Variables>, variables: Variables,
): Promise<Result> {
  const response = await fetch('http://127.0.0.1:5080/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: print(document), variables }),
  });
  return (await response.json()).data;
}

const range = { from: '2026-09-07', to: '2026-11-23' };

export async function usage(userId: string) {
  const { weeklyAggregates } = await run(AthleteWeeksDocument, { userId, ...range });
  const week: { weekStart: string; totalVolumeKg: number } = weeklyAggregates.nodes[0];
  const asOf: string = weeklyAggregates.freshness.asOf;
  // @ts-expect-error a week without a rated set has no mean
  const avgRpe: number = weeklyAggregates.nodes[0].avgRpe;
  // @ts-expect-error not in this operation's selection
  weeklyAggregates.totals;
  // @ts-expect-error 'to' is required
  await run(AthleteWeeksDocument, { userId, from: range.from });
  // @ts-expect-error a Date is written as text
  await run(AthleteWeeksDocument, { userId, from: new Date(), to: range.to });

  await run(AthleteChartDocument, { userId, ...range, weekStartsOn: 'SUNDAY', consistency: 'FRESH' });
  // @ts-expect-error no such day in the schema
  await run(AthleteChartDocument, { userId, ...range, weekStartsOn: 'FRIDAY' });

  const { users } = await run(TeamWeeksDocument, { ids: [userId], ...range });
  // @ts-expect-error null where there is no such user
  const name: string = users[0].displayName;

  const { personalRecords } = await run(AthleteRecordsDocument, { userId });
  const maxWeightAt: string | null | undefined = personalRecords.nodes[0].maxWeightAt;
  return { week, asOf, avgRpe, name, maxWeightAt };
}

export type Event = NonNullable<(typeof AggregatesRefreshedDocument)['__apiType']> extends
  (variables: infer _) => infer Result ? Result : never;
export const weeksOf = (event: Event): string[] => event.aggregatesRefreshed.weeks;
