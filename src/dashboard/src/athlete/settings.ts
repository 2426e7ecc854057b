// What the athlete's page shows, as read from the address; anything odd there falls back to the default.
import type { Weekday } from '../api/generated';
import { addDays, count, dayIn, hours, kilograms, kilometres, short } from '../ui/format';

export const metrics = {
  volume: {
    label: 'Volume', field: 'totalVolumeKg', format: kilograms, tick: (kg: number) => short(kg), unit: 'kg',
    noun: 'kilograms lifted',
  },
  distance: {
    label: 'Distance', field: 'totalDistanceM', format: kilometres, tick: (m: number) => short(m / 1000), unit: 'km',
    noun: 'kilometres',
  },
  time: {
    label: 'Time', field: 'totalDurationS', format: hours, tick: (s: number) => short(s / 3600), unit: 'h', noun: 'hours',
  },
  sessions: {
    label: 'Sessions', field: 'sessionCount', format: count, tick: (n: number) => (Number.isInteger(n) ? short(n) : ''), unit: '',
    noun: 'sessions',
  },
} as const;

export type Metric = keyof typeof metrics;

export const ranges = ['12', '26', '52'] as const;
export const weekdays: Record<Weekday, string> = { MONDAY: 'Monday', SUNDAY: 'Sunday', SATURDAY: 'Saturday' };

export interface AthleteSettings {
  metric: Metric;
  weeks: (typeof ranges)[number];
  draw: 'bars' | 'line';
  zone: string;
  start: Weekday;
  /** The first day of the week whose sessions are shown; null: all sessions. */
  week: string | null;
  asTable: boolean;
}

export const ownZone = Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';

export function settingsOf(from: URLSearchParams): AthleteSettings {
  const metric = from.get('metric') ?? '';
  const week = from.get('week') ?? '';
  const zone = from.get('zone') ?? ownZone;
  const start = from.get('start') ?? '';
  return {
    metric: metric in metrics ? (metric as Metric) : 'volume',
    weeks: ranges.find((range) => range === from.get('weeks')) ?? '26',
    draw: from.get('draw') === 'line' ? 'line' : 'bars',
    zone: isZone(zone) ? zone : 'UTC',
    start: start in weekdays ? (start as Weekday) : 'MONDAY',
    week: /^\d{4}-\d{2}-\d{2}$/.test(week) && !Number.isNaN(Date.parse(week)) ? week : null,
    asTable: from.get('table') === '1',
  };
}

/** The days of so many weeks, today's week being the last. */
export function daysOf({ weeks, zone }: Pick<AthleteSettings, 'weeks' | 'zone'>): { from: string; to: string } {
  const to = dayIn(zone);
  return { from: addDays(to, -7 * (Number(weeks) - 1)), to };
}

/** The first day of the week that an instant falls in. */
export function weekOf(instant: string, zone: string, start: Weekday): string {
  const date = dayIn(zone, instant);
  const first = { SUNDAY: 0, MONDAY: 1, SATURDAY: 6 }[start];
  return addDays(date, -((new Date(date).getUTCDay() - first + 7) % 7));
}

function isZone(zone: string): boolean {
  try {
    return Boolean(Intl.DateTimeFormat('en', { timeZone: zone }));
  } catch {
    return false;
  }
}
