import type { ValueOrPromise } from '../../runtime/value_or_promise.ts';
import type { AnsweredBy, NotServed, RequestScope, ServableView, Serving, ServingTarget } from '../api.ts';

export type Served<Answer> =
  | { readonly kind: 'served'; readonly answer: Answer; readonly by: AnsweredBy }
  | NotServed;

/**
 * Computes with the version that a target selects until an answer counts. Most requests compute once. Another version
 * repeats the computation if the pointer changes meanwhile or a canary fails.
 *
 * @param compute must have no side effects
 * @throws the error of the computation, if no other version answers in its place
 */
export async function serve<Answer>(
  serving: Pick<Serving, 'acquire'>,
  target: ServingTarget,
  compute: (servable: ServableView) => ValueOrPromise<Answer>,
  scope: RequestScope,
): Promise<Served<Answer>> {
  let acquired = await serving.acquire(target, scope);
  while (acquired.kind === 'acquired') {
    let answer: Answer;
    try {
      answer = await compute(acquired.servable);
    } catch (error) {
      acquired = await acquired.fail(error);
      continue;
    }
    const released = await acquired.release();
    if (released.kind === 'counts') return { kind: 'served', answer, by: released.by };
    acquired = released;
  }
  return acquired;
}
