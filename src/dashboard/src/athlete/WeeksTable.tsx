// The chart's weeks as a table, newest first, all measures at once.
import { hours, kilograms, kilometres, week as weekText } from '../ui/format';
import { select, type Week } from './ChartCard';

export function WeeksTable({ weeks, selected }: { weeks: readonly Week[]; selected: string | null }) {
  return (
    <div className="scroller" tabIndex={0} role="region" aria-label="Weeks as a table">
      <table>
        <thead>
          <tr>
            <th scope="col">Week</th>
            {['Volume', 'Distance', 'Time', 'Sessions', 'Records'].map((head) => <th key={head} scope="col" className="number">{head}</th>)}
          </tr>
        </thead>
        <tbody>
          {weeks.toReversed().map((each) => (
            <tr key={each.weekStart} aria-current={each.weekStart === selected || undefined}>
              <th scope="row">
                <button type="button" className="link" onClick={() => select(each.weekStart, selected)}>{weekText(each.weekStart)}</button>
              </th>
              <td className="number">{kilograms(each.totalVolumeKg)}</td>
              <td className="number">{kilometres(each.totalDistanceM)}</td>
              <td className="number">{hours(each.totalDurationS)}</td>
              <td className="number">{each.sessionCount}</td>
              <td className="number">{each.personalRecordCount || '–'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
