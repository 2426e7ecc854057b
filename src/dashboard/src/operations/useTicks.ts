// A number that grows each two seconds while the page is seen and the server answers, or at once when asked.
import { useCallback, useEffect, useState } from 'react';
import { connection } from '../api/connection';
import { useStore } from '../api/store';
import { useVisible } from '../ui/useVisible';

const everyMs = 2000;

export function useTicks(): [number, () => void] {
  const [ticks, setTicks] = useState(0);
  const visible = useVisible();
  const { reachable } = useStore(connection);
  const tick = useCallback(() => setTicks((former) => former + 1), []);
  useEffect(() => {
    if (!visible || !reachable) return;
    const timer = setInterval(tick, everyMs);
    return () => clearInterval(timer);
  }, [tick, visible, reachable]);
  return [ticks, tick];
}
