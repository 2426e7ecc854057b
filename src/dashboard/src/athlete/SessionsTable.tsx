// Sessions as rows; of the height of a whole page, so that nothing below jumps from page to page.
import type { SessionPagesQuery } from '../api/generated';
import { count, hours, kilograms, kilometres, startOf } from '../ui/format';

type Session = SessionPagesQuery['sessionSummaries']['nodes'][number];

interface Props {
  sessions: readonly Session[];
  zone: string;
  stale: boolean;
  empty: string;
  /** Room for so many is kept. */
  rows?: number;
}

export function SessionsTable({ sessions, zone, stale, empty, rows = 0 }: Props) {
  if (sessions.length === 0) return <p className="empty">{empty}</p>;
  return (
    <table className="sessions" data-stale={stale || undefined} data-rows={rows || undefined}>
      <thead>
        <tr>
          <th scope="col">Started</th>
          <th scope="col">Session</th>
          <th scope="col" className="number">Time</th>
          <th scope="col" className="number">Volume</th>
          <th scope="col" className="number">Distance</th>
          <th scope="col" className="number">Sets</th>
          <th scope="col" className="number"><abbr title="Mean rate of perceived exertion">RPE</abbr></th>
        </tr>
      </thead>
      <tbody>
        {sessions.map((session) => (
          <tr key={session.sessionId} data-session={session.sessionId}>
            <td data-head="Started">{startOf(session.startedAt, zone)}</td>
            <th scope="row">
              {session.title ?? activity(session.activityType)}
              {session.title && <span className="muted"> {activity(session.activityType)}</span>}
            </th>
            <Figure
              head="Time"
              value={session.durationS !== null ? hours(session.durationS) : session.endedAt === null ? 'open' : null}
            />
            <Figure head="Volume" value={session.totalVolumeKg > 0 ? kilograms(session.totalVolumeKg) : null} />
            <Figure head="Distance" value={session.distanceM !== null ? kilometres(session.distanceM) : null} />
            <Figure head="Sets" value={session.setCount > 0 ? count(session.setCount) : null} />
            <Figure head="RPE" value={session.avgRpe?.toFixed(1) ?? null} />
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Figure({ head, value }: { head: string; value: string | null }) {
  return <td className="number" data-head={head} data-absent={value === null || undefined}>{value ?? '–'}</td>;
}

export function SessionsSkeleton({ rows }: { rows: number }) {
  return (
    <div className="rows-skeleton" role="status" aria-label="Loading sessions">
      {Array.from({ length: rows + 1 }, (_, n) => <span key={n} className="skeleton" />)}
    </div>
  );
}

const activity = (type: string): string => type.charAt(0).toUpperCase() + type.slice(1).replaceAll('_', ' ');
