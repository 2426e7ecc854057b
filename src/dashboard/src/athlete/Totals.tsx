// The sums over the range shown; choosing one chooses what the chart shows.
import type { AthleteChartQuery } from '../api/generated';
import { change } from '../routes';
import { metrics, type AthleteSettings, type Metric } from './settings';

type Sums = AthleteChartQuery['weeklyAggregates']['totals'];

export function Totals({ totals, settings }: { totals: Sums | null; settings: AthleteSettings }) {
  return (
    <fieldset className="totals">
      <legend className="hidden">What the chart shows</legend>
      {(Object.keys(metrics) as Metric[]).map((metric) => {
        const { label, field, format } = metrics[metric];
        return (
          <label key={metric} className="total">
            <input type="radio" name="metric" checked={settings.metric === metric} onChange={() => change({ metric })} />
            <span className="label">{label}</span>
            <span className="figure" data-total={metric}>
              {totals ? format(totals[field]) : <span className="skeleton">0,000 kg</span>}
            </span>
          </label>
        );
      })}
    </fieldset>
  );
}
