import type { ExecutionContext } from '@tensorflow/tfjs-converter/dist/executor/execution_context.js';
import { GraphExecutor } from '@tensorflow/tfjs-converter/dist/executor/graph_executor.js';
import { isJsonObject } from '../../model/json_object.ts';
import { Rounds } from './rounds.ts';

/** Makes tfjs's executor of a graph, and those of its functions, refuse loops of TensorFlow 1 that go on without an end. */
export function limitFrames(executor: GraphExecutor): void {
  const functions: unknown = Reflect.get(executor, '_functionExecutorMap');
  if (!isJsonObject(functions)) throw new Error("tfjs's GraphExecutor is another than expected");
  for (const each of [executor, ...Object.values(functions)]) {
    if (!(each instanceof GraphExecutor))
      throw new Error("tfjs's executor of a function is another than expected");
    const execute: unknown = Reflect.get(each, 'executeWithControlFlow');
    if (typeof execute !== 'function') throw new Error("tfjs's GraphExecutor is another than expected");
    Object.assign(each, {
      executeWithControlFlow: (inputs: unknown, context: ExecutionContext, ...others: unknown[]): unknown => {
        countRounds(context, new Rounds());
        return Reflect.apply(execute, each, [inputs, context, ...others]);
      },
    });
  }
}

/**
 * Counts the rounds of an execution's loops. Each variable of a loop goes to the next iteration by itself: the first of them begins
 * the round.
 */
export function countRounds(context: ExecutionContext, rounds: Rounds): void {
  const latest = new Map<string, number>();
  const advance = context.nextIteration.bind(context);
  context.nextIteration = () => {
    advance();
    const [loop, ...around] = context.currentContext.toReversed();
    if (loop === undefined) return;
    const key = JSON.stringify([
      loop.frameName,
      around.map(({ frameName, iterationId }) => [frameName, iterationId]),
    ]);
    if (loop.iterationId <= (latest.get(key) ?? 0)) return;
    latest.set(key, loop.iterationId);
    rounds.begin(loop.frameName);
  };
}
