import { binary } from '../../../builder/elementwise.ts';
import { dimension, gather, reverse, transpose } from '../../../builder/shaping.ts';
import { axisIn, input, type Operator, type OperatorTable } from '../../conversion/operator_call.ts';
import type { Subgraph } from '../../conversion/subgraph.ts';
import { typed } from '../../values/onnx_tensor.ts';
import { refuse, refuseMalformed } from '../../values/refusal.ts';
import { type Body, runLoop } from './run_loop.ts';

/** Inputs: the most rounds, the condition, and what is carried. The body gives its condition first. */
const loop: Operator = (call) => {
  const { attributes, inputs } = call;
  const graph = call.subgraph(attributes.graph('body'));
  const states = inputs.slice(2).map((_, index) => input(call, index + 2));
  const body: Body = (g, round, given, captured) => {
    const [, condition] = graph.inputs;
    const isOn = typed(binary(g, 'Equal', g.integers([0], []), 0), 'BOOL', [1]);
    const outputs = graph.convert(g, condition === undefined ? [round] : [round, isOn, ...given], captured);
    return {
      goesOn: outputs[0],
      states: outputs.slice(1, 1 + states.length),
      collected: outputs.slice(1 + states.length),
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

/** Inputs: what is carried, and tensors of which each round reads one slice. */
const scan: Operator = (call) => {
  const { g, attributes, inputs, opset } = call;
  if (opset < 9)
    return refuse(
      'is of operator set 8, whose batches are not read; export the model with operator set 9 or later',
    );
  const graph: Subgraph = call.subgraph(attributes.graph('body'));
  const scanned = attributes.integer('num_scan_inputs', 1);
  const count = inputs.length - scanned;
  const states = inputs.slice(0, count).map((_, index) => input(call, index));
  const axes = attributes.integers('scan_input_axes') ?? [];
  const directions = attributes.integers('scan_input_directions') ?? [];
  const rows = Array.from({ length: scanned }, (_, index) => {
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
    const own = captured.slice(0, scanned);
    const slices = own.map((each) => typed(gather(builder, each, round, 0), each.type));
    const outputs = graph.convert(builder, [...given, ...slices], captured.slice(scanned));
    return { goesOn: undefined, states: outputs.slice(0, count), collected: outputs.slice(count) };
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
    ...ends,
    ...collected.map((each, index) => {
      const turned = outputDirections[index] === 1 ? reverse(g, each, 0) : each;
      const to = axisIn(each.shape.length, outputAxes[index] ?? 0);
      const order = [...each.shape.keys()].slice(1);
      order.splice(to, 0, 0);
      return typed(transpose(g, turned, order), each.type);
    }),
  ];
};

export const LOOPS: OperatorTable = { Loop: loop, Scan: scan };
