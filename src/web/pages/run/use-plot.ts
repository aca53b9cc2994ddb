import './plot-language';
import { type RefObject, useEffect, useRef, useSyncExternalStore } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { Curve } from '../../api/client';
import { formatValue } from '../../format';
import { useTheme } from '../../theme';
import { type Axis, isDated, placeOn, tickLabel } from './axis';
import { AS_THEY_ARE, fromPlot, type PlotScale, scaleOf, toPlot } from './plot-scale';
import type { Range } from './range';
import { DURATION_INCREMENTS, lonePoints, numberLabels, STEP_INCREMENTS, timeLabels } from './ticks';

const HEIGHT_PX = 200;
const FONT = '11px system-ui, sans-serif';
/** How wide a digit of it is, a little more than less. */
const DIGIT_PX = 7;
/** A drag that is narrower was a click. */
const NARROWEST_DRAG_PX = 4;
/** The least width of a tick's label and the room beside it. */
const TICK_PX = 70;
/** What a time takes, or the date below it. */
const TIME_PX = 90;
/** What the labels of a vertical axis take at least, so a horizontal label may reach below them. */
const MARGIN_PX = 35;

interface Plotted {
  curve: Curve | null;
  axis: Axis;
  /** What of the axis is drawn; absent where there is no point at all. */
  shown?: Range;
  /** Somebody chose a range by dragging. */
  onChoose: (range: Range) => void;
  /** Says what is under the pointer. */
  readout: RefObject<HTMLElement | null>;
}

/** With how its numbers are handed to uPlot. */
interface Scaled extends Plotted {
  x: PlotScale;
  y: PlotScale;
}

/** Draws a curve into the element that has the returned ref, as wide as it is, in the colours of the theme. */
export function usePlot(plotted: Plotted): RefObject<HTMLDivElement | null> {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const { curve, axis, shown } = plotted;
  const dated = shown !== undefined && isDated(axis, shown);
  const [from, to] = shown ?? [];
  const x = shown && !dated ? scaleOf(shown) : AS_THEY_ARE;
  // The plot outlives many renderings; its hooks read what is current.
  const scaled = { ...plotted, x, y: { ...scaleOf(heightOf(curve)), origin: 0 } };
  const current = useRef<Scaled>(scaled);
  current.current = scaled;
  const theme = useTheme();
  const dark = useSystemIsDark();

  // biome-ignore lint/correctness/useExhaustiveDependencies: a canvas keeps its colours, so another theme needs another one
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const drawn = new uPlot(optionsOf(element, axis, dated, current), dataOf(current.current), element);
    plot.current = drawn;
    const observer = new ResizeObserver(() => drawn.setSize({ width: element.clientWidth, height: HEIGHT_PX }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      drawn.destroy();
      plot.current = undefined;
    };
  }, [axis, dated, theme, dark]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: what is shown is read while the data is set
  useEffect(() => plot.current?.setData(dataOf(current.current)), [curve, from, to]);
  return place;
}

function optionsOf(element: HTMLElement, axis: Axis, dated: boolean, current: RefObject<Scaled>): uPlot.Options {
  const { color, borderTopColor, caretColor } = getComputedStyle(element);
  const lines = { stroke: color, font: FONT, grid: { stroke: borderTopColor, width: 1 }, ticks: { show: false } };
  const reach = () => (dated ? TIME_PX : widthOf(axis, current.current)) / 2;
  return {
    width: element.clientWidth,
    height: HEIGHT_PX,
    ms: 1,
    // A label stands in the middle below its tick, the last one at the very edge as well.
    padding: [8, () => Math.max(reach(), 12), 0, () => Math.max(reach() - MARGIN_PX, 0)],
    legend: { show: false },
    cursor: { y: false, drag: { x: true, y: false, setScale: false }, bind: { dblclick: () => null } },
    scales: {
      x: {
        time: dated,
        range: () => {
          const { shown, x } = current.current;
          return shown ? [toPlot(x, shown[0]), toPlot(x, shown[1])] : [0, 1];
        },
      },
    },
    axes: [
      {
        ...lines,
        ...(dated ? DATED : numbered(axis, current)),
      },
      {
        ...lines,
        size: (_plot, labels) => Math.max(...(labels ?? []).map((label) => label.length), 3) * DIGIT_PX + 14,
        values: (_plot, ticks) => numberLabels(ticks.map((y) => fromPlot(current.current.y, y))),
      },
    ],
    series: [
      {},
      {
        stroke: caretColor,
        width: 1.5,
        spanGaps: false,
        points: { size: 4, fill: caretColor, stroke: caretColor, filter: whereNoLineIs },
      },
    ],
    hooks: {
      setSelect: [
        (drawn) => {
          const { left, width } = drawn.select;
          if (width < NARROWEST_DRAG_PX) return;
          const { x, onChoose } = current.current;
          onChoose([fromPlot(x, drawn.posToVal(left, 'x')), fromPlot(x, drawn.posToVal(left + width, 'x'))]);
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

/** Where points lie so close that only the line is drawn, those that it does not meet. */
function whereNoLineIs({ data }: uPlot, series: number, allAreShown: boolean): number[] | null {
  return allAreShown ? null : lonePoints(data[0], data[series]);
}

const DATED: uPlot.Axis = {
  size: 40,
  space: TICK_PX,
  values: (_plot, ticks, _axis, _space, increment) => timeLabels(ticks, increment),
};

/** A horizontal axis of numbers, whose ticks keep apart however long they are. */
function numbered(axis: Axis, current: RefObject<Scaled>): uPlot.Axis {
  return {
    size: 26,
    space: () => Math.max(widthOf(axis, current.current) + 14, TICK_PX),
    incrs: axis === 'relative' ? DURATION_INCREMENTS : STEP_INCREMENTS,
    values: (_plot, ticks) => ticks.map((tick) => tickLabel(axis, fromPlot(current.current.x, tick))),
  };
}

/** How wide the longest label is, about, of a horizontal axis of numbers. */
function widthOf(axis: Axis, { shown = [0, 0] }: Scaled): number {
  return Math.max(...shown.map((x) => tickLabel(axis, Math.round(x)).length)) * DIGIT_PX;
}

/** What is no finite number is a gap. */
function dataOf({ curve, x, y }: Scaled): uPlot.AlignedData {
  if (!curve) return [[], []];
  return [
    curve.x.map((value) => toPlot(x, value)),
    curve.y.map((value) => (typeof value === 'number' ? toPlot(y, value) : null)),
  ];
}

/** From the lowest to the highest value and zero, beside which large numbers are read. */
function heightOf(curve: Curve | null): Range {
  const values = (curve?.y ?? []).filter((value) => typeof value === 'number');
  return [Math.min(0, ...values), Math.max(0, ...values)];
}

function useSystemIsDark(): boolean {
  return useSyncExternalStore(subscribeToScheme, () => SCHEME.matches);
}

const SCHEME = matchMedia('(prefers-color-scheme: dark)');

function subscribeToScheme(listener: () => void): () => void {
  SCHEME.addEventListener('change', listener);
  return () => SCHEME.removeEventListener('change', listener);
}
