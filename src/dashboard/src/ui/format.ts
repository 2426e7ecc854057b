// Numbers, days and times as people read them, with their units.

// The page speaks English; a British or Indian reader still gets their own way to write dates.
const language = navigator.language.startsWith('en') ? navigator.language : 'en-GB';

const whole = new Intl.NumberFormat(language, { maximumFractionDigits: 0 });
const tenths = new Intl.NumberFormat(language, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const upToTenths = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });
const compact = new Intl.NumberFormat(language, { notation: 'compact', maximumFractionDigits: 1 });

export const count = (n: number): string => whole.format(n);
export const kilograms = (kg: number): string => `${whole.format(kg)} kg`;
export const exactKilograms = (kg: number): string => `${upToTenths.format(kg)} kg`;
export const kilometres = (metres: number): string => `${tenths.format(metres / 1000)} km`;
export const short = (n: number): string => compact.format(n);

/** 4:05 h, of seconds. */
export function hours(seconds: number): string {
  const minutes = Math.round(seconds / 60);
  return `${whole.format(Math.floor(minutes / 60))}:${String(minutes % 60).padStart(2, '0')} h`;
}

/** 250 ms, 4.2 s, 3 min, 5 h: how long something took or waits. */
export function span(seconds: number): string {
  if (seconds < 1) return `${whole.format(seconds * 1000)} ms`;
  if (seconds < 90) return `${upToTenths.format(seconds)} s`;
  if (seconds < 5400) return `${whole.format(seconds / 60)} min`;
  return seconds < 172_800 ? `${whole.format(seconds / 3600)} h` : `${whole.format(seconds / 86_400)} days`;
}

const dayMonth = new Intl.DateTimeFormat(language, { day: 'numeric', month: 'short', timeZone: 'UTC' });
const dayMonthYear = new Intl.DateTimeFormat(language, { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' });

/** Of a date without a time, such as 2026-09-07. */
export const day = (date: string): string => dayMonth.format(new Date(date));
export const fullDay = (date: string): string => dayMonthYear.format(new Date(date));
export const week = (first: string): string => `${day(first)} – ${fullDay(addDays(first, 6))}`;

export function addDays(date: string, days: number): string {
  return new Date(Date.parse(date) + days * 86_400_000).toISOString().slice(0, 10);
}

/** The day that an instant falls on in a zone, as 2026-09-07. */
export function dayIn(zone: string, instant: Date | string = new Date()): string {
  const { year, month, day } = Object.fromEntries(
    new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' })
      .formatToParts(new Date(instant)).map(({ type, value }) => [type, value]));
  return `${year}-${month}-${day}`;
}

const timesByZone = new Map<string, Intl.DateTimeFormat>();

/** 'Mon 7 Sep, 18:30' of an instant in a zone. */
export function startOf(instant: string, zone: string): string {
  let format = timesByZone.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat(language, {
      weekday: 'short', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone: zone,
    });
    timesByZone.set(zone, format);
  }
  return format.format(new Date(instant));
}

const clockTime = new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });
const dayAndTime = new Intl.DateTimeFormat(language, {
  day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23',
});

/** The time alone of today, with the day of any other. */
export function clock(instant: string): string {
  const at = new Date(instant);
  return at.toDateString() === new Date().toDateString() ? clockTime.format(at) : dayAndTime.format(at);
}

/** '1 change', '2 changes'. */
export const plural = (n: number, noun: string): string => `${whole.format(n)} ${noun}${n === 1 ? '' : 's'}`;
