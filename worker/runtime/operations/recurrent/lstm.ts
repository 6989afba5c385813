import type { GraphNode } from '@tensorflow/tfjs-converter';
import {
  add,
  clipByValue,
  concat,
  matMul,
  mul,
  reshape,
  scalar,
  sigmoid,
  slice,
  stack,
  type Tensor,
  tanh,
  tidy,
  zeros,
} from '@tensorflow/tfjs-core';
import {
  flagAttribute,
  inputOf,
  numberAttribute,
  numberInput,
  type Operation,
  operationName,
  refuse,
} from '../operation.ts';

/** The outputs of a step, in the order of the operation's. */
const OUTPUTS = ['i', 'cs', 'f', 'o', 'ci', 'co', 'h'] as const;
type Step = Readonly<Record<(typeof OUTPUTS)[number], Tensor>>;

interface Cell {
  readonly weights: Tensor;
  readonly bias: Tensor;
  readonly size: number;
  readonly peepholes: { readonly i: Tensor; readonly f: Tensor; readonly o: Tensor } | undefined;
  readonly forgetBias: number;
  /** Only a positive one clips. */
  readonly clip: number;
  /** Where the parts begin in the weights, in cells. */
  readonly places: { readonly i: number; readonly ci: number; readonly f: number; readonly o: number };
}

/** @param first the first of the inputs w, wci, wcf, wco and b */
function readCell(node: GraphNode, first: number): Cell {
  const isSecond = operationName(node) === 'BlockLSTMV2';
  const [weights, i, f, o, bias] = [0, 1, 2, 3, 4].map((index) => inputOf(node, first + index));
  if (weights === undefined || i === undefined || f === undefined || o === undefined || bias === undefined)
    return refuse(node, 'it lacks its weights');
  const size = bias.size / 4;
  if (bias.rank !== 1 || !Number.isInteger(size) || weights.rank !== 2 || weights.shape[1] !== bias.size)
    refuse(node, `weights of shape [${weights.shape}] and a bias of shape [${bias.shape}] do not fit`);
  return {
    weights,
    bias,
    size,
    peepholes: flagAttribute(node, 'use_peephole') ? { i, f, o } : undefined,
    forgetBias: isSecond ? 0 : numberAttribute(node, 'forget_bias', 1),
    clip: numberAttribute(node, 'cell_clip', isSecond ? 0 : 3),
    // Version 2 has Keras's order.
    places: isSecond ? { i: 0, f: 1, ci: 2, o: 3 } : { i: 0, ci: 1, f: 2, o: 3 },
  };
}

function compute(cell: Cell, x: Tensor, csBefore: Tensor, hBefore: Tensor): Step {
  const { weights, bias, size, peepholes, forgetBias, clip, places } = cell;
  const rows = x.shape[0] ?? 0;
  const sums: Tensor = add(matMul(concat([x, hBefore], 1), weights), bias);
  const part = (place: number): Tensor => slice(sums, [0, place * size], [rows, size]);
  const seen = (sum: Tensor, state: Tensor, peephole: Tensor | undefined): Tensor =>
    peephole === undefined ? sum : add(sum, mul(state, peephole));
  const forgotten = forgetBias === 0 ? part(places.f) : add(part(places.f), scalar(forgetBias));
  const i = sigmoid(seen(part(places.i), csBefore, peepholes?.i));
  const f = sigmoid(seen(forgotten, csBefore, peepholes?.f));
  const ci = tanh(part(places.ci));
  const state: Tensor = add(mul(ci, i), mul(csBefore, f));
  const cs = clip > 0 ? clipByValue(state, -clip, clip) : state;
  const o = sigmoid(seen(part(places.o), cs, peepholes?.o));
  const co = tanh(cs);
  return { i, cs, f, o, ci, co, h: mul(co, o) };
}

/** One step of an LSTM. */
export const lstmBlockCell: Operation = (node) => {
  const cell = readCell(node, 3);
  const [x, cs, h] = [inputOf(node, 0), inputOf(node, 1), inputOf(node, 2)];
  expectFits(node, cell, x, x.rank === 2);
  const step = compute(cell, x, cs, h);
  return OUTPUTS.map((name) => step[name]);
};

/** All steps of an LSTM, the first dimension of `x` being time. Those behind the given number are zeros. */
export const blockLstm: Operation = (node) => {
  const cell = readCell(node, 4);
  const x = inputOf(node, 1);
  const [time = 0, batch = 0, inputs = 0] = x.shape;
  expectFits(node, cell, x, x.rank === 3);
  const count = numberInput(node, 0);
  if (count < 0 || count > time) refuse(node, `${count} steps are not in [0, ${time}]`);
  const steps: Step[] = [];
  let [cs, h] = [inputOf(node, 2), inputOf(node, 3)];
  for (let index = 0; index < count; index++) {
    const [before, hidden] = [cs, h];
    const step = tidy(() => {
      const rows: Tensor = reshape(slice(x, [index, 0, 0], [1, batch, inputs]), [batch, inputs]);
      return { ...compute(cell, rows, before, hidden) };
    });
    steps.push(step);
    ({ cs, h } = step);
  }
  const rest = count < time ? zeros([batch, cell.size]) : undefined;
  return OUTPUTS.map((name) => {
    const all = steps.map((step) => step[name]);
    if (rest !== undefined) for (let index = count; index < time; index++) all.push(rest);
    return all.length === 0 ? zeros([0, batch, cell.size]) : stack(all);
  });
};

function expectFits(node: GraphNode, { weights, size }: Cell, x: Tensor, isRank: boolean): void {
  if (!isRank || (x.shape.at(-1) ?? 0) + size !== weights.shape[0])
    refuse(node, `x of shape [${x.shape}] does not fit weights of shape [${weights.shape}]`);
}
