// The time zone that days and weeks are counted in. All of the world's are offered once somebody reaches for them.
import { useState } from 'react';
import { change } from '../routes';
import { ownZone } from './settings';

export function ZoneSelect({ zone }: { zone: string }) {
  const [all, setAll] = useState<readonly string[]>([]);
  const near = [...new Set([ownZone, 'UTC', zone])];
  const offerAll = () => {
    if (all.length === 0) setAll(Intl.supportedValuesOf('timeZone').filter((each) => !near.includes(each)));
  };
  return (
    <label>
      Time zone{' '}
      <select
        value={zone} onFocus={offerAll} onPointerDown={offerAll}
        onChange={(event) => change({ zone: event.target.value, week: null })}
      >
        {near.map((each) => <option key={each} value={each}>{named(each)}</option>)}
        {all.map((each) => <option key={each} value={each}>{named(each)}</option>)}
      </select>
    </label>
  );
}

const named = (zone: string): string => zone.replaceAll('_', ' ');
