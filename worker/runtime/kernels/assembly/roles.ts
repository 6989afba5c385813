/**
 * The roles of address parameters: how a kernel uses the memory at the address. An address is in bytes, and 0 if the
 * parameter is absent. The table of signatures for TypeScript is generated from these names by
 * scripts/build/kernel_signatures.ts.
 */

/** The kernel reads the memory. */
export type Input = usize;

/** The kernel writes the memory. */
export type Output = usize;

/** Temporary memory that the kernel uses until it returns. Its content before and after the call does not matter. */
export type Scratch = usize;

/** A boolean: 0 for false, 1 for true. */
export type Flag = i32;
