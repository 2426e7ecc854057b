// When the team is read again: each five seconds, and soon, then less and less soon, while changes are pending.
// One gentle poll instead of a subscription for each of fifty athletes.
import { useEffect, useState } from 'react';
import { connection } from '../api/connection';
import { useStore } from '../api/store';
import { useVisible } from '../ui/useVisible';

const calmMs = 5000;
const firstBusyMs = 400;

export function useTeamVersion(stale: boolean): number {
  const [version, setVersion] = useState(0);
  const visible = useVisible();
  const { reachable } = useStore(connection);
  useEffect(() => {
    if (!visible || !reachable) return;
    let timer = 0;
    let delay = stale ? firstBusyMs : calmMs;
    const again = () => {
      setVersion((former) => former + 1);
      delay = Math.min(delay * 2, calmMs);
      timer = window.setTimeout(again, delay);
    };
    timer = window.setTimeout(again, delay);
    return () => clearTimeout(timer);
  }, [stale, visible, reachable]);
  return version;
}
