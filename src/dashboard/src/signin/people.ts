// Whom the demo lets one be; null outside it, where tokens come from elsewhere.
import { Store, useStore } from '../api/store';

export interface Person {
  id: string;
  name: string;
  role: 'coach' | 'athlete';
}

/** Undefined until the server has said. */
const people = new Store<readonly Person[] | null | undefined>(undefined);

export function usePeople(): readonly Person[] | null | undefined {
  return useStore(people);
}

/** Asked once, and again for as long as the server does not answer. */
export async function findPeople(): Promise<void> {
  // The server writes into the page whether it is a demo's: asking in vain would leave an error in the console.
  if (document.getElementById('root')?.dataset.demo === 'no') {
    people.set(null);
    return;
  }
  for (let delay = 500; ; delay = Math.min(delay * 2, 4000)) {
    try {
      // Static files of another host answer with a page where they know nothing.
      const response = await fetch('demo/people', { headers: { accept: 'application/json' } });
      const known = response.ok && (response.headers.get('content-type') ?? '').includes('json');
      people.set(known ? (await response.json() as { people: Person[] }).people : null);
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, delay));
    }
  }
}
