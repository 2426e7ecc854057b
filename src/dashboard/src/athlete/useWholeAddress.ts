// Writes defaults into the address: a link sent to somebody in another time zone then shows them the same weeks.
import { useEffect } from 'react';
import { change } from '../routes';
import type { AthleteSettings } from './settings';

const named = ['metric', 'weeks', 'zone', 'start'] as const;

export function useWholeAddress(from: URLSearchParams, settings: Pick<AthleteSettings, (typeof named)[number]>): void {
  const missing = named.filter((name) => !from.has(name)).join();
  useEffect(() => {
    if (missing) change(Object.fromEntries(named.filter((name) => !from.has(name)).map((name) => [name, settings[name]])));
  }, [missing]);
}
