// The team's rows, and the headings that sort them.
import { Sparkline } from '../chart/Sparkline';
import { change, toAthlete } from '../routes';
import { count, hours, kilograms, kilometres, plural } from '../ui/format';
import { remove } from './roster';
import { columns, type Column, type Member, type Order } from './rows';

interface Props {
  rows: readonly Member[];
  order: Order;
  stale: boolean;
  /** Whether a row may be taken away. */
  own: boolean;
}

export function TeamTable({ rows, order, stale, own }: Props) {
  return (
    <table className="team" data-stale={stale || undefined}>
      <thead>
        <tr>
          <Head column="name" order={order} />
          <th scope="col">Volume by week</th>
          {(['sessions', 'volume', 'distance', 'time'] as const).map((column) => <Head key={column} column={column} order={order} />)}
          {own && <th scope="col"><span className="hidden">Take away</span></th>}
        </tr>
      </thead>
      <tbody>{rows.map((member) => <Row key={member.id} member={member} own={own} />)}</tbody>
    </table>
  );
}

function Row({ member: { id, displayName, weeklyAggregates: { nodes, totals, freshness } }, own }: { member: Member; own: boolean }) {
  return (
    <tr data-athlete={id}>
      <th scope="row">
        <a href={toAthlete(id)}><bdi>{displayName}</bdi></a>
        {freshness.isStale && <span className="pending-mark">{plural(freshness.pendingChanges, 'change')} pending</span>}
      </th>
      <td className="spark"><Sparkline values={nodes.map(({ totalVolumeKg }) => totalVolumeKg)} /></td>
      <td className="number" data-head="Sessions">{count(totals.sessionCount)}</td>
      <td className="number" data-head="Volume">{kilograms(totals.totalVolumeKg)}</td>
      <td className="number" data-head="Distance">{kilometres(totals.totalDistanceM)}</td>
      <td className="number" data-head="Time">{hours(totals.totalDurationS)}</td>
      {own && (
        <td className="number">
          <button type="button" className="quiet" aria-label={`Take ${displayName} off the list`} onClick={() => remove(id)}>✕</button>
        </td>
      )}
    </tr>
  );
}

function Head({ column, order: { by, down } }: { column: Column; order: Order }) {
  const mine = column === by;
  // The first click on numbers is for the largest, on names for the first.
  const next = mine ? !down : column !== 'name';
  return (
    <th scope="col" className={column === 'name' ? '' : 'number'} aria-sort={mine ? (down ? 'descending' : 'ascending') : undefined}>
      <button type="button" className="sort" onClick={() => change({ sort: `${column}-${next ? 'down' : 'up'}` })}>
        {columns[column].label}<span aria-hidden="true">{mine ? (down ? ' ↓' : ' ↑') : ''}</span>
      </button>
    </th>
  );
}

export function TeamSkeleton({ rows }: { rows: number }) {
  return (
    <div className="rows-skeleton team-skeleton" role="status" aria-label="Loading the team">
      {Array.from({ length: rows + 1 }, (_, n) => <span key={n} className="skeleton" />)}
    </div>
  );
}
