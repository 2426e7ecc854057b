// The page and its settings live behind the '#' of the address: a reload or a shared link shows the same, on any path.
import { useSyncExternalStore } from 'react';

export interface Route {
  page: 'athlete' | 'team' | 'operations' | 'start';
  /** Of the athlete's page. */
  userId: string | null;
  settings: URLSearchParams;
}

export function read(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  const settings = new URLSearchParams(query);
  const [page, id] = path.split('/');
  if (page === 'athletes' && id) return { page: 'athlete', userId: decodeURIComponent(id), settings };
  if (page === 'team' || page === 'operations') return { page, userId: null, settings };
  return { page: 'start', userId: null, settings };
}

export function toAthlete(userId: string, settings: Record<string, string> = {}): string {
  const query = new URLSearchParams(settings).toString();
  return `#/athletes/${encodeURIComponent(userId)}${query && `?${query}`}`;
}

/** The present page with some of its settings changed; null takes one away. */
export function withSettings(changes: Record<string, string | null>): string {
  const [path = '', query = ''] = location.hash.split('?', 2);
  const settings = new URLSearchParams(query);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) settings.delete(name);
    else settings.set(name, value);
  }
  // Zones and dates are easier to read unescaped, and '/' and ':' are allowed there.
  const text = settings.toString().replaceAll('%2F', '/');
  return text ? `${path}?${text}` : path;
}

/** A change of settings is no step that 'back' should undo, unless it says so. */
export function change(changes: Record<string, string | null>, { step = false } = {}): void {
  go(withSettings(changes), { step });
}

export function go(hash: string, { step = true } = {}): void {
  if (hash === location.hash) return;
  if (step) {
    location.hash = hash;
  } else {
    history.replaceState(null, '', hash);
    dispatchEvent(new HashChangeEvent('hashchange'));
  }
}

export function useHash(): string {
  return useSyncExternalStore(
    (listener) => {
      addEventListener('hashchange', listener);
      return () => removeEventListener('hashchange', listener);
    },
    () => location.hash,
  );
}
