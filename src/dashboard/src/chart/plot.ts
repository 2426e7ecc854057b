// uPlot set up for a chart of weeks: bars or a line over equal columns, colours from the page's style sheet.
import uPlot from 'uplot';

export interface Plotted {
  values: readonly number[];
  /** Below the columns. */
  labels: readonly string[];
  draw: 'bars' | 'line';
  tick: (value: number) => string;
}

const bars = uPlot.paths.bars!({ size: [0.66, 44], radius: 0.12 });

/** Where the columns are, in CSS pixels from the chart's upper left corner. */
export interface PlotArea {
  left: number;
  top: number;
  width: number;
  height: number;
}

export function plot(host: HTMLElement, { values, labels, draw, tick }: Plotted, placed: (area: PlotArea) => void): uPlot {
  const style = getComputedStyle(host);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const font = `12px ${style.fontFamily}`;
  const accent = colour('--accent');
  const last = values.length - 1;
  const axis = { stroke: colour('--muted'), font, ticks: { show: false } };
  const options: uPlot.Options = {
    width: host.clientWidth,
    height: host.clientHeight,
    padding: [12, 20, 0, 0],
    legend: { show: false },
    cursor: { show: false },
    scales: { x: { time: false, range: [-0.5, last + 0.5] }, y: { range: (_, __, max) => [0, max > 0 ? max * 1.08 : 1] } },
    axes: [
      {
        ...axis, size: 30, grid: { show: false },
        splits: (u) => everySo(labels.length, u.width), values: (_, at) => at.map((i) => labels[i] ?? ''),
      },
      { ...axis, size: 52, space: 44, grid: { stroke: colour('--line'), width: 1 }, values: (_, at) => at.map(tick) },
    ],
    series: [
      {},
      draw === 'bars'
        ? { stroke: accent, fill: accent, width: 0, paths: bars, points: { show: false } }
        : { stroke: accent, width: 2, fill: colour('--accent-faint'), points: { show: values.length <= 27, size: 7, fill: accent } },
    ],
    hooks: {
      draw: [({ bbox }) => {
        const scale = devicePixelRatio;
        placed({ left: bbox.left / scale, top: bbox.top / scale, width: bbox.width / scale, height: bbox.height / scale });
      }],
    },
  };
  return new uPlot(options, [values.map((_, index) => index), [...values]], host);
}

/** Which columns are labelled: as many as fit, counted from the latest. */
function everySo(columns: number, width: number): number[] {
  const step = Math.max(1, Math.ceil(columns / Math.max(2, Math.floor(width / 84))));
  const first = (columns - 1) % step;
  return Array.from({ length: Math.ceil((columns - first) / step) }, (_, n) => first + n * step);
}
