// Whose rows the team page shows: the demo's athletes, or outside it a list that this browser keeps.
import { Store, useStore } from '../api/store';
import { usePeople } from '../signin/people';

const key = 'analytics-team';
/** As many as one request may ask for. */
export const most = 100;
const idPattern = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi;

const listed = new Store<readonly string[]>(kept());

export interface Roster {
  /** Null while it is not known. */
  ids: readonly string[] | null;
  /** Whether it is the browser's list, which may be changed. */
  own: boolean;
}

export function useRoster(): Roster {
  const people = usePeople();
  const ids = useStore(listed);
  if (people === undefined) return { ids: null, own: false };
  return people
    ? { ids: people.filter(({ role }) => role === 'athlete').map(({ id }) => id).slice(0, most), own: false }
    : { ids, own: true };
}

/** Adds every id found in the text. @returns how many there were. */
export function add(text: string): number {
  const found = (text.match(idPattern) ?? []).map((id) => id.toLowerCase());
  keep([...new Set([...listed.get(), ...found])].slice(0, most));
  return found.length;
}

export function remove(id: string): void {
  keep(listed.get().filter((each) => each !== id));
}

function keep(ids: readonly string[]): void {
  localStorage.setItem(key, JSON.stringify(ids));
  listed.set(ids);
}

function kept(): readonly string[] {
  try {
    const ids: unknown = JSON.parse(localStorage.getItem(key) ?? '[]');
    return Array.isArray(ids) ? ids.filter((id) => typeof id === 'string').slice(0, most) : [];
  } catch {
    return [];
  }
}
