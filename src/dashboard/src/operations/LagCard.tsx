// The lag over the last minutes, as this page has seen it: the server keeps no history of it.
import { useEffect, useState } from 'react';
import { Store } from '../api/store';
import { count, span } from '../ui/format';
import type { ServiceState } from './StateCards';

interface Sample {
  lagS: number;
  pending: number;
}

/** Ten minutes at one each two seconds. */
const most = 300;
const width = 600;
const height = 72;
// Kept while other pages are looked at.
const seen = new Store<readonly Sample[]>([]);

export function LagCard({ state }: { state: ServiceState | null }) {
  const [samples, setSamples] = useState(seen.get());
  const at = state?.asOf;
  useEffect(() => {
    if (!state) return;
    seen.set([...seen.get(), { lagS: state.lagS, pending: state.pendingChanges }].slice(-most));
    setSamples(seen.get());
    // A new reading is one with another time.
  }, [at, state?.lagS]);
  const longest = Math.max(...samples.map(({ lagS }) => lagS), 0);
  const largest = Math.max(...samples.map(({ pending }) => pending), 0);
  const top = Math.max(longest, 1);
  const step = width / (most - 1);
  const points = samples.map(({ lagS }, n) => `${width - (samples.length - 1 - n) * step},${height - (lagS / top) * (height - 4)}`);
  return (
    <section className="card" aria-labelledby="lag-title">
      <div className="card-head"><h2 id="lag-title">Lag while this page is open</h2></div>
      <svg className="lag" viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" aria-hidden="true" focusable="false">
        <line x1="0" x2={width} y1={height - 0.5} y2={height - 0.5} />
        {points.length > 1 && <polyline points={points.join(' ')} />}
      </svg>
      <p className="muted small">
        {samples.length < 2 ? 'Collecting…'
          : `Last ${span((samples.length - 1) * 2)}: longest ${longest > 0 ? span(longest) : 'none'}, largest backlog ${count(largest)}. `
            + `The scale ends at ${span(top)}.`}
      </p>
    </section>
  );
}
