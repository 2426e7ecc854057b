// One tab for each file of schema/operations, its variables filled in: athletes of the demo, and the last twelve weeks.
import { parse, type OperationDefinitionNode, type TypeNode } from 'graphql';

const documents = import.meta.glob<string>(
  '../../../schema/operations/*.graphql',
  { query: '?raw', import: 'default', eager: true },
);

/** Athletes of an example that takes several. */
const teamSize = 5;
const weeks = 12;
const dayMs = 86_400_000;

export type Example = { query: string; variables: string };

/** Queries first, by name; then what changes and what listens. */
export function examples(athleteIds: readonly string[], now: Date): Example[] {
  return Object.values(documents)
    .map((query) => ({ query, operation: operationOf(query) }))
    .sort((a, b) => rank(a.operation) - rank(b.operation) || name(a.operation).localeCompare(name(b.operation), 'en'))
    .map(({ query, operation }) => ({ query, variables: variablesOf(operation, athleteIds, now) }));
}

function operationOf(query: string): OperationDefinitionNode {
  const operation = parse(query).definitions.find((definition) => definition.kind === 'OperationDefinition');
  if (!operation) throw new Error(`No operation in: ${query}`);
  return operation as OperationDefinitionNode;
}

function rank({ operation }: OperationDefinitionNode): number {
  return ['query', 'mutation', 'subscription'].indexOf(operation);
}

const name = (operation: OperationDefinitionNode) => operation.name?.value ?? '';

// Those that have to be given; the others stand with their defaults in the text above.
function variablesOf(operation: OperationDefinitionNode, athleteIds: readonly string[], now: Date): string {
  const required = (operation.variableDefinitions ?? [])
    .filter(({ type, defaultValue }) => type.kind === 'NonNullType' && !defaultValue);
  if (required.length === 0) return '';
  const values = required.map(({ variable: { name }, type }) => [name.value, valueOf(name.value, type)] as const);
  return JSON.stringify(Object.fromEntries(values), null, 2);

  function valueOf(variable: string, type: TypeNode): unknown {
    const inner = type.kind === 'NonNullType' ? type.type : type;
    if (inner.kind === 'ListType') return athleteIds.slice(0, teamSize);
    if (inner.kind === 'NamedType' && inner.name.value === 'Date')
      return day(variable === 'from' ? mondayOf(now) - (weeks - 1) * 7 * dayMs : now.getTime());
    return athleteIds[0] ?? '';
  }
}

const day = (ms: number) => new Date(ms).toISOString().slice(0, 10);

/** The day on which the week of an instant begins, in UTC. */
function mondayOf(instant: Date): number {
  const sinceMonday = (instant.getUTCDay() + 6) % 7;
  return instant.getTime() - sinceMonday * dayMs;
}
