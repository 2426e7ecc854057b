// One athlete: totals, the chart of their weeks, the sessions behind it, their records.
import { useEffect, useState } from 'react';
import { AthleteChart, AthleteName } from '../api/operations';
import { useAnswer } from '../api/useAnswer';
import { Badge } from '../ui/Badge';
import { PageHead } from '../ui/PageHead';
import { ChartCard } from './ChartCard';
import { RecordsCard } from './RecordsCard';
import { SessionsCard } from './SessionsCard';
import { daysOf, settingsOf } from './settings';
import { useWholeAddress } from './useWholeAddress';
import { Totals } from './Totals';
import { useFollowed } from './useFollowed';

export function AthletePage({ userId, settings: from }: { userId: string; settings: URLSearchParams }) {
  const settings = settingsOf(from);
  useWholeAddress(from, settings);
  const [followed, noteStale] = useFollowed(userId);
  const { version } = followed;
  const days = daysOf(settings);
  const chart = useAnswer(
    AthleteChart, { userId, ...days, timeZone: settings.zone, weekStartsOn: settings.start }, { version });
  const name = useAnswer(AthleteName, { userId });
  const weeks = chart.data?.weeklyAggregates ?? null;
  const stale = weeks?.freshness.isStale ?? false;
  useEffect(() => {
    if (stale) noteStale();
  }, [stale, version, noteStale]);
  // What is below the fold asks after the chart has, so that the first thing to be seen comes first.
  const [chartSeen, setChartSeen] = useState(false);
  useEffect(() => {
    if (weeks || chart.failure) setChartSeen(true);
  }, [weeks, chart.failure]);
  const unknown = name.data !== null && name.data.user === null;

  return (
    <>
      <PageHead title={unknown ? 'Unknown athlete' : name.data?.user?.displayName ?? null} fallback={name.failure ? 'Athlete' : null}>
        <Badge
          shown={weeks?.freshness ?? null} pending={followed.pending}
          behind={followed.pending > 0 || (chart.version >= 0 && chart.version < followed.currentFrom)}
        />
      </PageHead>
      {unknown && <p className="note">Nobody has the id <code>{userId}</code>. Choose an athlete from the list above.</p>}
      <Totals totals={weeks?.totals ?? null} settings={settings} />
      <ChartCard answer={chart} settings={settings} />
      <SessionsCard userId={userId} settings={settings} version={version} pause={!chartSeen} />
      <RecordsCard userId={userId} settings={settings} version={version} pause={!chartSeen} />
    </>
  );
}
