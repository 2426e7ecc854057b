// What the viewer may ask of the refresh jobs.
import { useState } from 'react';
import { useMutation } from 'urql';
import { failureOf } from '../api/failure';
import { EnqueueRefresh, RequestFullRefresh } from '../api/operations';
import { may, type Viewer } from '../api/viewer';
import { usePeople } from '../signin/people';

export function Actions({ who, onAsked }: { who: Viewer; onAsked: () => void }) {
  const [said, setSaid] = useState('');
  const [{ fetching: enqueuing }, enqueue] = useMutation(EnqueueRefresh);
  const athletes = usePeople()?.filter(({ role }) => role === 'athlete') ?? [];
  const [chosen, setChosen] = useState('');
  const operator = may(who, 'analytics:refresh');
  const userId = operator ? chosen || (athletes[0]?.id ?? '') : who.subject;

  const recompute = async () => {
    const { data, error } = await enqueue({ userId });
    setSaid(error ? failureOf(error).message : staged(data!.enqueueRefresh.enqueued));
    onAsked();
  };
  return (
    <section className="card" aria-labelledby="actions-title">
      <div className="card-head"><h2 id="actions-title">Refresh</h2></div>
      <div className="actions">
        {operator && (athletes.length > 0 ? (
          <label>
            Athlete{' '}
            <select value={userId} onChange={(event) => setChosen(event.target.value)}>
              {athletes.map(({ id, name }) => <option key={id} value={id}>{name}</option>)}
            </select>
          </label>
        ) : (
          <label>
            Athlete’s id{' '}
            <input value={chosen} spellCheck={false} onChange={(event) => setChosen(event.target.value.trim())} />
          </label>
        ))}
        <button type="button" disabled={enqueuing || !userId} onClick={recompute}>
          {operator ? 'Recompute this athlete' : 'Recompute my aggregates'}
        </button>
        {operator && <FullRefresh say={setSaid} onAsked={onAsked} />}
      </div>
      <p role="status" className="said small">{said || ' '}</p>
    </section>
  );
}

/** Asks once more: until it is done, everyone's answers count as stale. */
function FullRefresh({ say, onAsked }: { say: (text: string) => void; onAsked: () => void }) {
  const [sure, setSure] = useState(false);
  const [{ fetching }, request] = useMutation(RequestFullRefresh);
  const ask = async () => {
    setSure(false);
    const { error } = await request({});
    say(error ? failureOf(error).message : 'A full refresh is staged. It appears among the runs.');
    onAsked();
  };
  return sure ? (
    <span className="sure" role="group" aria-label="Full refresh">
      <span>Every answer counts as stale until it is done.</span>
      <button type="button" className="primary" disabled={fetching} onClick={ask}>Refresh everything</button>
      <button type="button" autoFocus onClick={() => setSure(false)}>Cancel</button>
    </span>
  ) : <button type="button" onClick={() => setSure(true)}>Full refresh…</button>;
}

function staged(entries: number): string {
  return `${entries === 1 ? '1 entry' : `${entries} entries`} staged; recomputed within a second.`;
}
