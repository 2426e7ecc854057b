// Keeps an athlete's page current: tells when to read again, and whether what is shown is known to be behind.
//
// event of the subscription, or the freshness says that pending changes are in ⇒ next version: everything shown is read again
// freshness says that changes are pending ⇒ behind, asked again soon; the page shows a later version without any ⇒ not behind
import { useCallback, useEffect, useRef, useState } from 'react';
import { useClient } from 'urql';
import { connection } from '../api/connection';
import type { FreshnessSource } from '../api/generated';
import { followUser } from '../api/live';
import { UserFreshness } from '../api/operations';
import { useStore } from '../api/store';
import { useVisible } from '../ui/useVisible';

const calmMs = 1000;
const firstBusyMs = 400;
const longestMs = 5000;
/** Reads again even if nothing was heard, so that 'as of' does not grow old; sooner in modes that send no events. */
const rereadMs: Record<FreshnessSource, number> = { INCREMENTAL: 60_000, LIVE: 5000, MATVIEW: 60_000 };

export interface Followed {
  version: number;
  /** Changes pending, as last heard. */
  pending: number;
  /** The first version without what is known to be missing in earlier ones. */
  currentFrom: number;
}

/** @returns also a function to say that an answer itself was stale. */
export function useFollowed(userId: string): [Followed, () => void] {
  const client = useClient();
  const visible = useVisible();
  const { reachable } = useStore(connection);
  const [state, setState] = useState<Followed>({ version: 0, pending: 0, currentFrom: 0 });
  const waiting = useRef(false);

  useEffect(() => followUser(userId, () => setState(readAgain)), [userId]);

  useEffect(() => {
    if (!visible || !reachable) return;
    let stopped = false;
    let timer = 0;
    let delay = calmMs;
    let lastReadAt = performance.now();
    const ask = async () => {
      const { data } = await client.query(UserFreshness, { userId }, { requestPolicy: 'network-only' });
      if (stopped) return;
      if (data) {
        const { pendingChanges, source } = data.freshness;
        const old = performance.now() - lastReadAt > rereadMs[source];
        if (pendingChanges > 0) setState((former) => ({ ...former, pending: pendingChanges }));
        else if (waiting.current || old) {
          setState(waiting.current ? readAgain : (former) => ({ ...former, version: former.version + 1 }));
          lastReadAt = performance.now();
        }
        delay = pendingChanges === 0 ? calmMs : waiting.current ? Math.min(delay * 2, longestMs) : firstBusyMs;
        waiting.current = pendingChanges > 0;
      }
      timer = window.setTimeout(ask, delay);
    };
    timer = window.setTimeout(ask, calmMs);
    return () => {
      stopped = true;
      clearTimeout(timer);
    };
  }, [client, userId, visible, reachable]);

  const noteStale = useCallback(() => { waiting.current = true; }, []);
  return [state, noteStale];
}

function readAgain({ version }: Followed): Followed {
  return { version: version + 1, pending: 0, currentFrom: version + 1 };
}
