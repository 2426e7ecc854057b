// The chart with its settings, a line that reads out the week pointed at, and the same as a table.
import { useState } from 'react';
import type { AthleteChartQuery } from '../api/generated';
import type { Answer } from '../api/useAnswer';
import { WeeksChart } from '../chart/WeeksChart';
import { change } from '../routes';
import { Choice } from '../ui/Choice';
import { FailureCard } from '../ui/FailureCard';
import { day, plural, week as weekText } from '../ui/format';
import { metrics, ranges, weekdays, type AthleteSettings } from './settings';
import { WeeksTable } from './WeeksTable';
import { ZoneSelect } from './ZoneSelect';

export type Week = AthleteChartQuery['weeklyAggregates']['nodes'][number];

const byRange = Object.fromEntries(ranges.map((range) => [range, `${range} weeks`])) as Record<(typeof ranges)[number], string>;

export function select(week: string, selected: string | null): void {
  change({ week: week === selected ? null : week, after: null, before: null }, { step: true });
}

export function ChartCard({ answer, settings }: { answer: Answer<AthleteChartQuery>; settings: AthleteSettings }) {
  const [pointed, setPointed] = useState<string | null>(null);
  const { metric, draw, asTable, week: selected } = settings;
  const { label, field, format, tick, noun, unit } = metrics[metric];
  const weeks = answer.data?.weeklyAggregates.nodes ?? null;
  const read = weeks?.find(({ weekStart }) => weekStart === (pointed ?? selected)) ?? weeks?.at(-1);
  const nothing = weeks !== null && weeks.every(({ sessionCount }) => sessionCount === 0);

  return (
    <section className="card" aria-labelledby="chart-title">
      <div className="card-head">
        <h2 id="chart-title">{label} by week {unit && <span className="muted">{unit}</span>}</h2>
        <div className="controls">
          <Choice legend="Range" values={byRange} value={settings.weeks} onChange={(range) => change({ weeks: range })} />
          <Choice
            legend="Shown as" values={{ bars: 'Bars', line: 'Line', table: 'Table' }} value={asTable ? 'table' : draw}
            onChange={(as) => change(as === 'table' ? { table: '1' } : { draw: as, table: null })}
          />
        </div>
      </div>
      <p className="readout" data-empty={!read || undefined}>
        {read ? <Readout week={read} value={format(read[field])} /> : ' '}
      </p>
      <div className="chart-box">
        {answer.failure && !weeks ? <FailureCard failure={answer.failure} retry={answer.retry} />
          : !weeks ? <ChartSkeleton />
          : nothing ? <p className="empty">No sessions in these weeks. Log one in the app and it appears here within a second.</p>
          : asTable ? <WeeksTable weeks={weeks} selected={selected} />
          : (
            <WeeksChart
              label={`${label} by week, in ${noun}`} draw={draw} tick={tick} selected={selected} stale={answer.outdated}
              onPoint={setPointed} onSelect={(key) => select(key, selected)}
              columns={weeks.map((each) => ({
                key: each.weekStart, value: each[field], label: day(each.weekStart),
                title: `Week of ${weekText(each.weekStart)}: ${format(each[field])}`
                  + (metric === 'sessions' ? '' : `, ${plural(each.sessionCount, 'session')}`),
              }))}
            />
          )}
      </div>
      {answer.failure && weeks && <FailureCard failure={answer.failure} retry={answer.retry} />}
      <div className="card-foot">
        <ZoneSelect zone={settings.zone} />
        <label>
          Weeks begin on{' '}
          <select value={settings.start} onChange={(event) => change({ start: event.target.value, week: null })}>
            {Object.entries(weekdays).map(([value, text]) => <option key={value} value={value}>{text}</option>)}
          </select>
        </label>
      </div>
    </section>
  );
}

function Readout({ week, value }: { week: Week; value: string }) {
  return (
    <>
      <strong>{value}</strong>
      <span>{weekText(week.weekStart)}</span>
      <span>{plural(week.sessionCount, 'session')}</span>
      {week.personalRecordCount > 0 && <span className="record">{plural(week.personalRecordCount, 'personal record')}</span>}
    </>
  );
}

function ChartSkeleton() {
  return (
    <div className="chart-skeleton" role="status" aria-label="Loading the chart">
      {Array.from({ length: 12 }, (_, n) => <span key={n} className="skeleton" />)}
    </div>
  );
}
