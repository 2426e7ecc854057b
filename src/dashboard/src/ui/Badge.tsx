// "As of …": up to when what is shown is complete. Amber while it is known that changes are missing.
import { useEffect, useState } from 'react';
import type { FreshnessSource } from '../api/generated';
import { clock, plural } from './format';

export interface Shown {
  asOf: string;
  pendingChanges: number;
  isStale: boolean;
  source?: FreshnessSource;
}

/** Amber is there for the eye, which a tenth of a second would escape. */
const leastAmberMs = 700;

export function Badge({ shown, behind, pending = 0 }: { shown: Shown | null; behind: boolean; pending?: number }) {
  const changes = Math.max(pending, shown?.pendingChanges ?? 0);
  const amber = useAtLeast(behind || Boolean(shown?.isStale), leastAmberMs);
  if (!shown) return <p className="badge skeleton" aria-hidden="true" />;
  const state = !amber ? 'Up to date' : changes > 0 ? `${plural(changes, 'change')} pending` : 'Catching up';
  return (
    <p className="badge" data-state={amber ? 'pending' : 'fresh'}>
      <span className="dot" aria-hidden="true" />
      <span role="status">{state}</span>
      <span className="as-of">as of <time dateTime={shown.asOf}>{clock(shown.asOf)}</time></span>
      {shown.source === 'MATVIEW' && <span title="Incremental refresh is off">nightly</span>}
      {shown.source === 'LIVE' && <span title="Read from the base tables">live</span>}
    </p>
  );
}

function useAtLeast(flag: boolean, ms: number): boolean {
  const [held, setHeld] = useState(flag);
  useEffect(() => {
    if (flag) {
      setHeld(true);
      return;
    }
    const timer = setTimeout(() => setHeld(false), ms);
    return () => clearTimeout(timer);
  }, [flag, ms]);
  return flag || held;
}
