import type { OperationName } from './call/names.ts';
import type { Operated, OperationCall, Operations } from './call/operation_call.ts';
import { binaryOperation, unaryOperation } from './elementwise_operations.ts';
import { IMAGE_OPERATIONS } from './image_operations.ts';
import { INDEXING } from './indexing.ts';
import { LINEAR_ALGEBRA } from './linear_algebra.ts';
import { MOVING } from './moving.ts';
import { NETWORKS } from './networks.ts';
import { PRODUCTS } from './products.ts';
import { shapeOperation } from './shape_operations.ts';
import { STATISTICS } from './statistics.ts';

const OPERATIONS: Operations = {
  ...IMAGE_OPERATIONS,
  ...INDEXING,
  ...LINEAR_ALGEBRA,
  ...MOVING,
  ...NETWORKS,
  ...PRODUCTS,
  ...STATISTICS,
};

/** What an operation makes of its call; undefined where it is not known in this form. */
export function knownOperation(
  { name, isReversed }: OperationName,
  call: OperationCall,
): Operated | undefined {
  return (
    (Object.hasOwn(OPERATIONS, name) ? OPERATIONS[name]?.(call) : undefined) ??
    shapeOperation(name, call) ??
    binaryOperation(name, isReversed, call) ??
    unaryOperation(name, call)
  );
}
