import type { QuantizationMode } from '../tfjs/writer/quantize.ts';

/** Weights in 16 or 8 bits, or weights and activations of convolutional networks in 8. */
export type QuantizationForm = QuantizationMode | 'int8';
