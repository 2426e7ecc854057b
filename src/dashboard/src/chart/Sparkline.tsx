// A row's weeks at a glance. Its numbers are in the row, so that it is for the eye only.
const width = 120;
const height = 28;

export function Sparkline({ values }: { values: readonly number[] }) {
  const most = Math.max(...values, 0);
  const step = width / Math.max(values.length, 1);
  return (
    <svg className="sparkline" viewBox={`0 0 ${width} ${height}`} width={width} height={height} aria-hidden="true" focusable="false">
      {values.map((value, index) => {
        const tall = most > 0 ? Math.max((value / most) * (height - 2), value > 0 ? 2 : 1) : 1;
        return (
          <rect
            key={index} x={index * step + step * 0.15} width={step * 0.7} y={height - tall} height={tall} rx={1}
            className={value > 0 ? 'some' : 'none'}
          />
        );
      })}
    </svg>
  );
}
