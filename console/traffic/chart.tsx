import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { Line } from './series.ts';

interface Props {
  readonly title: string;
  readonly unit: string;
  /** Seconds since 1970. */
  readonly times: readonly number[];
  readonly lines: readonly Line[];
}

const HEIGHT = 180;
/** The colors of lines, by their order: style/base.css defines them for both themes. */
const LINE_COLORS = 6;

/** Lines over time. The tables below the charts have the sums for those who cannot see it. */
export function Chart({ title, unit, times, lines }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const names = lines.map(({ name }) => name).join('\n');
  const plot = useRef<uPlot>(undefined);
  const data: uPlot.AlignedData = [[...times], ...lines.map(({ values }) => [...values])];
  const newest = useRef(data);
  newest.current = data;
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const draw = () => {
      plot.current?.destroy();
      plot.current = new uPlot(optionsOf(element, names.split('\n')), newest.current, element);
    };
    draw();
    const sizes = new ResizeObserver(() =>
      plot.current?.setSize({ width: element.clientWidth, height: HEIGHT }),
    );
    sizes.observe(element);
    // The canvas does not take part in the style of the page.
    const theme = matchMedia('(prefers-color-scheme: dark)');
    theme.addEventListener('change', draw);
    return () => {
      theme.removeEventListener('change', draw);
      sizes.disconnect();
      plot.current?.destroy();
      plot.current = undefined;
    };
  }, [names]);
  useEffect(() => plot.current?.setData(data), [data]);
  return (
    <figure class="chart">
      <figcaption>
        {title} <small>{unit}</small>
      </figcaption>
      <div ref={place} aria-hidden="true" />
      <ul class="legend">
        {lines.map(({ name }, index) => (
          <li key={name}>
            <span class={`swatch line-${index % LINE_COLORS}`} /> {name}
          </li>
        ))}
      </ul>
    </figure>
  );
}

function optionsOf(element: HTMLElement, names: readonly string[]): uPlot.Options {
  const style = getComputedStyle(element);
  const color = (name: string) => style.getPropertyValue(name).trim();
  const axis = {
    stroke: color('--quiet'),
    grid: { stroke: color('--rule'), width: 1 },
    ticks: { stroke: color('--rule') },
  };
  return {
    width: element.clientWidth,
    height: HEIGHT,
    legend: { show: false },
    cursor: { y: false },
    scales: { y: { range: (_plot, _least, most) => [0, most > 0 ? most * 1.1 : 1] } },
    axes: [axis, { ...axis, size: 56 }],
    series: [
      {},
      ...names.map((label, index) => ({
        label,
        stroke: color(`--line-${index % LINE_COLORS}`),
        width: 2,
        spanGaps: false,
        points: { show: true, size: 4 },
      })),
    ],
  };
}
