import './plot-language';
import { type RefObject, useEffect, useRef, useSyncExternalStore } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { Curve } from '../../api/client';
import { formatDuration, formatNumber, formatValue } from '../../format';
import { useTheme } from '../../theme';
import { type Axis, placeOn, type Range } from './axis';

const HEIGHT_PX = 200;
const FONT = '11px system-ui, sans-serif';
/** How wide a digit of it is, a little more than less. */
const DIGIT_PX = 7;
/** A drag that is narrower was a click. */
const NARROWEST_DRAG_PX = 4;

interface Plotted {
  curve: Curve | null;
  axis: Axis;
  /** What is drawn; absent = all of the curve. */
  range?: Range;
  /** Somebody chose a range by dragging. */
  onRange: (range: Range) => void;
  /** Says what is under the pointer. */
  readout: RefObject<HTMLElement | null>;
}

/** Draws a curve into the element that has the returned ref, as wide as it is, in the colours of the theme. */
export function usePlot(plotted: Plotted): RefObject<HTMLDivElement | null> {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  // The plot outlives many renderings; its hooks read what is current.
  const current = useRef(plotted);
  current.current = plotted;
  const theme = useTheme();
  const dark = useSystemIsDark();
  const { curve, axis, range } = plotted;

  // biome-ignore lint/correctness/useExhaustiveDependencies: a canvas keeps its colours, so another theme needs another one
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const drawn = new uPlot(optionsOf(element, axis, current), dataOf(current.current.curve), element);
    plot.current = drawn;
    const observer = new ResizeObserver(() => drawn.setSize({ width: element.clientWidth, height: HEIGHT_PX }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      drawn.destroy();
      plot.current = undefined;
    };
  }, [axis, theme, dark]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the range is read while the data is set
  useEffect(() => plot.current?.setData(dataOf(curve)), [curve, range]);
  return place;
}

function optionsOf(element: HTMLElement, axis: Axis, current: RefObject<Plotted>): uPlot.Options {
  const { color, borderTopColor, caretColor } = getComputedStyle(element);
  const lines = { stroke: color, font: FONT, grid: { stroke: borderTopColor, width: 1 }, ticks: { show: false } };
  return {
    width: element.clientWidth,
    height: HEIGHT_PX,
    ms: 1,
    padding: [8, 12, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: true, y: false, setScale: false }, bind: { dblclick: () => null } },
    scales: {
      x: { time: axis === 'time', range: (_plot, min, max) => current.current.range ?? widened(min, max) },
    },
    axes: [
      {
        ...lines,
        size: 26,
        space: 70,
        ...(axis === 'time' ? { size: 40 } : { values: (_plot, ticks) => ticks.map((x) => tickOf(axis, x)) }),
      },
      {
        ...lines,
        size: (_plot, labels) => Math.max(...(labels ?? []).map((label) => label.length), 3) * DIGIT_PX + 14,
        values: (_plot, ticks) => ticks.map((y) => String(Number(y.toPrecision(6)))),
      },
    ],
    series: [
      {},
      { stroke: caretColor, width: 1.5, spanGaps: false, points: { size: 4, fill: caretColor, stroke: caretColor } },
    ],
    hooks: {
      setSelect: [
        (drawn) => {
          const { left, width } = drawn.select;
          if (width < NARROWEST_DRAG_PX) return;
          current.current.onRange([drawn.posToVal(left, 'x'), drawn.posToVal(left + width, 'x')]);
          drawn.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        },
      ],
      setCursor: [
        ({ cursor }) => {
          const { curve, readout } = current.current;
          if (!readout.current) return;
          const i = cursor.idx;
          const pointed = curve && i !== null && i !== undefined && i < curve.x.length;
          readout.current.textContent = pointed ? `${placeOn(axis, curve.x[i])}: ${formatValue(curve.y[i])}` : '';
        },
      ],
    },
  };
}

/** A single point needs some room around it. */
function widened(min: number, max: number): Range {
  return min === max ? [min - 1, max + 1] : [min, max];
}

function tickOf(axis: Axis, x: number): string {
  return axis === 'step' ? formatNumber(x) : formatDuration(x / 1000);
}

/** What is no finite number is a gap. */
function dataOf(curve: Curve | null): uPlot.AlignedData {
  if (!curve) return [[], []];
  return [curve.x, curve.y.map((value) => (typeof value === 'number' ? value : null))];
}

function useSystemIsDark(): boolean {
  return useSyncExternalStore(subscribeToScheme, () => SCHEME.matches);
}

const SCHEME = matchMedia('(prefers-color-scheme: dark)');

function subscribeToScheme(listener: () => void): () => void {
  SCHEME.addEventListener('change', listener);
  return () => SCHEME.removeEventListener('change', listener);
}
