// The sessions of the week that is selected, or all of them page by page.
import { SessionPages, WeekSessions } from '../api/operations';
import { useAnswer } from '../api/useAnswer';
import { change, read, withSettings } from '../routes';
import { FailureCard } from '../ui/FailureCard';
import { week as weekText } from '../ui/format';
import { SessionsTable, SessionsSkeleton } from './SessionsTable';
import type { AthleteSettings } from './settings';

interface Props {
  userId: string;
  settings: AthleteSettings;
  version: number;
  pause: boolean;
}

const pageSize = 10;

export function SessionsCard(props: Props) {
  return (
    <section className="card" id="sessions" aria-labelledby="sessions-title">
      {props.settings.week ? <OfWeek {...props} week={props.settings.week} /> : <Pages key={props.userId} {...props} />}
    </section>
  );
}

function OfWeek({ userId, settings, week, version, pause }: Props & { week: string }) {
  const answer = useAnswer(
    WeekSessions, { userId, from: week, timeZone: settings.zone, weekStartsOn: settings.start }, { version, pause });
  const weeks = answer.data?.weeklyAggregates.nodes;
  const sessions = weeks?.flatMap((each) => each.sessions);
  return (
    <>
      <div className="card-head">
        <h2 id="sessions-title">Sessions of {weekText(weeks?.[0]?.weekStart ?? week)}</h2>
        <a className="button" href={withSettings({ week: null })}>Show all sessions</a>
      </div>
      {answer.failure && <FailureCard failure={answer.failure} retry={answer.retry} />}
      {sessions ? <SessionsTable sessions={sessions} zone={settings.zone} stale={answer.outdated} empty="No session in this week." />
        : !answer.failure && <SessionsSkeleton rows={4} />}
    </>
  );
}

function Pages({ userId, settings, version, pause }: Props) {
  const place = read(location.hash).settings;
  const after = place.get('after');
  const before = place.get('before');
  const answer = useAnswer(
    SessionPages, { userId, ...(before ? { last: pageSize, before } : after ? { first: pageSize, after } : { first: pageSize }) },
    { version, pause });
  const page = answer.data?.sessionSummaries;
  const { pageInfo } = page ?? {};
  return (
    <>
      <div className="card-head">
        <h2 id="sessions-title">All sessions</h2>
        <nav className="pager" aria-label="Pages of sessions">
          <button
            type="button" disabled={!pageInfo?.hasPreviousPage || answer.outdated}
            onClick={() => change({ before: pageInfo!.startCursor, after: null }, { step: true })}
          >
            Newer
          </button>
          <button
            type="button" disabled={!pageInfo?.hasNextPage || answer.outdated}
            onClick={() => change({ after: pageInfo!.endCursor, before: null }, { step: true })}
          >
            Older
          </button>
        </nav>
      </div>
      {answer.failure && <FailureCard failure={answer.failure} retry={answer.retry} />}
      {page ? (
        <SessionsTable
          sessions={page.nodes} zone={settings.zone} stale={answer.outdated} rows={pageSize}
          empty="No sessions yet. The first one that is logged appears here within a second."
        />
      ) : !answer.failure && <SessionsSkeleton rows={pageSize} />}
    </>
  );
}
