// Every athlete of a team in one request: a row each, with a sparkline, totals and whether changes are pending.
import { useEffect, useState } from 'react';
import { TeamBoard } from '../api/operations';
import { useAnswer, type Answer } from '../api/useAnswer';
import type { TeamBoardQuery } from '../api/generated';
import { daysOf, settingsOf } from '../athlete/settings';
import { change } from '../routes';
import { Badge, type Shown } from '../ui/Badge';
import { Choice } from '../ui/Choice';
import { FailureCard } from '../ui/FailureCard';
import { plural } from '../ui/format';
import { PageHead } from '../ui/PageHead';
import { RosterForm } from './RosterForm';
import { useRoster, type Roster } from './roster';
import { orderOf, rowsOf, type Member } from './rows';
import { TeamTable, TeamSkeleton } from './TeamTable';
import { useTeamVersion } from './useTeamVersion';

const ranges = { 12: '12 weeks', 26: '26 weeks' } as const;
// The server then tells how many SQL statements the answer took.
const counting = { fetchOptions: { headers: { 'X-Analytics-Statements': '1' } } };

export function TeamPage({ settings }: { settings: URLSearchParams }) {
  const roster = useRoster();
  const weeks = settings.get('weeks') === '26' ? '26' : '12';
  const { zone } = settingsOf(settings);
  const zoned = settings.has('zone');
  useEffect(() => {
    // A link sent to somebody elsewhere shows them the same weeks.
    if (!zoned) change({ zone });
  }, [zoned]);
  const [stale, setStale] = useState(false);
  const version = useTeamVersion(stale);
  const answer = useAnswer(
    TeamBoard, { ids: [...roster.ids ?? []], ...daysOf({ weeks, zone }), timeZone: zone },
    { version, pause: !roster.ids?.length, context: counting });
  const members = answer.data?.users.filter((user) => user !== null) ?? null;
  const shown = members && freshnessOf(members);
  useEffect(() => setStale(shown?.isStale ?? false), [shown?.isStale]);

  return (
    <>
      <PageHead title="Team">{roster.ids?.length !== 0 && <Badge shown={shown} behind={false} />}</PageHead>
      <section className="card" aria-label="Athletes">
        <div className="card-head">
          <label className="search">
            <span className="hidden">Search by name</span>
            <input
              type="search" placeholder="Search by name" defaultValue={settings.get('q') ?? ''}
              onChange={(event) => change({ q: event.target.value || null })}
            />
          </label>
          <Cost answer={answer} members={members} />
          <Choice legend="Range" values={ranges} value={weeks} onChange={(range) => change({ weeks: range })} />
        </div>
        <Rows answer={answer} members={members} roster={roster} settings={settings} />
      </section>
      {roster.own && <RosterForm />}
    </>
  );
}

interface RowsProps {
  answer: Answer<TeamBoardQuery>;
  members: readonly Member[] | null;
  roster: Roster;
  settings: URLSearchParams;
}

function Rows({ answer, members, roster, settings }: RowsProps) {
  if (roster.ids?.length === 0) return <p className="empty">Nobody is in this team yet. Add athletes by their ids below.</p>;
  const order = orderOf(settings);
  const rows = members && rowsOf(members, order, settings.get('q') ?? '');
  return (
    <>
      {answer.failure && <FailureCard failure={answer.failure} retry={answer.retry} />}
      {rows?.length === 0 && members!.length > 0 && <p className="empty">No athlete matches “{settings.get('q')}”.</p>}
      {rows && rows.length > 0 && <TeamTable rows={rows} order={order} stale={answer.outdated} own={roster.own} />}
      {!rows && !answer.failure && <TeamSkeleton rows={roster.ids?.length ?? 50} />}
    </>
  );
}

/** What the page costs the server, so that nobody need guess. */
function Cost({ answer, members }: { answer: Answer<TeamBoardQuery>; members: readonly Member[] | null }) {
  const statements = answer.extensions?.['statements'];
  if (!members) return null;
  return (
    <p className="muted small cost" id="cost">
      {plural(members.length, 'athlete')} in 1 request
      {typeof statements === 'number' && `, ${plural(statements, 'SQL statement')}`}
    </p>
  );
}

/** As fresh as the least fresh of its rows. */
function freshnessOf(members: readonly Member[]): Shown | null {
  const all = members.map(({ weeklyAggregates }) => weeklyAggregates.freshness);
  if (all.length === 0) return null;
  return {
    asOf: all.reduce((oldest, { asOf }) => (asOf < oldest ? asOf : oldest), all[0]!.asOf),
    isStale: all.some(({ isStale }) => isStale),
    pendingChanges: all.reduce((sum, { pendingChanges }) => sum + pendingChanges, 0),
  };
}
