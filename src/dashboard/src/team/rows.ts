// The team's rows in the order asked for, of those whose name matches.
import type { TeamBoardQuery } from '../api/generated';

export type Member = NonNullable<TeamBoardQuery['users'][number]>;

export const columns = {
  name: { label: 'Athlete', of: ({ displayName }: Member) => displayName },
  sessions: { label: 'Sessions', of: (m: Member) => m.weeklyAggregates.totals.sessionCount },
  volume: { label: 'Volume', of: (m: Member) => m.weeklyAggregates.totals.totalVolumeKg },
  distance: { label: 'Distance', of: (m: Member) => m.weeklyAggregates.totals.totalDistanceM },
  time: { label: 'Time', of: (m: Member) => m.weeklyAggregates.totals.totalDurationS },
} as const;

export type Column = keyof typeof columns;

export interface Order {
  by: Column;
  down: boolean;
}

export function orderOf(settings: URLSearchParams): Order {
  const [by = '', direction] = (settings.get('sort') ?? '').split('-');
  return by in columns ? { by: by as Column, down: direction === 'down' } : { by: 'volume', down: true };
}

const collator = new Intl.Collator(undefined, { sensitivity: 'base', numeric: true });

export function rowsOf(members: readonly Member[], { by, down }: Order, wanted: string): Member[] {
  const needle = fold(wanted.trim());
  const of = columns[by].of;
  const compare = (a: Member, b: Member) => {
    const [x, y] = [of(a), of(b)];
    return typeof x === 'number' && typeof y === 'number' ? x - y : collator.compare(String(x), String(y));
  };
  return members
    .filter(({ displayName }) => fold(displayName).includes(needle))
    .toSorted((a, b) => (down ? -1 : 1) * compare(a, b) || collator.compare(a.displayName, b.displayName));
}

/** 'Zoë' is found by 'zoe'. */
function fold(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
}
