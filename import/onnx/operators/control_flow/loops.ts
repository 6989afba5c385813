import { binary } from '../../../builder/elementwise.ts';
import { dimension, gather, reverse, stack, transpose } from '../../../builder/shaping.ts';
import {
  axisIn,
  input,
  knownSize,
  type Operator,
  type OperatorCall,
  type OperatorTable,
} from '../../conversion/operator_call.ts';
import type { Subgraph } from '../../conversion/subgraph.ts';
import { type OnnxTensor, typed } from '../../values/onnx_tensor.ts';
import { type OnnxValue, tensorOf } from '../../values/onnx_value.ts';
import { refuse, refuseMalformed } from '../../values/refusal.ts';
import { type Body, runLoop } from './run_loop.ts';

/** Inputs: the most rounds, the condition, and what is carried. The body gives its condition first. */
const loop: Operator = (call) => {
  const { attributes, inputs, values } = call;
  const graph = call.subgraph(attributes.graph('body'));
  const states = values
    .slice(2)
    .map((value, index) => value ?? refuseMalformed(`lacks its input ${index + 2}`));
  const body: Body = (g, round, given, captured) => {
    const [, condition] = graph.inputs;
    const isOn = typed(binary(g, 'Equal', g.integers([0], []), 0), 'BOOL', [1]);
    const outputs = graph.convert(g, condition === undefined ? [round] : [round, isOn, ...given], captured);
    const [goesOn] = outputs;
    return {
      goesOn: goesOn && tensorOf(goesOn, 'the condition'),
      states: outputs.slice(1, 1 + states.length),
      collected: collectedOf(outputs.slice(1 + states.length)),
    };
  };
  const { states: ends, collected } = runLoop(call, {
    body,
    states,
    captured: graph.captured,
    rounds: inputs[0],
    isOn: inputs[1],
  });
  return [...ends, ...collected];
};

const collectedOf = (values: readonly OnnxValue[]): OnnxTensor[] =>
  values.map((value, index) => tensorOf(value, `collected output ${index}`));

const scan: Operator = (call) => (call.opset < 9 ? batchedScan(call) : scanned(call));

/** Each row of a batch is a node of its own. */
const MOST_ROWS = 64;

/** The operator of set 8, whose tensors have a batch before their steps: each row of the batch is scanned by itself. */
function batchedScan(call: OperatorCall): OnnxTensor[] {
  const { g, inputs } = call;
  if (inputs[0] !== undefined) refuse('has sequences of different lengths, which are not scanned');
  const tensors = inputs.slice(1).map((_, index) => input(call, index + 1));
  const batch = knownSize(input(call, 1), 0, 'a known number of rows');
  if (batch > MOST_ROWS) refuse(`scans ${batch} rows, which are too many`);
  const rows = Array.from({ length: batch }, (_, row) => {
    const own = tensors.map((x) => typed(gather(g, x, g.integers([row], []), 0), x.type));
    return scanned({ ...call, inputs: own, values: own });
  });
  const [first = []] = rows;
  return first.map((output, index) =>
    typed(
      stack(
        g,
        rows.map((row) => row[index] ?? output),
        0,
      ),
      output.type,
    ),
  );
}

/** Inputs: what is carried, and tensors of which each round reads one slice. */
function scanned(call: OperatorCall): OnnxTensor[] {
  const { g, attributes, inputs } = call;
  const graph: Subgraph = call.subgraph(attributes.graph('body'));
  const number = attributes.integer('num_scan_inputs', 1);
  const count = inputs.length - number;
  const states = inputs.slice(0, count).map((_, index) => input(call, index));
  const axes = attributes.integers('scan_input_axes') ?? [];
  const directions = attributes.integers('scan_input_directions') ?? attributes.integers('directions') ?? [];
  const rows = Array.from({ length: number }, (_, index) => {
    const x = input(call, count + index);
    const axis = axisIn(x.shape.length, axes[index] ?? 0);
    const first = transpose(g, x, [axis, ...[...x.shape.keys()].filter((each) => each !== axis)]);
    return typed(directions[index] === 1 ? reverse(g, first, 0) : first, x.type);
  });
  const [longest] = rows;
  if (longest === undefined) return refuseMalformed('reads no tensor in slices');
  const size = dimension(g, longest, 0);
  const rounds = typed(typeof size === 'number' ? g.integers([size], []) : size, 'INT64', [size]);
  const body: Body = (builder, round, given, captured) => {
    const own = captured.slice(0, number);
    const slices = own.map((each) => typed(gather(builder, each, round, 0), each.type));
    const outputs = graph.convert(builder, [...given, ...slices], captured.slice(number));
    return {
      goesOn: undefined,
      states: outputs.slice(0, count),
      collected: collectedOf(outputs.slice(count)),
    };
  };
  const { states: ends, collected } = runLoop(call, {
    body,
    states,
    captured: [...rows, ...graph.captured],
    rounds,
    isOn: undefined,
  });
  const outputAxes = attributes.integers('scan_output_axes') ?? [];
  const outputDirections = attributes.integers('scan_output_directions') ?? [];
  return [
    ...ends.map((end, index) => tensorOf(end, `state ${index}`)),
    ...collected.map((each, index) => {
      const turned = outputDirections[index] === 1 ? reverse(g, each, 0) : each;
      const to = axisIn(each.shape.length, outputAxes[index] ?? 0);
      const order = [...each.shape.keys()].slice(1);
      order.splice(to, 0, 0);
      return typed(transpose(g, turned, order), each.type);
    }),
  ];
}

export const LOOPS: OperatorTable = { Loop: loop, Scan: scan };
