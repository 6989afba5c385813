import type { NamedTensors } from '../../../model/tensor.ts';

/** What was computed, or will be where the computation has to wait. */
export type Answer = NamedTensors | Promise<NamedTensors>;

export function andThen<A, B>(value: A | Promise<A>, then: (value: A) => B | Promise<B>): B | Promise<B> {
  return value instanceof Promise ? value.then(then) : then(value);
}

/** The first answer, or what is made of the error that came in its place. */
export function recovered(first: () => Answer, recover: (error: unknown) => Answer): Answer {
  try {
    const answer = first();
    return answer instanceof Promise ? answer.catch(recover) : answer;
  } catch (error) {
    return recover(error);
  }
}

export type Settled =
  | { readonly kind: 'computed'; readonly value: NamedTensors }
  | { readonly kind: 'thrown'; readonly error: unknown };

/** An answer or the error in its place, as a value. */
export function settled(compute: () => Answer): Settled | Promise<Settled> {
  const computed = (value: NamedTensors): Settled => ({ kind: 'computed', value });
  const thrown = (error: unknown): Settled => ({ kind: 'thrown', error });
  try {
    const answer = compute();
    return answer instanceof Promise ? answer.then(computed, thrown) : computed(answer);
  } catch (error) {
    return thrown(error);
  }
}
