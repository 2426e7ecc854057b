// The latest refresh runs, newest first: what for, how they ended, how long they took, what they did.
import type { OperationsBoardQuery } from '../api/generated';
import { SessionsSkeleton } from '../athlete/SessionsTable';
import { clock, count, span } from '../ui/format';

type Run = OperationsBoardQuery['refreshRuns'][number];

const kinds = { AUDIT: 'Drift audit', FULL: 'Full refresh', INCREMENTAL: 'Drain' } as const;
const outcomes = { FAILED: 'failed', RUNNING: 'running', SUCCEEDED: 'done' } as const;
/** As many as OperationsBoard asks for. */
const shown = 20;

export function RunsCard({ runs, failed }: { runs: readonly Run[] | null; failed: boolean }) {
  return (
    <section className="card" aria-labelledby="runs-title">
      <div className="card-head"><h2 id="runs-title">Refresh runs</h2></div>
      {!runs && !failed && <SessionsSkeleton rows={shown} />}
      {runs?.length === 0 && <p className="empty">No run yet. The first change of a session makes one.</p>}
      {runs && runs.length > 0 && (
        <div className="scroller" tabIndex={0} role="region" aria-label="Refresh runs">
          <table className="runs">
            <thead>
              <tr>
                <th scope="col">Started</th>
                <th scope="col">Run</th>
                <th scope="col">Outcome</th>
                <th scope="col" className="number">Took</th>
                <th scope="col" className="number">Changes</th>
                <th scope="col" className="number">Rows</th>
              </tr>
            </thead>
            <tbody>{runs.map((run) => <Row key={run.id} run={run} />)}</tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function Row({ run }: { run: Run }) {
  return (
    <tr data-outcome={run.outcome}>
      <td><time dateTime={run.startedAt}>{clock(run.startedAt)}</time></td>
      <th scope="row">{kinds[run.kind]}</th>
      <td>{outcomes[run.outcome]}{run.error && <span className="error">{run.error}</span>}</td>
      <td className="number">{run.endedAt ? span((Date.parse(run.endedAt) - Date.parse(run.startedAt)) / 1000) : '…'}</td>
      <td className="number">{count(run.stagedChanges)}</td>
      <td className="number">{run.kind === 'FULL' ? 'all' : count(run.keys)}</td>
    </tr>
  );
}
