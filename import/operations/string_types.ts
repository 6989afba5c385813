import type { GraphNode } from '../graph/graph.ts';
import type { Refusal } from './refusal.ts';

const names = (list: string): readonly string[] => list.split(' ');

/** The operations that are computed for tensors of strings. */
const OF_STRINGS: ReadonlySet<string> = new Set([
  ...names(
    'Add AddV2 BroadcastTo Concat ConcatV2 Equal ExpandDims Fill Gather GatherNd GatherV2 Identity IdentityN',
  ),
  ...names(
    'DynamicPartition EnsureShape ListDiff NotEqual Pack Pad PadV2 Print Rank RaggedTensorToTensor SparseConcat SparseFillEmptyRows SparseReorder SparseSlice SparseSplit Reshape Reverse ReverseSequence ReverseV2 Roll Select SelectV2 Shape ShapeN Size Slice',
  ),
  ...names(
    'Snapshot SparseToDense Split SplitV Squeeze StopGradient StridedSlice TensorScatterUpdate Tile Transpose',
  ),
  ...names(
    'RaggedGather RaggedTensorToSparse Unique UniqueV2 UniqueWithCounts UniqueWithCountsV2 Unpack ZerosLike',
  ),
  // Operations that create strings, read them from a request, or pass them on.
  ...names(
    'Const Placeholder PlaceholderWithDefault Case StatelessCase If StatelessIf While StatelessWhile Enter Exit Merge',
  ),
  ...names('EmptyTensorList TensorListFromTensor TensorListGather TensorListGetItem TensorListPopBack'),
  ...names('TensorListPushBack TensorListReserve TensorListScatter TensorListScatterV2 TensorListSetItem'),
  ...names('TensorListScatterIntoExistingList TensorListStack TensorArrayGatherV3 TensorArrayReadV3'),
  ...names('TensorArrayScatterV3 TensorArrayV3 TensorArrayWriteV3'),
  ...names('NextIteration Switch HashTable HashTableV2 InitializeTable InitializeTableV2 LookupTableFind'),
  ...names('LookupTableFindV2 LookupTableImport LookupTableImportV2'),
]);

/** The attributes with the type of an input or output. */
const TYPE_ATTRIBUTES = ['T', 'Tvalues', 'dtype', 'Tparams', 'element_dtype'];

/** Returns why a node is not computed for strings, or undefined if it is or has no strings. */
export function refusedStrings({ op, attr }: GraphNode): Refusal | undefined {
  const takesStrings = TYPE_ATTRIBUTES.some((name) => attr[name]?.type === 'DT_STRING');
  return takesStrings && !OF_STRINGS.has(op)
    ? {
        reason: 'of strings, which the server does not compute',
        wayRound: 'look them up in a table of numbers first',
      }
    : undefined;
}
