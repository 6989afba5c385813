/**
 * A value that is there, or will be where a computation has to wait. What need not wait is computed without a promise,
 * since one would make a small model as slow again.
 */
export type ValueOrPromise<Value> = Value | Promise<Value>;

export function andThen<A, B>(
  value: ValueOrPromise<A>,
  then: (value: A) => ValueOrPromise<B>,
): ValueOrPromise<B> {
  return value instanceof Promise ? value.then(then) : then(value);
}

/** Returns the first value, or what is made of the error that came in its place. */
export function recovered<Value>(
  first: () => ValueOrPromise<Value>,
  recover: (error: unknown) => ValueOrPromise<Value>,
): ValueOrPromise<Value> {
  try {
    const value = first();
    return value instanceof Promise ? value.catch(recover) : value;
  } catch (error) {
    return recover(error);
  }
}

export type Settled<Value> =
  | { readonly kind: 'computed'; readonly value: Value }
  | { readonly kind: 'thrown'; readonly error: unknown };

/** Returns a value, or the error in its place as a value. */
export function settled<Value>(compute: () => ValueOrPromise<Value>): ValueOrPromise<Settled<Value>> {
  const computed = (value: Value): Settled<Value> => ({ kind: 'computed', value });
  const thrown = (error: unknown): Settled<Value> => ({ kind: 'thrown', error });
  try {
    const value = compute();
    return value instanceof Promise ? value.then(computed, thrown) : computed(value);
  } catch (error) {
    return thrown(error);
  }
}
