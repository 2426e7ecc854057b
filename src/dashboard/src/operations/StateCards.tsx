// The engine's state as figures: mode, backlog, lag, full refresh, drift audit.
import type { ServiceFreshnessQuery } from '../api/generated';
import { clock, count, span } from '../ui/format';

export type ServiceState = ServiceFreshnessQuery['freshness'];

const modes = {
  INCREMENTAL: ['Incremental', 'Changes are drained within a second'],
  MATVIEW: ['Nightly only', 'Incremental refresh is off'],
  LIVE: ['Live', 'Read from the base tables'],
} as const;

interface Props {
  state: ServiceState | null;
  lastFull: string | null;
  forOperators: boolean;
}

export function StateCards({ state, lastFull, forOperators }: Props) {
  const [mode, meaning] = state ? modes[state.source] : [null, null];
  const stale = state?.isStale ?? false;
  const catchUp = state?.catchUpS != null ? `done in about ${span(state.catchUpS)}` : 'changes waiting to be drained';
  return (
    <dl className="figures">
      <Figure label="Mode" value={mode} note={meaning} />
      <Figure label="Backlog" value={state && count(state.pendingChanges)} note={catchUp} amber={stale} />
      <Figure
        label="Lag" value={state && (state.lagS > 0 ? span(state.lagS) : 'none')} note="age of the oldest change waiting" amber={stale}
      />
      {forOperators && (
        <Figure
          label="Last full refresh" value={state && (lastFull ? clock(lastFull) : 'none')}
          note={lastFull ? 'succeeded' : 'of the latest five succeeded'}
        />
      )}
      <Figure
        label="Drift audit" value={state && (state.verifiedAt ? clock(state.verifiedAt) : 'not yet')}
        note={state?.verifiedAt ? 'compared with the base tables' : 'runs each hour'}
      />
    </dl>
  );
}

function Figure({ label, value, note, amber = false }: { label: string; value: string | null; note: string | null; amber?: boolean }) {
  return (
    <div className="card figure-card" data-amber={amber || undefined}>
      <dt>{label}</dt>
      <dd className="figure">{value ?? <span className="skeleton">Incremental</span>}</dd>
      <dd className="muted small">{note ?? ' '}</dd>
    </div>
  );
}
