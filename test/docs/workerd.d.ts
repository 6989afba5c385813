export {};

/**
 * The types of workerd that Node lacks. Modules of the Worker whose tables become pages refer to them, and no page
 * calls them.
 */
declare module 'crypto' {
  namespace webcrypto {
    interface SubtleCrypto {
      timingSafeEqual(one: ArrayBuffer | ArrayBufferView, other: ArrayBuffer | ArrayBufferView): boolean;
    }
  }
}
