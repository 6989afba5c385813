import { channelsFirst, channelsLast } from '../../../../builder/spatial/channels.ts';
import { rank, type SymbolicTensor } from '../../../../builder/symbolic_tensor.ts';
import { type Built, type LayerCall, onlyInput } from '../../layer_definition.ts';

type Spatial = (call: LayerCall, x: SymbolicTensor) => Built;

/** Applies an action to a tensor whose channels come last, and puts them back where they were. */
export function spatial(call: LayerCall, dimensions: number, format: string, action: Spatial): Built {
  const input = onlyInput(call);
  const { className } = call.layer;
  if (rank(input) !== dimensions + 2) return `layer ${className} of a tensor of ${rank(input)} dimensions`;
  const isFirst = format === 'channels_first';
  const built = action(call, isFirst ? channelsLast(call.g, input) : input);
  return typeof built === 'string' || !isFirst || 'length' in built ? built : channelsFirst(call.g, built);
}
