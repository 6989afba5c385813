/** Resolves after this long, unless cancelled: then never. */
export function sleep(milliseconds: number): { readonly done: Promise<undefined>; cancel(): void } {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), milliseconds);
  return { done: promise, cancel: () => clearTimeout(timer) };
}
