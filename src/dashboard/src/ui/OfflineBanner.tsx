// Says that the server does not answer, for as long as it does not; what is on screen stays there.
import { connection } from '../api/connection';
import { useStore } from '../api/store';

export function OfflineBanner() {
  const { reachable } = useStore(connection);
  return (
    <div className="offline" role="status" data-reachable={reachable}>
      {!reachable && (navigator.onLine
        ? 'The server does not answer. What you see may be out of date; it is read again as soon as the server is back.'
        : 'You are offline. What you see may be out of date; it is read again as soon as the network is back.')}
    </div>
  );
}
