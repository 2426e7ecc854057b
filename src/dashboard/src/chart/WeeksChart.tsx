// A chart of weeks. The canvas is for the eye; above it lies a button for each week, for pointers, keys and screen readers.
import 'uplot/dist/uPlot.min.css';
import { useEffect, useRef, useState, type KeyboardEvent } from 'react';
import type uPlot from 'uplot';
import { plot, type PlotArea, type Plotted } from './plot';
import { useColourScheme } from './useColourScheme';

export interface Column {
  key: string;
  value: number;
  /** Below the column. */
  label: string;
  /** What a screen reader says. */
  title: string;
}

interface Props extends Pick<Plotted, 'draw' | 'tick'> {
  label: string;
  columns: readonly Column[];
  selected: string | null;
  onSelect: (key: string) => void;
  /** The column under the pointer or the focus; null when there is none. */
  onPoint: (key: string | null) => void;
  stale: boolean;
}

export function WeeksChart({ label, columns, draw, tick, selected, onSelect, onPoint, stale }: Props) {
  const host = useRef<HTMLDivElement>(null);
  const buttons = useRef<HTMLDivElement>(null);
  const [area, setArea] = useState<PlotArea | null>(null);
  const scheme = useColourScheme();
  const drawn = JSON.stringify(columns.map(({ key, value }) => [key, value]));

  useEffect(() => {
    const element = host.current!;
    const chart: uPlot = plot(element, {
      values: columns.map(({ value }) => value), labels: columns.map((column) => column.label), draw, tick,
    }, (placed) => setArea((former) => (former && sameArea(former, placed) ? former : placed)));
    const observer = new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height: element.clientHeight }));
    observer.observe(element);
    performance.mark('chart-drawn');
    return () => {
      observer.disconnect();
      chart.destroy();
    };
    // 'drawn' stands for the columns.
  }, [drawn, draw, tick, scheme]);

  const reachable = columns.some(({ key }) => key === selected) ? selected : columns.at(-1)?.key;
  const walk = (event: KeyboardEvent) => {
    const all = [...buttons.current!.children] as HTMLElement[];
    const at = all.indexOf(document.activeElement as HTMLElement);
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: all.length - 1 }[event.key];
    if (to === undefined || at < 0) return;
    event.preventDefault();
    all[Math.min(Math.max(to, 0), all.length - 1)]?.focus();
  };

  return (
    <div className="weeks-chart" data-stale={stale || undefined}>
      <div ref={host} className="canvas" aria-hidden="true" />
      <div
        ref={buttons} className="columns" role="group" aria-label={`${label}. Arrow keys move from week to week, Enter shows its sessions.`}
        style={area ? { left: area.left, top: area.top, width: area.width, height: area.height } : { visibility: 'hidden' }}
        onKeyDown={walk} onPointerLeave={() => onPoint(null)}
      >
        {columns.map(({ key, value, title }) => (
          <button
            key={key} type="button" aria-label={title} aria-pressed={key === selected} data-week={key} data-value={value}
            tabIndex={key === reachable ? 0 : -1} onClick={() => onSelect(key)} onPointerEnter={() => onPoint(key)}
            onFocus={() => onPoint(key)} onBlur={() => onPoint(null)}
          />
        ))}
      </div>
    </div>
  );
}

function sameArea(a: PlotArea, b: PlotArea): boolean {
  return a.left === b.left && a.top === b.top && a.width === b.width && a.height === b.height;
}
