// Whether the server answers. After a silence it is asked again, ever more slowly, until it does; pages then read anew.
import { Store } from './store';

export interface Connection {
  reachable: boolean;
  /** Grows each time the server is back: whatever was read before may have changed. */
  epoch: number;
}

export const connection = new Store<Connection>({ reachable: true, epoch: 0 });

const firstDelayMs = 500;
const longestDelayMs = 2000;

let probe: () => Promise<boolean> = () => Promise.resolve(true);
let probing = false;

/** @param ask true when the server answered. */
export function probeWith(ask: () => Promise<boolean>): void {
  probe = ask;
}

export function silent(): void {
  const { epoch } = connection.get();
  connection.set({ reachable: false, epoch });
  if (!probing) void untilItAnswers();
}

async function untilItAnswers(): Promise<void> {
  probing = true;
  for (let delay = firstDelayMs; ; delay = Math.min(delay * 2, longestDelayMs)) {
    await pause(delay);
    if (await probe()) break;
  }
  probing = false;
  connection.set({ reachable: true, epoch: connection.get().epoch + 1 });
}

/** Or less, when the browser says that the network is back. */
function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      removeEventListener('online', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    addEventListener('online', done);
  });
}
