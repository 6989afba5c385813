import type { NamedTensors } from '../../../model/tensor.ts';
import { takeRefusal } from '../../backend/backend.ts';
import { execute } from '../../backend/execution.ts';
import type { Plan, PlanResult } from './plan.ts';

/**
 * Runs a plan on inputs of its shape, and reports a lack of memory as a result.
 *
 * @throws ExecutionError if the plan cannot compute the inputs
 */
export function runPlan(plan: Plan, inputs: NamedTensors): PlanResult {
  return execute(() => {
    const result = plan.run(inputs);
    if (result.kind === 'no memory') takeRefusal();
    return result;
  });
}
