const INPUT = 'send its result as an input';
const ITERATOR = 'let --inputs name the tensors that it feeds';
const RANDOM = 'make the random numbers an input';
const QUANTIZED = 'publish the float graph, whose weights publish --quantize stores in 8 or 16 bits';
const TOKENS = 'split the text into tokens in the client, and send their numbers';

/** The alternatives to operations that have one of their own. */
export const WAYS_ROUND: ReadonlyMap<string, string> = new Map([
  ['CTCBeamSearchDecoder', 'decode with tf.nn.ctc_greedy_decoder, or return the logits'],
  ['CudnnRNN', 'export the layers as Keras layers without cuDNN'],
  ['CudnnRNNV3', 'export the layers as Keras layers without cuDNN'],
  ['DecodeWebP', 'send JPEG, PNG, GIF or BMP, and decode it with tf.io.decode_image'],
  ['Dequantize', `make its input and its range constants, or ${QUANTIZED}`],
  ['EncodeJpeg', 'return the pixels, and encode them in the client'],
  ['EncodePng', 'return the pixels, and encode them in the client'],
  ['IteratorGetNext', ITERATOR],
  ['IteratorV2', ITERATOR],
  ['MaxPoolV2', 'make its window and its strides constants, with which it is served'],
  ['MutableHashTableV2', 'use tf.lookup.StaticHashTable'],
  ['PyFunc', 'write it with operations of TensorFlow'],
  ['QuantizeV2', QUANTIZED],
  ['QuantizedConv2D', QUANTIZED],
  ['QueueDequeueManyV2', ITERATOR],
  ['QueueDequeueUpToV2', ITERATOR],
  ['QueueDequeueV2', ITERATOR],
  ['RaggedTensorToVariant', 'convert ragged tensors with to_tensor before tf.map_fn'],
  ['ReadFile', INPUT],
  ['SentencepieceOp', TOKENS],
  ['SentencepieceTokenizeOp', TOKENS],
  ['StatelessRandomNormalV2', RANDOM],
  ['StatelessRandomUniformV2', RANDOM],
  ['UnicodeDecodeWithOffsets', TOKENS],
  ['WordpieceTokenizeWithOffsets', TOKENS],
  ['XlaCallModule', 'export with jax2tf.convert(..., native_serialization=False)'],
]);

/** What helps against any operation. */
export const WITHOUT_IT =
  'export a signature without it, or let --inputs and --outputs name the part of a frozen graph without it';
