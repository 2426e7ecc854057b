// Personal records: the best of each exercise, with the day it was and a way to that week's sessions.
import type { AthleteRecordsQuery } from '../api/generated';
import { AthleteRecords } from '../api/operations';
import { useAnswer } from '../api/useAnswer';
import { withSettings } from '../routes';
import { FailureCard } from '../ui/FailureCard';
import { dayIn, exactKilograms, fullDay, kilograms, kilometres } from '../ui/format';
import { SessionsSkeleton } from './SessionsTable';
import { weekOf, type AthleteSettings } from './settings';

type PersonalRecord = AthleteRecordsQuery['personalRecords']['nodes'][number];

interface Best {
  text: string;
  at: string | null;
  session: string | null;
}

const measures: Record<string, (record: PersonalRecord) => Best | null> = {
  'Heaviest weight': (r) => best(r.maxWeightKg, exactKilograms, r.maxWeightAt, r.maxWeightSession),
  'Estimated 1RM': (r) => best(r.bestE1rmKg, exactKilograms, r.bestE1rmAt, r.bestE1rmSession),
  'Best set': (r) => best(r.bestSetVolumeKg, kilograms, r.bestSetVolumeAt, r.bestSetVolumeSession),
  'Longest distance': (r) => best(r.maxDistanceM, kilometres, r.maxDistanceAt, r.maxDistanceSession),
};

interface Props {
  userId: string;
  settings: AthleteSettings;
  version: number;
  pause: boolean;
}

export function RecordsCard({ userId, settings, version, pause }: Props) {
  const answer = useAnswer(AthleteRecords, { userId }, { version, pause });
  // Exercises without weights or distances, such as push-ups, set none.
  const records = answer.data?.personalRecords.nodes.filter((record) => Object.values(measures).some((of) => of(record)));
  return (
    <section className="card" aria-labelledby="records-title">
      <div className="card-head">
        <h2 id="records-title">Personal records</h2>
      </div>
      {answer.failure && <FailureCard failure={answer.failure} retry={answer.retry} />}
      {records?.length === 0 && <p className="empty">No records yet. The first working set of an exercise sets them.</p>}
      {!records && !answer.failure && <SessionsSkeleton rows={8} />}
      {records && records.length > 0 && <RecordsTable records={records} settings={settings} />}
    </section>
  );
}

function RecordsTable({ records, settings }: { records: readonly PersonalRecord[]; settings: AthleteSettings }) {
  // A strength app has no distances, a runner's no weights: no empty columns.
  const shown = Object.entries(measures).filter(([, of]) => records.some((record) => of(record)));
  return (
    <table className="records">
      <thead>
        <tr>
          <th scope="col">Exercise</th>
          {shown.map(([head]) => <th key={head} scope="col" className="number">{head}</th>)}
        </tr>
      </thead>
      <tbody>
        {records.map((record) => (
          <tr key={record.exercise.id}>
            <th scope="row">
              {record.exercise.name}
              {record.exercise.muscleGroup && <span className="muted"> {record.exercise.muscleGroup}</span>}
            </th>
            {shown.map(([head, of]) => {
              const value = of(record);
              return (
                <td key={head} className="number" data-head={head} data-absent={!value || undefined}>
                  {value ? <BestOf value={value} settings={settings} /> : '–'}
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function BestOf({ value: { text, at, session }, settings: { zone, start } }: { value: Best; settings: AthleteSettings }) {
  if (!at) return <>{text}</>;
  const date = fullDay(dayIn(zone, at));
  return (
    <>
      {text}
      {session === null ? <span className="when">{date}</span> : (
        <a className="when" href={withSettings({ week: weekOf(at, zone, start) })} title={session || 'Sessions of that week'}>{date}</a>
      )}
    </>
  );
}

function best(
  value: number | null, format: (value: number) => string, at: string | null, session: { title: string | null } | null,
): Best | null {
  return value === null ? null : { text: format(value), at, session: session && (session.title ?? '') };
}
