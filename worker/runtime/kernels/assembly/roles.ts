/**
 * What a kernel does with the memory at an address among its parameters. An address is in bytes, and 0 where the
 * parameter is left out. The table of signatures that TypeScript works with is made of these names: see
 * scripts/build/kernel_signatures.ts.
 */

/** The kernel reads what lies there. */
export type Input = usize;

/** The kernel writes what lies there. */
export type Output = usize;

/** Space that the kernel uses until it returns. Nobody has to fill it before or looks at it after. */
export type Scratch = usize;

/** 0 for no, 1 for yes. */
export type Flag = i32;
