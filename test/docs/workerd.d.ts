export {};

/** What workerd has besides Node: modules of the Worker whose tables become pages use it, and no page calls it. */
declare module 'crypto' {
  namespace webcrypto {
    interface SubtleCrypto {
      timingSafeEqual(one: ArrayBuffer | ArrayBufferView, other: ArrayBuffer | ArrayBufferView): boolean;
    }
  }
}
